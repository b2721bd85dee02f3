"""Who may see which source, and what it is called when somebody else is shown it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypedDict

from processors.settings import Settings

MOST_GROUPS: Final = 1_000
"""How many groups an aggregation lists."""

Groups = Mapping[str, frozenset[str]]
"""Source to the groups that may see it."""


class Leak(TypedDict):
    """A document that somebody would be shown who must not see it, and why."""

    doc_id: str
    reason: str


def name_groups(settings: Settings) -> Groups:
    """Return the groups that may see each source of documents."""
    repositories = {source.url: frozenset(source.groups) for source in settings.documents.sources}
    return repositories | {space.source: frozenset(space.groups) for space in settings.documents.confluence}


def list_readers(chunk: Mapping[str, Any], groups: Groups) -> frozenset[str]:
    """Return who may see a chunk: the groups of its source or, where that is unknown, its own."""
    return groups.get(chunk["source"], frozenset(chunk.get("acl", ())))


def name_all(groups: Iterable[str]) -> str:
    """Return groups as people write them.

    Example:
        >>> name_all({"sre", "dba"}), name_all([])
        ('dba, sre', 'nobody')
    """
    return ", ".join(sorted(groups)) or "nobody"
