"""The gate: may this version go live? A policy file, the figures, and reasons that a person understands."""

from pathlib import Path
from typing import Any, Final, TypedDict

import yaml

from processors.chunk import Pipeline

POLICY_FILE: Final = Path(__file__).parent / "gate.yaml"

Averages = dict[str, dict[str, float]]
"""Query set to measure to mean."""


class Decision(TypedDict):
    """Whether a version is promoted, and every reason against it."""

    promote: bool
    reasons: list[str]


def load_policy(pipeline: Pipeline, path: Path = POLICY_FILE) -> dict[str, Any]:
    """Return a pipeline's part of the policy file.

    Raises:
        KeyError: The file has no such part.
    """
    policy: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))[pipeline]
    return policy


def decide(
    policy: dict[str, Any],
    candidate: Averages,
    live: Averages,
    candidate_chunks: int,
    live_chunks: int,
) -> Decision:
    """Hold a candidate against the floors and against the live version.

    Args:
        policy: Of the candidate's pipeline.
        candidate: What the candidate reached; without any query set it is refused.
        live: What the live version reached on the same queries; empty when none is live.
        candidate_chunks: Size of the candidate.
        live_chunks: Size of the live version, 0 when none is live.

    Example:
        >>> policy = {"known_item": {"floors": {"recall_at_10": 0.8}}}
        >>> decide(policy, {"known_item": {"recall_at_10": 0.5}}, {}, 10, 0)["reasons"]
        ['known_item recall_at_10 is 0.500, below its floor of 0.800']
    """
    reasons = [] if candidate else ["no query set could be measured"]
    for query_set, measures in candidate.items():
        rules = policy.get(query_set, {})
        reasons += _check_floors(query_set, measures, rules.get("floors", {}))
        allowed = rules.get("allowed_regression", {})
        reasons += _check_regression(query_set, measures, live.get(query_set, {}), allowed)
    smallest = policy.get("minimum_corpus_share", 0.0) * live_chunks
    if candidate_chunks < max(smallest, 1):
        reasons.append(f"{candidate_chunks} chunks, but at least {max(smallest, 1):.0f} are expected")
    return Decision(promote=not reasons, reasons=reasons)


def _check_floors(query_set: str, measures: dict[str, float], floors: dict[str, float]) -> list[str]:
    return [
        f"{query_set} {name} is {measures[name]:.3f}, below its floor of {floor:.3f}"
        for name, floor in floors.items()
        if measures[name] < floor
    ]


def _check_regression(
    query_set: str, measures: dict[str, float], live: dict[str, float], allowed: dict[str, float]
) -> list[str]:
    return [
        f"{query_set} {name} fell from {live[name]:.3f} to {measures[name]:.3f}, more than {step:.3f}"
        for name, step in allowed.items()
        if name in live and live[name] - measures[name] > step
    ]
