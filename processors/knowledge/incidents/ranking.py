"""Which finding is likely the cause: how plain it is, where the walk ends, what changed just before."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from processors.knowledge.incidents.finding import Finding, Link
from processors.knowledge.incidents.health import read_time
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.walk import rank_causes
from processors.knowledge.incidents.world import World
from processors.knowledge.kubernetes.differences import CHANGED_SEEN

_OF_STRENGTH: Final = 0.7
_OF_WALK: Final = 0.2
_OF_RECENCY: Final = 0.1
_FADES_S: Final = 1_800.0
_MOST_EVIDENCE: Final = 12


class Ranked(NamedTuple):
    """A finding and its score from 0 to 1."""

    finding: Finding
    score: float


def merge_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings of which no two blame an object by the same rule; the strongest speaks for its like."""
    alike: dict[tuple[Ref, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        alike[finding.object, finding.rule].append(finding)
    return [_merge(alike[key]) for key in sorted(alike)]


def _merge(alike: Sequence[Finding]) -> Finding:
    ordered = sorted(alike, key=lambda one: (-one.strength, -len(one.says), one.says, one.evidence))
    best = ordered[0]
    evidence = dict.fromkeys(id_ for one in ordered for id_ in one.evidence)
    return best._replace(
        evidence=tuple(evidence)[:_MOST_EVIDENCE],
        since=min(one.since for one in alike),
        severity=min(one.severity for one in alike),
        alone=any(one.alone for one in alike),
    )


def score_findings(world: World, findings: Sequence[Finding], links: Iterable[Link]) -> list[Ranked]:
    """Return findings with their scores, the likeliest first.

    The score is 0.7 of how directly the evidence shows it, 0.2 of how often the walk from all symptoms is
    found at its object, and 0.1 of how shortly before the trouble its object was changed.

    Args:
        world: All that is known.
        findings: Of which no two blame an object by the same rule.
        links: Relations; those between other objects are not followed.
    """
    strengths: dict[Ref, float] = {}
    for finding in findings:
        strengths[finding.object] = max(finding.strength, strengths.get(finding.object, 0.0))
    ordered = dict(sorted(strengths.items()))
    walks = rank_causes(ordered, [(one.effect, one.cause, one.weight) for one in join_links(links, ordered)])
    ranked = [Ranked(one, _score(world, one, walks[one.object])) for one in findings]
    return sorted(ranked, key=lambda one: (-one.score, one.finding.object, one.finding.rule))


def join_links(links: Iterable[Link], between: Mapping[Ref, object]) -> Iterator[Link]:
    """Yield each relation between two of some objects once, with its highest weight, in order."""
    weights: dict[tuple[Ref, Ref], float] = {}
    for effect, cause, weight in links:
        if effect != cause and effect in between and cause in between:
            weights[effect, cause] = max(weight, weights.get((effect, cause), 0.0))
    for (effect, cause), weight in sorted(weights.items()):
        yield Link(effect, cause, weight)


def _score(world: World, finding: Finding, walk: float) -> float:
    recency = measure_recency(world, finding)
    return round(_OF_STRENGTH * finding.strength + _OF_WALK * walk + _OF_RECENCY * recency, 4)


def measure_recency(world: World, finding: Finding) -> float:
    """Return how shortly before the trouble its object was changed: 1 at once, .37 half an hour before."""
    labels = world.labels(finding.object)
    changed = read_time(labels.get("changed_at") or labels.get(CHANGED_SEEN, ""))
    if changed is None:
        return 0.0
    gap = (finding.since - changed).total_seconds()
    # What is changed after the trouble began may be somebody's try to end it.
    return math.exp(-gap / _FADES_S) if gap >= -60.0 else 0.0
