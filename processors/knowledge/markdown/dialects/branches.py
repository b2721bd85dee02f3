"""Conditions of templates: each side stands under its condition, or the tags stay as they are."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from processors.knowledge.blocks.escaping import escape_words
from processors.knowledge.markdown.dialects.liquid import BRANCHES, DIALECT, is_condition
from processors.knowledge.markdown.dialects.placing import Place
from processors.knowledge.markdown.dialects.source import Source, keep_visible
from processors.knowledge.markdown.dialects.tags import Tag
from processors.knowledge.markdown.markers import Mark, write_mark

_HEADING: Final = re.compile(r"^ {0,3}#{1,6}[ \t]")

New = tuple[str, bool]
"""What takes the place of a tag, and whether it has its lines to itself."""


class Branches(NamedTuple):
    """What takes the place of the tags of conditions, by their number, and what is to be told of them."""

    edits: dict[int, New]
    told: list[tuple[int, str]]


def find_branches(source: Source, tags: Sequence[Tag], places: Sequence[Place]) -> Branches:
    """Return what takes the place of conditions, loops and their branches.

    Args:
        source: The page.
        tags: Of all dialects, in their order.
        places: Of the tags.
    """
    edits, told, opened = dict[int, New](), list[tuple[int, str]](), list[list[int]]()
    for at, tag in enumerate(tags):
        if tag.dialect != DIALECT:
            continue
        if tag.role == "open" and is_condition(tag.name):
            opened.append([at])
        elif tag.role == "void" and tag.name in BRANCHES and opened:
            opened[-1].append(at)
        elif tag.role == "close" and is_condition(tag.name) and opened:
            group = [*opened.pop(), at]
            told.append((places[group[0]].first, f"what is shown depends on {_name(tags[group[0]])}"))
            edits |= _write(source, tags, places, group)
        elif tag.name in BRANCHES or is_condition(tag.name):
            told.append((places[at].first, f"{DIALECT} {tag.raw.strip('{%- }').split()[0]} closes nothing"))
            edits[at] = (keep_visible(tag.raw), False)
    for group in opened:
        told.append((places[group[0]].first, f"{DIALECT} {tags[group[0]].name} is never closed"))
        edits |= {at: (keep_visible(tags[at].raw), False) for at in group}
    return Branches(edits, told)


def _name(tag: Tag) -> str:
    return " ".join(tag.raw.strip("{}%-").split())


def _write(
    source: Source, tags: Sequence[Tag], places: Sequence[Place], group: Sequence[int]
) -> dict[int, New]:
    if not all(places[at].leads and places[at].ends and places[at].bare for at in group):
        return {at: (keep_visible(tags[at].raw), False) for at in group}
    first, last = places[group[0]].first, places[group[-1]].last
    inside = range(first, last + 1)
    has_headings = any(_HEADING.match(source.lines[at]) and not source.code[at] for at in inside)
    edits: dict[int, New] = {}
    for at, after in zip(group, [*group[1:], None], strict=True):
        if after is None:
            label, count = f"end of {_name(tags[group[0]])}", 0
        else:
            label, count = _name(tags[at]), places[after].first - places[at].first - 1
        # Headings cut a page, so what holds some is no block of its own.
        mark = Mark(
            kind="tab", raw=tags[at].raw, label=escape_words(label), lines=0 if has_headings else count
        )
        edits[at] = (write_mark(mark) if has_headings or after is not None else "", True)
    return edits
