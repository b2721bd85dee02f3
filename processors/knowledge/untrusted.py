"""What arrives, made harmless before anything reads it: bytes, text and JSON of whoever may write to a topic.

Everything behind this module may rely on it: text can be written as UTF-8, and JSON is nested no deeper than
a function may recurse. What can't be made so is poison, and one record becomes one dead letter.
"""

import json
import re
from collections.abc import Callable
from typing import Any, Final

MAX_DEPTH: Final = 64
"""Objects and lists within each other; Kubernetes' deepest have some thirty."""

# Halves of characters can't be written as UTF-8, and a NUL ends the text for much that reads it.
_UNWRITABLE: Final = re.compile("[\ud800-\udfff\x00]")
_UNWRITABLE_ESCAPE: Final = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_REPLACEMENT: Final = "\ufffd"


class PoisonError(ValueError):
    """A record that can't be processed, now or later; its message says why."""


def decode_text(data: bytes) -> str:
    """Return bytes as text, with U+FFFD in place of what is no UTF-8.

    Example:
        >>> decode_text("café".encode("latin-1"))
        'caf�'
    """
    return clean_text(data.decode(errors="replace"))


def clean_text(text: str) -> str:
    """Return a text that can be written, with U+FFFD in place of what can't.

    Example:
        >>> clean_text("nice \\ud83d, nul \\x00")
        'nice �, nul �'
    """
    return _UNWRITABLE.sub(_REPLACEMENT, text)


def clean_strings(value: Any) -> Any:
    """Return a JSON value with every text in it clean, those that are keys too."""
    return _map_strings(value, clean_text)


def read_json(text: str) -> Any:
    """Return the JSON value of a text, its strings clean.

    Raises:
        PoisonError: It is no JSON, or nested deeper than `MAX_DEPTH`.

    Example:
        >>> read_json('{"message": "nice \\\\ud83d"}')
        {'message': 'nice �'}
        >>> read_json("[" * 5_000)
        Traceback (most recent call last):
        ...
        processors.knowledge.untrusted.PoisonError: the JSON is nested deeper than 64 levels
    """
    try:
        value = json.loads(text)
    except RecursionError:
        raise PoisonError(f"the JSON is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError as error:
        raise PoisonError(f"no JSON: {error}") from error
    if text.count("{") + text.count("[") > MAX_DEPTH and _is_deep(value):
        raise PoisonError(f"the JSON is nested deeper than {MAX_DEPTH} levels")
    return clean_strings(value) if _UNWRITABLE_ESCAPE.search(text) or _UNWRITABLE.search(text) else value


def read_object(text: str | None) -> dict[str, Any]:
    """Return the JSON object of a record's value.

    Raises:
        PoisonError: It is something else.

    Example:
        >>> read_object('{"a": 1}')
        {'a': 1}
        >>> read_object(None)
        Traceback (most recent call last):
        ...
        processors.knowledge.untrusted.PoisonError: the record is empty
    """
    if not text or not text.strip():
        raise PoisonError("the record is empty")
    value = read_json(text)
    if not isinstance(value, dict):
        raise PoisonError(f"expected a JSON object, got {type(value).__name__}")
    return value


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _list_inside(outer)]
        if not level:
            return False
    return True


def _list_inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [inner for inner in value.values() if isinstance(inner, dict | list)]
    return [inner for inner in value if isinstance(inner, dict | list)] if isinstance(value, list) else []


def _map_strings(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {change(name): _map_strings(inner, change) for name, inner in value.items()}
    if isinstance(value, list):
        return [_map_strings(inner, change) for inner in value]
    return change(value) if isinstance(value, str) else value
