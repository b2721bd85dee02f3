"""What a page says of itself above its text: YAML between `---`, TOML between `+++`, or an object of JSON."""

import json
import re
import tomllib
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import yaml

_MARKS: Final = {"---": "YAML", "+++": "TOML"}
_MAX_LINES: Final = 2000
_JSON: Final = re.compile(r"\{\s*(?:\"|$)")

# PyYAML raises the last four for values that don't fit their own tags, and for brackets thousands deep.
_UNREADABLE: Final = (
    yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, AttributeError, LookupError, RecursionError,
)  # fmt: skip


class FrontMatter(NamedTuple):
    """The values, how many lines they take with their marks, and warnings of what is wrong with them."""

    values: dict[str, Any]
    lines: int
    warnings: list[str]


def read_front_matter(path: str, lines: list[str]) -> FrontMatter:
    """Read the front matter of a page, if it has one.

    Args:
        path: Of the page, for reports.
        lines: Of the page.

    Example:
        >>> read_front_matter("a.md", ["---", "title: Red", "---", "Text."])
        FrontMatter(values={'title': 'Red'}, lines=3, warnings=[])
    """
    mark = lines[0].rstrip() if lines else ""
    if _JSON.match(mark):
        return _read_json(path, lines[:_MAX_LINES])
    if mark not in _MARKS:
        return FrontMatter({}, 0, [])
    inside = enumerate(lines[1:_MAX_LINES], start=1)
    ends = (mark, "...") if mark == "---" else (mark,)
    end = next((number for number, line in inside if line.rstrip() in ends), None)
    if end is None:
        looks_meant = len(lines) > 1 and (":" in lines[1] or "=" in lines[1])
        return FrontMatter({}, 0, [f"{path}:1: front matter is never closed"] if looks_meant else [])
    text = "\n".join(lines[1:end])
    try:
        values = yaml.safe_load(text) if mark == "---" else tomllib.loads(text)
    except _UNREADABLE as error:
        return FrontMatter({}, end + 1, [_describe(path, mark, error)])
    if values is not None and not isinstance(values, dict):
        return FrontMatter({}, end + 1, [f"{path}:1: front matter is not a list of names with values"])
    return FrontMatter({str(name): value for name, value in (values or {}).items()}, end + 1, [])


def _read_json(path: str, lines: list[str]) -> FrontMatter:
    """Read an object at the head of a page, as Hugo's pages have it; any other brace is text."""
    text = "\n".join(lines)
    try:
        values, end = json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as error:
        looks_meant = re.match(r'\{\s*"[^"\n]*"\s*:', text)
        reason = f"{path}:{error.lineno}: front matter is not JSON: {error.msg}"
        closing = next((number for number, line in enumerate(lines, start=1) if line.rstrip() == "}"), 0)
        return FrontMatter({}, closing if looks_meant else 0, [reason] if looks_meant else [])
    except (RecursionError, ValueError):
        return FrontMatter({}, 0, [f"{path}:1: front matter is not JSON: it is nested too deep"])
    if text[end:].partition("\n")[0].strip():
        return FrontMatter({}, 0, [])
    return FrontMatter(values, text.count("\n", 0, end) + 1, [])


def _describe(path: str, mark: str, error: Exception) -> str:
    place = getattr(error, "problem_mark", None)
    line = place.line + 2 if place else 1
    reason = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"{path}:{line}: front matter is not {_MARKS[mark]}: {reason[:200]}"


def to_text(value: Any) -> str:
    """Return a value of front matter as text; of a list the first, of a mapping nothing.

    Anything else than a plain value may be as large as its writer likes: aliases in YAML multiply.

    Example:
        >>> to_text(["platform", "ml"]), to_text({"a": 1}), to_text(None)
        ('platform', '', '')
    """
    if isinstance(value, list):
        return to_text(value[0]) if value and not isinstance(value[0], list) else ""
    return str(value) if isinstance(value, str | int | float | date | datetime) else ""
