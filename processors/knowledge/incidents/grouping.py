"""Which findings are one incident: a cause with all that suffers from it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from processors.knowledge.incidents.finding import SEEN, SYMPTOM, Link
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.ranking import Ranked, join_links

STANDS: Final = 0.5
"""A weaker finding is no explanation that stands against another."""

OWN: Final = 0.6
"""A finding of this strength about what suffers may explain it otherwise."""

# What follows from nearly everything that can be wrong with a workload.
_SIGNS: Final = frozenset(
    {
        "crash",
        "unhealthy",
        "readiness-probe",
        "other",
        "errors",
        "create",
        "refuses",
        "dns",
        "alert",
        "metric",
    }
)


class Group(NamedTuple):
    """A cause with its other explanations, the likeliest first, and the symptoms that lead to it."""

    causes: list[Ranked]
    symptoms: list[Ranked]


def group_findings(ranked: Sequence[Ranked], links: Iterable[Link]) -> Iterator[Group]:
    """Yield the groups of findings that are one trouble.

    The likeliest finding takes along what can reach it over relations, but nothing whose own trouble is plain
    from itself. What is left is grouped in the same way, so that two faults of which neither explains the
    other are two groups, though something suffers from both.

    Args:
        ranked: All findings, the likeliest first.
        links: Relations.
    """
    of_object: dict[Ref, list[Ranked]] = defaultdict(list)
    for one in ranked:
        of_object[one.finding.object].append(one)
    effects: dict[Ref, list[Ref]] = defaultdict(list)
    causes: dict[Ref, list[Ref]] = defaultdict(list)
    for link in join_links(links, of_object):
        effects[link.cause].append(link.effect)
        causes[link.effect].append(link.cause)
    plain = {one.finding.object for one in ranked if one.finding.strength >= SEEN}
    taken: set[Ref] = set()
    for one in ranked:
        root = one.finding.object
        if root in taken or (not one.finding.alone and not _is_missed(root, effects, of_object)):
            continue
        reached = [ref for ref in _reach(root, effects, taken | plain) if ref not in taken]
        # A weak explanation of the same symptoms that is no trouble by itself stands beside this one.
        beside = {
            other
            for ref in reached
            for other in causes[ref]
            if other not in reached and other not in taken and _is_weak(of_object[other])
        }
        taken |= {*reached, *beside}
        own = of_object[root]
        symptoms = [each for ref in reached if ref != root for each in of_object[ref]]
        # What suffers may have a trouble of its own as well.
        others = [each for each in symptoms if each.finding.strength >= OWN]
        others += [each for ref in beside for each in of_object[ref]]
        yield Group([*own, *sorted(others, key=_order)], symptoms)


def choose_causes(found: Sequence[Ranked]) -> list[Ranked]:
    """Return the findings that say why: the first, and what isn't a mere sign of another of its object.

    Args:
        found: The causes of a group, the likeliest first.
    """
    first, *rest = found
    explained = {first.finding.object}
    chosen = [first]
    for one in rest:
        object_, rule, strength = one.finding.object, one.finding.rule, one.finding.strength
        is_sign = rule in _SIGNS and object_ in explained
        if strength > SYMPTOM and not is_sign:
            chosen.append(one)
            explained.add(object_)
    return chosen


def _is_missed(root: Ref, effects: dict[Ref, list[Ref]], of_object: dict[Ref, list[Ranked]]) -> bool:
    """Tell whether something that is trouble by itself suffers from an object."""
    reached = _reach(root, effects, frozenset())
    return any(one.finding.alone for ref in reached if ref != root for one in of_object[ref])


def _is_weak(found: Iterable[Ranked]) -> bool:
    return all(not one.finding.alone or one.finding.strength < STANDS for one in found)


def _order(one: Ranked) -> tuple[float, Ref, str]:
    return -one.score, one.finding.object, one.finding.rule


def _reach(root: Ref, effects: dict[Ref, list[Ref]], without: Collection[Ref]) -> list[Ref]:
    """Return an object and all that suffers from it, the nearest first, not through some objects."""
    reached = [root]
    seen = {root, *without}
    for ref in reached:
        for effect in effects[ref]:
            if effect not in seen:
                seen.add(effect)
                reached.append(effect)
    return reached
