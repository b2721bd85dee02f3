"""The past of an incident: the times that it was there before, and how each of them ended.

An incident that comes again is the same passage. What it replaces is kept with it in a few words, as JSON in
the label `before`.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from processors.knowledge.chunk_factory import LONGEST_NAME

BEFORE: Final = "before"
_MOST: Final = 3
_LONGEST_WORDS: Final = 160


class Spell(NamedTuple):
    """One time that an incident was there; times are ISO 8601."""

    began_at: str
    resolved_at: str
    helped: str


_SPELLS: Final = TypeAdapter(list[Spell])


def read_spells(labels: Mapping[str, str]) -> list[Spell]:
    """Return the times that an incident was there before, the newest first.

    Args:
        labels: Of its passage.

    Example:
        >>> spell = Spell("2026-11-21T09:00:00+00:00", "2026-11-21T09:10:00+00:00", "")
        >>> read_spells({"before": write_spells([spell])}) == [spell]
        True
        >>> read_spells({"before": "no JSON"})
        []
    """
    try:
        return _SPELLS.validate_json(labels.get(BEFORE, "[]"))
    except ValidationError:
        return []


def write_spells(spells: Iterable[Spell]) -> str:
    """Return the newest of the times as a label that is not too long to be read again."""
    kept = [spell._replace(helped=spell.helped[:_LONGEST_WORDS]) for spell in spells][:_MOST]
    while len(written := json.dumps(kept, ensure_ascii=False)) > LONGEST_NAME:
        kept.pop()
    return written


def end_spell(chunk: Mapping[str, Any]) -> Spell:
    """Return the time that a resolved passage tells of."""
    labels = chunk["labels"]
    return Spell(chunk["began_at"], labels.get("resolved_at", chunk["observed_at"]), labels.get("helped", ""))
