"""The tags of templates in a page, rewritten to what they show, in place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from processors.knowledge.markdown.dialects.branches import New, find_branches
from processors.knowledge.markdown.dialects.components import DIALECT as COMPONENT
from processors.knowledge.markdown.dialects.meanings import ADMONITIONS
from processors.knowledge.markdown.dialects.pairs import read_meanings, write_pair
from processors.knowledge.markdown.dialects.placing import Place, place_tags
from processors.knowledge.markdown.dialects.showing import Shown, show_void
from processors.knowledge.markdown.dialects.source import Edit, Source, keep_visible
from processors.knowledge.markdown.dialects.tags import Tag, pair_tags
from processors.knowledge.markdown.markers import Mark, write_mark

_ADDRESS: Final = re.compile(
    r"""(?:\]\([ \t]*<?|\]:[ \t]*|\b(?:href|src)=["'])(?:[^\s()"']|\{\{[^{}]*\}\}|\{%[^{}]*%\})*$"""
)
_LOOK_BACK: Final = 300


class Rewritten(NamedTuple):
    """The edits of a page, and what is to be told: lines from 0 with words."""

    edits: list[Edit]
    told: list[tuple[int, str]]


def rewrite_tags(
    source: Source, tags: Sequence[Tag], values: Mapping[str, str], pages: Mapping[str, str]
) -> Rewritten:
    """Return the edits that turn tags into what they show.

    Args:
        source: The page.
        tags: Of all dialects, in their order; none within another.
        values: That the page gives names to.
        pages: That it imports as components.
    """
    places = place_tags(source, tags)
    edits, told = find_branches(source, tags, places)
    rest = [at for at in range(len(tags)) if at not in edits]
    pairs, lost = pair_tags([tags[at] for at in rest])
    pairs = [pair._replace(opening=rest[pair.opening], closing=rest[pair.closing]) for pair in pairs]
    hidden = list[tuple[int, int]]()
    for pair, meaning in zip(pairs, read_meanings(tags, pairs), strict=True):
        if meaning.kind == "hidden":
            hidden.append((tags[pair.opening].begin, tags[pair.closing].end))
        edits |= write_pair(source, tags, places, pair, meaning)
    for at in (rest[number] for number in lost):
        edits[at], words = _show_lost(tags[at], places[at])
        told.append((places[at].first, words))
    for at, tag in enumerate(tags):
        if at not in edits:
            new, words = _write_void(source, tag, places[at], _show(tag, values, pages))
            edits[at] = new
            told += [(places[at].first, words)] if words else []
    return Rewritten(list(_finish(tags, edits, hidden)), told)


def _finish(
    tags: Sequence[Tag], edits: Mapping[int, New], hidden: Sequence[tuple[int, int]]
) -> Iterator[Edit]:
    outer: list[tuple[int, int]] = []
    for begin, end in sorted(hidden):
        if not outer or begin >= outer[-1][1]:
            outer.append((begin, end))
            yield Edit(begin, end, "")
    for at, (text, apart) in edits.items():
        if not any(begin <= tags[at].begin < end for begin, end in outer):
            yield Edit(tags[at].begin, tags[at].end, text, apart)


def _show_lost(tag: Tag, place: Place) -> tuple[New, str]:
    if tag.role == "close":
        return ("", place.leads and place.ends), f"{tag.dialect} {tag.name} is closed but not open"
    words = f"{tag.name.capitalize()}:" if tag.name.lower() in ADMONITIONS else keep_visible(tag.raw)
    return (words, False), f"{tag.dialect} {tag.name} is never closed"


def _show(tag: Tag, values: Mapping[str, str], pages: Mapping[str, str]) -> Shown:
    if tag.dialect == COMPONENT and tag.name in pages:
        return Shown("omitted", pages[tag.name], "include")
    return show_void(tag, values)


def _write_void(source: Source, tag: Tag, place: Place, shown: Shown) -> tuple[New, str]:
    """Return what takes the place of a tag, and what is to be told of it."""
    alone = place.leads and place.ends
    if shown.how == "silent":
        return ("", alone), ""
    if is_in_address(source, tag.begin):
        if shown.how in ("words", "link"):
            return (shown.text, False), ""
        return ("".join(tag.raw.split()), False), f"{tag.dialect} {tag.name} has no value here"
    if shown.how in ("words", "link"):
        return (shown.text, alone), ""
    if shown.how == "note":
        mark = write_mark(Mark(kind="quote", raw=tag.raw, name=shown.what)) if place.heads else ""
        return (f"{mark}{shown.text}" if mark else f"{shown.what.capitalize()}: {shown.text}", False), ""
    if place.heads and place.ends:
        words = " ".join(tag.raw.strip("{}<>%/ \t\n").split())
        mark = write_mark(
            Mark(kind="omitted", raw=tag.raw, name=shown.what or tag.dialect, label=shown.text or words)
        )
        return (mark, True), ""
    return (keep_visible(tag.raw), False), f"{tag.dialect} {tag.name} has no value here"


def is_in_address(source: Source, position: int) -> bool:
    """Tell whether a place is within the address of a link or picture."""
    begin = max(source.starts[source.find_line(position)], position - _LOOK_BACK)
    return bool(_ADDRESS.search(source.text[begin:position]))
