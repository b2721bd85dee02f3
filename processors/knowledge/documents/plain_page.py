"""Plain text as Markdown, line by line: its lists, headings and indented code are what they look like."""

import re
from itertools import groupby
from typing import Final, NamedTuple

from processors.knowledge.blocks.escaping import escape_start, escape_words
from processors.knowledge.markdown.typed import is_typed

_NUMBER: Final = re.compile(r"(\s*)(\d{1,9}[.)])\s+(?=\S)")
_BULLET: Final = re.compile(r"(\s*)[-*+•–▪◦]\s+(?=\S)")
_LETTER: Final = re.compile(r"(\s*)([A-Za-z])[.)]\s+(?=\S)")
_UNDERLINE: Final = re.compile(r"(=+|-+|~+|\*+)\s*")
_FENCE: Final = re.compile(r"^ {0,3}(```|~~~)", re.MULTILINE)
_LONGEST_HEADING: Final = 80
# A line that ends so far before others do ends there on purpose.
_SHORTER: Final = 20
_WIDE: Final = 60
_CODE: Final = 4


class _Item(NamedTuple):
    """An item of a list: its line, and the columns in which its text begins, as it stands and as written."""

    line: str
    column: int
    written: int


def convert_plain(text: str) -> str:
    r"""Return plain text as Markdown with as many lines; one that has fences is Markdown already.

    Example:
        >>> print(convert_plain("BOILER SCALE\n\n1. Run *boiler* descale\n   a_b _c_"))
        # BOILER SCALE
        <BLANKLINE>
        1. Run \*boiler\* descale
           a_b \_c\_
    """
    if _FENCE.search(text):
        return text
    raw = text.splitlines()
    lines = [line.rstrip().expandtabs(4) if not line.startswith("\t") else line.rstrip() for line in raw]
    written: list[str] = []
    items: list[_Item] = []
    for blank, group in groupby(range(len(lines)), lambda number: not lines[number]):
        numbers = list(group)
        if blank:
            written += [raw[number] for number in numbers]
            continue
        code = _write_code([lines[n] for n in numbers], [raw[n] for n in numbers], items)
        written += code
        paragraph = [lines[number] for number in numbers[len(code) :]]
        if paragraph and (heading := _read_heading(paragraph, level=2 if any(written) else 1)):
            items = []
            written += heading
        elif paragraph:
            items = _open_items(paragraph, items)
            written += _write_paragraph(paragraph)
    return "\n".join(written)


def _write_code(paragraph: list[str], raw: list[str], items: list[_Item]) -> list[str]:
    """Return the lines that a paragraph begins with and that are code by how far in they are, as written."""
    held = next((item for item in reversed(items) if item.column <= _measure(paragraph[0])), None)
    wanted = (held.written if held else 0) + _CODE
    margin = (held.column if held else 0) + _CODE
    typed = min(margin, _measure(paragraph[0]))
    count = next((at for at, line in enumerate(paragraph) if _measure(line) < typed), len(paragraph))
    if typed < margin and not (held and is_typed(paragraph[:count], held.line)):
        return []
    return [_shift(line, wanted - typed) for line in raw[:count]]


def _open_items(paragraph: list[str], items: list[_Item]) -> list[_Item]:
    """Return the items that hold what comes below a paragraph, the outermost first."""
    items = [item for item in items if item.column <= _measure(paragraph[0])]
    for line in paragraph:
        if found := _find_mark(line):
            items = [item for item in items if item.column <= _measure(line)]
            mark = len(found[2]) if found.re is _NUMBER else 1
            items.append(_Item(line, found.end(), len(found[1]) + mark + 1))
    return items


def _measure(line: str) -> int:
    wide = line.expandtabs(4)
    return len(wide) - len(wide.lstrip(" "))


def _shift(line: str, columns: int) -> str:
    return " " * (_measure(line) + columns) + line.lstrip(" \t") if columns else line


def _read_heading(paragraph: list[str], level: int) -> list[str]:
    """Return a heading: a line in capitals, or one that is underlined."""
    title = paragraph[0].strip()
    if len(title) > _LONGEST_HEADING or _find_mark(paragraph[0]):
        return []
    mark = f"{'#' * level} {escape_words(title)}"
    if len(paragraph) == 1 and title.isupper() and len(re.findall(r"[^\W\d_]", title)) > 2:
        return [mark]
    if len(paragraph) > 1 and _UNDERLINE.fullmatch(paragraph[1].strip()) and len(paragraph[1].strip()) > 2:
        rest = _write_paragraph(paragraph[2:]) if paragraph[2:] else []
        return [mark, "", *rest]
    return []


def _find_mark(line: str) -> re.Match[str] | None:
    return _NUMBER.match(line) or _BULLET.match(line) or _LETTER.match(line)


def _write_paragraph(lines: list[str]) -> list[str]:
    widest = 0 if any(map(_find_mark, lines)) else max(map(len, lines))
    return [
        _write_line(line) + ("\\" if number < len(lines) and _ends_on_purpose(line, widest) else "")
        for number, line in enumerate(lines, start=1)
    ]


def _ends_on_purpose(line: str, widest: int) -> bool:
    return 0 < widest < _WIDE or len(line) < widest - _SHORTER


def _write_line(line: str) -> str:
    if found := _NUMBER.match(line):
        return f"{found[1]}{found[2]} {_escape(line[found.end() :])}"
    if found := _BULLET.match(line):
        return f"{found[1]}- {_escape(line[found.end() :])}"
    if found := _LETTER.match(line):
        return f"{found[1]}- {found[2]}. {escape_words(line[found.end() :])}"
    indent = line[: len(line) - len(line.lstrip())]
    return indent + _escape(line.lstrip())


def _escape(words: str) -> str:
    return escape_start(escape_words(words))
