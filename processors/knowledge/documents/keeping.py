"""What Pandoc doesn't keep of code is marked before it reads a page, and restored afterwards."""

import re
from typing import Final

_TAB: Final = "\ue003"
_FIRST: Final = "\ue004"
_BLOCK: Final = re.compile(
    r"^([ \t]*)#\+begin_(src|example)\b[^\n]*\n(?:(?![ \t]*#\+end_)[^\n]*\n)*", re.MULTILINE | re.IGNORECASE
)
_LITERAL: Final = re.compile(
    r"^(?![ \t]*\.\.[ \t]).*::[ \t]*$|^[ \t]*\.\.[ \t]+(?:code|code-block|sourcecode)::"
)
_OPTION: Final = re.compile(r"^[ \t]+:[\w-]+:")


def keep_tabs(text: str) -> str:
    """Return an Org page whose tabs in code are marked: within lists Pandoc makes spaces of them."""

    def mark(found: re.Match[str]) -> str:
        columns = len(found[1])
        return "\n".join(line[:columns] + line[columns:].replace("\t", _TAB) for line in found[0].split("\n"))

    return _BLOCK.sub(mark, text) if "\t" in text else text


def keep_first_line(text: str) -> str:
    """Return reStructuredText in which no code begins further in than it goes on, which Pandoc loses.

    Example:
        >>> keep_first_line("So::\\n\\n     a\\n   b\\n").split("\\n")[2:4]
        ['   \\ue004', '     a']
    """
    lines, kept = text.split("\n"), list[str]()
    for at, line in enumerate(lines):
        kept.append(line)
        if at and not line.strip() and _LITERAL.search(_find_head(lines, at)):
            kept += _mark_first(lines, at + 1, _measure(_find_head(lines, at)))
    return "\n".join(kept)


def restore_code(text: str) -> str:
    """Return code as its author wrote it."""
    if text.startswith(_FIRST):
        text = text.partition("\n")[2].lstrip("\n")
    return text.replace(_TAB, "\t")


def _find_head(lines: list[str], at: int) -> str:
    """Return the line that an empty one below it, and below its options, makes code of what follows."""
    at -= 1
    while at and _OPTION.match(lines[at]):
        at -= 1
    return lines[at]


def _mark_first(lines: list[str], at: int, margin: int) -> list[str]:
    """Return a line to begin code with that begins further in than it goes on."""
    columns = list[int]()
    while at < len(lines) and (not lines[at].strip() or _measure(lines[at]) > margin):
        columns += [_measure(lines[at])] if lines[at].strip() else []
        at += 1
    least = min(columns, default=0)
    return [" " * least + _FIRST] if columns and columns[0] > least else []


def _measure(line: str) -> int:
    wide = line.expandtabs()
    return len(wide) - len(wide.lstrip(" "))
