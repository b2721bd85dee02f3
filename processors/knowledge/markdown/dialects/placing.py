"""Where tags stand: alone in their lines, at the head of one, or within a sentence."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from processors.knowledge.markdown.dialects.source import Source
from processors.knowledge.markdown.dialects.tags import Tag
from processors.knowledge.markdown.markers import CLOSE, OPEN

_HEAD: Final = re.compile(rf"^(?:[ \t>]|[-*+][ \t]|\d{{1,9}}[.)][ \t]|{OPEN}[^{CLOSE}]*{CLOSE})*$")
_LONGEST: Final = 2_000


class Place(NamedTuple):
    """Of a tag: its first and last line, whether it leads and ends them, and whether a block may begin there.

    `bare` says that not even another tag stands before it.
    """

    first: int
    last: int
    leads: bool
    ends: bool
    heads: bool
    bare: bool


def place_tags(source: Source, tags: Sequence[Tag]) -> list[Place]:
    """Return the places of tags; other tags beside one of them don't count as words.

    Args:
        source: The page.
        tags: In their order.
    """
    places = []
    for at, tag in enumerate(tags):
        first, last = source.find_line(tag.begin), source.find_line(max(tag.begin, tag.end - 1))
        before = _read_before(source, tags, at, source.starts[first])
        stop = source.starts[last] + len(source.lines[last])
        behind = _read_behind(source, tags, at, stop)
        places.append(
            Place(
                first,
                last,
                leads=not before.strip(" \t>"),
                ends=not behind.strip(),
                heads=bool(_HEAD.match(before)),
                bare=source.text[source.starts[first] : tag.begin].strip(" \t>") == "",
            )
        )
    return places


def _read_before(source: Source, tags: Sequence[Tag], at: int, begin: int) -> str:
    pieces, end = [], tags[at].begin
    if end - begin > _LONGEST:
        return "x"
    while at and tags[at - 1].end > begin:
        at -= 1
        pieces.append(source.text[tags[at].end : end])
        end = max(tags[at].begin, begin)
    return "".join(reversed([*pieces, source.text[begin:end]]))


def _read_behind(source: Source, tags: Sequence[Tag], at: int, stop: int) -> str:
    pieces, begin = [], tags[at].end
    if stop - begin > _LONGEST:
        return "x"
    while at + 1 < len(tags) and tags[at + 1].begin < stop:
        at += 1
        pieces.append(source.text[begin : tags[at].begin])
        begin = min(tags[at].end, stop)
    return "".join([*pieces, source.text[begin:stop]])
