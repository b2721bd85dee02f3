"""Who may see which incident: it is found anew for each group, out of what that group may see.

A passage that was made of evidence for two groups would be for neither, or tell one of them what is the
other's. So nobody's incidents are found by what they may not see. What was found for everybody is not told
again to a group for which nothing more came out.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from processors.knowledge.incidents.incident import Incident
from processors.knowledge.incidents.observation import Observation

PUBLIC: Final = "public"

Find = Callable[[Sequence[Observation]], Sequence[Incident]]


class Told(NamedTuple):
    """An incident, and the group that it was found for."""

    group: str
    incident: Incident


def find_for_each_group(observations: Sequence[Observation], find: Find) -> list[Told]:
    """Return what is found for everybody, then what is found for each group beside that.

    Args:
        observations: With the groups that may see them.
        find: Finds incidents out of observations.

    Example:
        >>> def find(seen):
        ...     return [incident] if len(seen) > 1 else []
        >>> incident = Incident("k", "t", (), (), (), (), None, None, "error", "", "", "", (), ())
        >>> open_, secret = {"chunk_id": "a", "acl": ["public"]}, {"chunk_id": "b", "acl": ["sre"]}
        >>> [told.group for told in find_for_each_group([open_, secret], find)]
        ['sre']
        >>> [told.group for told in find_for_each_group([open_, open_, secret], find)]
        ['public']
    """
    told = [Told(PUBLIC, incident) for incident in find(_see(observations, PUBLIC))]
    known = {_identify(one.incident) for one in told}
    groups = {group for seen in observations if PUBLIC not in seen["acl"] for group in seen["acl"]}
    for group in sorted(groups):
        found = find(_see(observations, group))
        told += [Told(group, incident) for incident in found if _identify(incident) not in known]
    return told


def select_visible(observations: Sequence[Observation], groups: Iterable[str]) -> list[Observation]:
    """Return the observations that somebody may see.

    Args:
        observations: With the groups that may see them.
        groups: Of the one who sees.
    """
    allowed = {*groups, PUBLIC}
    return [seen for seen in observations if not allowed.isdisjoint(seen["acl"])]


def _see(observations: Sequence[Observation], group: str) -> list[Observation]:
    """Return what a group may see as what it alone may see: among it nothing is told apart any more."""
    return [{**seen, "acl": [group]} for seen in select_visible(observations, [group])]


def _identify(incident: Incident) -> tuple[str, str, frozenset[str]]:
    return incident.key, incident.title, frozenset(incident.evidence)
