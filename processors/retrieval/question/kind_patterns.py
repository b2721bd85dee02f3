"""The patterns of kinds, read from the list beside this."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from processors.retrieval.glossary import has_cyrillic

_PART: Final = re.compile(r"\{([A-Z_]+)\}")


def _read_patterns() -> dict[str, list[tuple[bool, str]]]:
    """Return the patterns of each name, and whether they are for Russian."""
    parts: dict[str, str] = {}
    alternatives: dict[str, list[tuple[bool, str]]] = {}
    for line in (Path(__file__).parent / "kind_patterns.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        name, _, pattern = line.partition(" = ")
        pattern = _PART.sub(lambda match: parts[match[1]], pattern)
        if name.startswith("$"):
            parts[name[1:]] = pattern
        else:
            alternatives.setdefault(name, []).append((has_cyrillic(pattern), pattern))
    return alternatives


def _compile(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns) or r"(?!)")


_ALL: Final = _read_patterns()
_ANY: Final = {name: _compile(pattern for _, pattern in listed) for name, listed in _ALL.items()}
_ENGLISH: Final = {name: _compile(p for is_ru, p in listed if not is_ru) for name, listed in _ALL.items()}


def search_pattern(name: str, plain: str, start: int = 0) -> re.Match[str] | None:
    """Return the first match of what tells a kind, or something else of a question.

    Args:
        name: As the list calls it.
        plain: The question. Without a Russian letter it is asked for nothing Russian.
        start: From where on to look.
    """
    return (_ANY if has_cyrillic(plain) else _ENGLISH)[name].search(plain, start)
