"""Content tabs, admonitions and folded text of MkDocs: what is four columns further in belongs to them."""

import re
from typing import Final

from processors.knowledge.markdown.lines import find_fenced
from processors.knowledge.markdown.markers import OPEN, Mark, write_mark

_OPENING: Final = re.compile(
    r"""^(?P<before>[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?)"""
    r"""(?:(?P<tab>===[!+]{0,2})[ \t]+(?P<quote>["'])(?P<label>.*?)(?P=quote)[ \t]*"""
    r"""|(?P<sign>!!!|\?\?\?\+?)[ \t]*(?P<kind>[A-Za-z][\w-]*)"""
    r"""(?P<more>(?:[ \t]+[\w-]+)*)(?:[ \t]+(?P<quoted>["'])(?P<title>.*)(?P=quoted))?[ \t]*)$"""
)
_ITEM: Final = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+")
_ELEMENT: Final = re.compile(r"^[ \t]*<[A-Za-z]")
_QUOTE: Final = re.compile(r"[ \t]*> ?")
_INDENT: Final = 4


def expand_mkdocs(text: str) -> str:
    """Rewrite the tabs and admonitions of MkDocs to marks, in place.

    Example:
        >>> from processors.knowledge.blocks.rendering import render_markdown
        >>> from processors.knowledge.markdown.reading import read_markdown
        >>> text = expand_mkdocs('!!! tip "Faster"\\n    Use it.')
        >>> print(render_markdown(read_markdown(text, marked=True)))
        > [!TIP] Faster
        > Use it.
    """
    if not any(sign in text for sign in ("!!!", "???", "===")):
        return text
    lines = text.split("\n")
    for number, in_code in enumerate(find_fenced(lines)):
        found = None if in_code else _OPENING.match(lines[number])
        if found and _is_held(lines[:number], found["before"]):
            count = _count_lines(lines, number, _measure(found["before"]) + _INDENT)
            lines[number] = found["before"] + write_mark(_make_mark(found, count))
    return "\n".join(lines)


def _make_mark(found: re.Match[str], count: int) -> Mark:
    raw = found[0][len(found["before"]) :]
    if found["tab"]:
        return Mark(kind="tab", raw=raw, label=found["label"], lines=count, indent=_INDENT)
    label = found["title"] or ""
    if found["sign"] != "!!!":
        words = label or found["kind"].capitalize()
        return Mark(kind="details", raw=raw, label=words, lines=count, indent=_INDENT)
    return Mark(kind="quote", raw=raw, name=found["kind"].upper(), label=label, lines=count, indent=_INDENT)


def _measure(before: str) -> int:
    return len(before.expandtabs(_INDENT))


def _count_lines(lines: list[str], number: int, indent: int) -> int:
    """Count the lines that are as far in as they must be, and the empty ones between them."""
    count = 0
    for at, line in enumerate(lines[number + 1 :], start=1):
        if line.strip(" \t>"):
            if _measure(line) - len(line.expandtabs(_INDENT).lstrip(" >")) < indent:
                break
            count = at
    return count


def _is_held(above: list[str], before: str) -> bool:
    """Tell whether a line so far in is held by a list or by another tab of the same quote, and is no code."""
    quotes = before.count(">")
    indent = _measure(_unquote(before, quotes) or "")
    if indent < _INDENT:
        return True
    for quoted in reversed(above):
        line = _unquote(quoted, quotes)
        if line is None:
            return False
        if not line.strip():
            continue
        own = _measure(line) - len(line.expandtabs(_INDENT).lstrip(" "))
        if own < indent:
            if item := _ITEM.match(line):
                return indent - _measure(item[0]) < _INDENT
            if OPEN in line or _OPENING.match(line) or _ELEMENT.match(line):
                return True
            indent = min(indent, own + _INDENT)
            if not own:
                return False
    return False


def _unquote(line: str, quotes: int) -> str | None:
    """Return what stands behind so many marks of quotes, or None of a line with fewer."""
    for _ in range(quotes):
        found = _QUOTE.match(line)
        if not found:
            return None
        line = line[found.end() :]
    return line
