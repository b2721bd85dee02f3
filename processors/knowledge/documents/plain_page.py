"""Plain text as Markdown, line by line: its lists, headings and indented code are what they look like."""

import re
from itertools import groupby
from typing import Final

from processors.knowledge.blocks.escaping import escape_start, escape_words

_NUMBER: Final = re.compile(r"(\s*)(\d{1,9}[.)])\s+(?=\S)")
_BULLET: Final = re.compile(r"(\s*)[-*+•–▪◦]\s+(?=\S)")
_LETTER: Final = re.compile(r"(\s*)([A-Za-z])[.)]\s+(?=\S)")
_UNDERLINE: Final = re.compile(r"(=+|-+|~+|\*+)\s*")
_FENCE: Final = re.compile(r"^ {0,3}(```|~~~)", re.MULTILINE)
_LONGEST_HEADING: Final = 80
# A line that ends so far before others do ends there on purpose.
_SHORTER: Final = 20
_WIDE: Final = 60


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
    lines = [
        line.rstrip().expandtabs(4) if not line.startswith("\t") else line.rstrip()
        for line in text.splitlines()
    ]
    written: list[str] = []
    in_list = False
    for blank, group in groupby(lines, lambda line: not line):
        paragraph = list(group)
        if blank or (not in_list and all(re.match(" {4}|\t", line) for line in paragraph)):
            written += paragraph
        elif heading := _read_heading(paragraph, level=2 if any(written) else 1):
            in_list = False
            written += heading
        else:
            in_list = (in_list and paragraph[0].startswith(" ")) or any(map(_find_mark, paragraph))
            written += _write_paragraph(paragraph)
    return "\n".join(written)


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
