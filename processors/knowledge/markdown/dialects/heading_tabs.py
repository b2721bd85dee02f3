"""Tabs of Microsoft's pages: headings that lead to `#tab/…`, up to a rule."""

import re
from collections.abc import Iterator
from typing import Final

from processors.knowledge.markdown.dialects.source import Edit, Source
from processors.knowledge.markdown.markers import Mark, write_mark

_TAB: Final = re.compile(r"^(?P<before>[ \t>]*)#{1,6}[ \t]+\[(?P<label>[^\[\]]+)\]\(#tab/[^()\s]*\)[ \t]*$")
_END: Final = re.compile(r"^(?P<before>[ \t>]*)(?:---+|\*\*\*+|___+)[ \t]*$")
_HEADING: Final = re.compile(r"^(?P<before> {0,3})#{1,2}[ \t]")


def find_heading_tabs(source: Source) -> Iterator[Edit]:
    """Yield edits of such headings and of the rule that ends their group."""
    if "(#tab/" not in source.text:
        return
    opened: list[tuple[int, re.Match[str]]] = []
    for number, line in enumerate(source.lines):
        if source.code[number]:
            continue
        found, rule = _TAB.match(line), _END.match(line)
        ends = found or rule or _HEADING.match(line)
        before = ends["before"] if ends else ""
        # What is further in is within; what is further out is beside it.
        ended = [held for held in opened if ends and len(held[1]["before"]) >= len(before)]
        opened = opened[: len(opened) - len(ended)]
        yield from (_write(source, at, opening, number) for at, opening in ended)
        if rule and ended:
            yield Edit(source.starts[number], source.starts[number] + len(line), "")
        if found:
            opened.append((number, found))
    yield from (_write(source, at, opening, len(source.lines)) for at, opening in opened)


def _write(source: Source, at: int, opening: re.Match[str], end: int) -> Edit:
    raw = opening[0][len(opening["before"]) :]
    mark = Mark(kind="tab", raw=raw, label=opening["label"], lines=end - at - 1)
    begin = source.starts[at]
    return Edit(begin, begin + len(source.lines[at]), opening["before"] + write_mark(mark))
