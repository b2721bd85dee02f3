"""Where in a text JSON stands: whether it is meant as JSON, and where of several values each ends."""

import re
from typing import Final

from processors.knowledge.untrusted import PoisonError, read_json

# What begins so is meant as JSON; Erlang's terms, shell snippets and brackets of a level are not.
_OBJECT: Final = re.compile(r'\{\s*+(?:\}\s*+(?:\Z|\{)|\Z|"[\w@.$#/ -]{0,200}+(?:"\s*+:|"?\s*+\Z))')
_LIST: Final = re.compile(r'\[(?:\s*+\[){0,3}\s*+(?:\]\s*+\Z|\{\s*+["}]|"(?:[^"\\]|\\.)*+"\s*+[\],])')
# A string without an end takes the rest: to look for its end again at every quote would never be done.
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\(?s:.)?)*+(?:"|\Z)|[{}\[\]]|[^"{}\[\]]++')
_ON_A_LINE: Final = re.compile(r'\s*+\{"[^\n]*+(?<=\})\s*+\Z')
# RFC 7464 begins each value with a record separator.
BETWEEN: Final = " \t\r\n,\x1e"
"""Characters that may stand between values."""


def looks_like_json(text: str) -> bool:
    """Tell whether a text is meant as a JSON object or a list of them.

    Example:
        >>> looks_like_json('{"message": 1'), looks_like_json('{"init terminating",{x,[]}}')
        (True, False)
    """
    return bool(_OBJECT.match(text) or _LIST.match(text))


def read_string(text: str) -> str:
    """Return what a text says that is one JSON string, as some producers write every value."""
    try:
        value = read_json(text)
    except PoisonError:
        return ""
    return value if isinstance(value, str) else ""


def split_values(text: str) -> list[str]:
    """Split what follows one another: a value on each line, or values without anything between them."""
    lines = text.splitlines()
    if len(lines) > 1 and any(_ON_A_LINE.match(line) for line in lines):
        return [part for line in lines if line.strip() for part in _split_line(line)]
    return _split_line(text)


def _split_line(text: str) -> list[str]:
    """Split at the ends of JSON values; what is after the last end, or has none, is a part of its own."""
    parts: list[str] = []
    depth = begin = 0
    for token in _TOKEN.finditer(text if looks_like_json(text.lstrip()) else ""):
        depth += (token[0] in "{[") - (token[0] in "}]")
        if depth == 0 and token[0] in "}]":
            parts.append(text[begin : token.end()].strip(BETWEEN))
            begin = token.end()
    return [*parts, *filter(None, [text[begin:].strip(BETWEEN)])]
