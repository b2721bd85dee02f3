"""Attributes of kramdown, `{: .note }`: some make a paragraph a note, the others show nothing."""

import re
from collections.abc import Iterator
from typing import Final

from processors.knowledge.markdown.dialects.meanings import ADMONITIONS
from processors.knowledge.markdown.dialects.source import Edit, Source
from processors.knowledge.markdown.markers import Mark, write_mark

_LINE: Final = re.compile(r"^[ \t>]*\{:(?!:)[ \t]*([^{}]*)\}[ \t]*$")
_INLINE: Final = re.compile(r"\{:[^{}\n]{0,200}\}")
_EXTENSION: Final = re.compile(r"\{::[^{}\n]{0,200}\}|\{:/[\w]*\}")
_KIND: Final = re.compile(r"\.([A-Za-z]+)(?:-title)?\b")
_PARAGRAPH: Final = re.compile(r"^([ \t>]*)([^\s#>|`~].*)$")
_LONGEST: Final = 100
_ITEM: Final = re.compile(r"^[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+")


def find_attributes(source: Source) -> Iterator[Edit]:
    """Yield edits of kramdown's attributes, and of the paragraphs that they make a note."""
    if "{:" not in source.text:
        return
    marked = set[int]()
    for number, line in enumerate(source.lines):
        if "{:" not in line or source.code[number]:
            continue
        begin = source.starts[number]
        if found := _LINE.match(line):
            yield Edit(begin, begin + len(line), "")
            kind = next((name for name in _KIND.findall(found[1]) if name.lower() in ADMONITIONS), "")
            at = _find_paragraph(source, number) if kind else -1
            if at >= 0 and at not in marked and (held := _PARAGRAPH.match(source.lines[at])):
                marked.add(at)
                mark = Mark(kind="quote", raw="", name=kind.upper(), lines=_count_lines(source, at) - 1)
                place = source.starts[at] + len(held[1])
                yield Edit(place, place, write_mark(mark))
        else:
            for pattern in (_EXTENSION, _INLINE):
                for inline in pattern.finditer(line):
                    if not source.in_code(begin + inline.start()):
                        yield Edit(begin + inline.start(), begin + inline.end(), "", apart=False)


def _find_paragraph(source: Source, number: int) -> int:
    """Return the first line of the paragraph above an attribute, else of the one right below, or -1."""
    begin = number
    least = max(number - _LONGEST, 0)
    while begin > least and source.lines[begin - 1].strip() and not source.code[begin - 1]:
        begin -= 1
        if _ITEM.match(source.lines[begin]):
            return -1
    if begin < number:
        return begin
    below = number + 1
    return below if below < len(source.lines) and not _ITEM.match(source.lines[below]) else -1


def _count_lines(source: Source, at: int) -> int:
    end, most = at, min(at + _LONGEST, len(source.lines))
    while end < most and source.lines[end].strip() and not _LINE.match(source.lines[end]):
        end += 1
    return end - at
