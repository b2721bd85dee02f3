"""What is known of a moment: a chunk as the index holds it, without what no cause is found by."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypedDict

FIELDS: Final = (
    "chunk_id", "doc_id", "kind", "title", "text", "severity", "observed_at", "began_at", "cluster",
    "namespace", "service", "labels", "cite", "acl",
)  # fmt: skip
"""The fields of a chunk that an observation has, which is all that must be read of it."""

KINDS: Final = ("k8s_state", "k8s_event", "alert", "metric_window", "log_pattern", "ml_run", "pipeline_run")
"""The kinds of chunks that incidents are made of."""


class Observation(TypedDict):
    """A chunk of something that happened or is so; its times are ISO 8601."""

    chunk_id: str
    doc_id: str
    kind: str
    title: str
    text: str
    severity: str
    observed_at: str
    began_at: str
    cluster: str
    namespace: str
    service: str
    labels: dict[str, str]
    cite: dict[str, Any]
    acl: list[str]


def observe(chunk: Mapping[str, Any]) -> Observation:
    """Return a chunk, or the source of a hit, as an observation; what it lacks is empty.

    Example:
        >>> observe({"chunk_id": "1", "observed_at": "2026-11-21T12:00:00+00:00"})["began_at"]
        '2026-11-21T12:00:00+00:00'
    """
    observation: Observation = {
        **{name: str(chunk.get(name) or "") for name in FIELDS[:-3]},  # type: ignore[typeddict-item]
        "labels": dict(chunk.get("labels") or {}),
        "cite": dict(chunk.get("cite") or {}),
        "acl": list(chunk.get("acl") or []),
    }
    observation["began_at"] = observation["began_at"] or observation["observed_at"]
    return observation


def say_predicate(state: Observation) -> str:
    """Return the first sentence of a state without the object's name before it.

    Example:
        >>> say_predicate(observe({"title": "Node n1", "text": "Node n1 is ready.\\nKubelet v1."}))
        'is ready'
    """
    return state["text"].partition("\n")[0].removeprefix(state["title"]).strip().removesuffix(".")


def seen_at(observation: Observation) -> datetime:
    """Return when an observation was made last."""
    return datetime.fromisoformat(observation["observed_at"])


def began_at(observation: Observation) -> datetime:
    """Return when what is observed began."""
    return datetime.fromisoformat(observation["began_at"])
