"""Paragraphs of a Word document put into lists as they stand on the page."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from processors.knowledge.blocks import Block
from processors.knowledge.documents.docx_numbering import Number
from processors.knowledge.documents.docx_styles import ListPlace

NO_NUMBER: Final = Number("", "")


class Part(NamedTuple):
    """A block, or None for an empty paragraph, and where it stands: in a list, and how far to the right."""

    block: Block | None
    place: ListPlace | None = None
    number: Number = NO_NUMBER
    indent: int = 0


class _Open(NamedTuple):
    """An item that more may be put into."""

    place: ListPlace
    item: Block


def nest_parts(parts: Iterable[Part]) -> list[Block]:
    """Return blocks: items in their lists, in an item what stands to the right of its number, and code."""
    joined = _drop_empty(_join_code(parts))
    goes_on = _find_lists_that_go_on(joined)
    blocks: list[Block] = []
    open_items: list[_Open] = []
    for at, part in enumerate(joined):
        held = [part.block] if part.block else []
        if part.place is None:
            for block in held:
                _close(open_items, block, part.indent)
            (open_items[-1].item["children"] if open_items else blocks).extend(held)
            continue
        while open_items and not _is_below(part, open_items[-1].place, goes_on[at]):
            open_items.pop()
        item = Block(kind="item", number=part.number.shown, done=None, children=held, first=1, last=1)
        _append_item(open_items[-1].item["children"] if open_items else blocks, item)
        open_items.append(_Open(part.place, item))
    return blocks


def _join_code(parts: Iterable[Part]) -> list[Part]:
    """Make one block of code of lines that follow each other, with the empty paragraphs between them."""
    joined: list[Part] = []
    gap = 0
    for part in parts:
        last = joined[-1].block if joined else None
        if part.block is None:
            gap += 1
            joined += [part] if part.number.shown else []
            continue
        if part.block["kind"] == "code" and last and last["kind"] == "code":
            last["text"] += "\n" * (gap + 1) + part.block["text"]
        else:
            joined.append(part)
        gap = 0
    return joined


def _drop_empty(parts: Sequence[Part]) -> list[Part]:
    """Return parts without empty paragraphs, but for those whose number their list goes on from."""
    kept: list[Part] = []
    levels: dict[str, set[int]] = {}
    for part in reversed(parts):
        if part.block and part.block["kind"] == "heading":
            levels = {}
        place = part.place
        goes_on = place is not None and place["depth"] in levels.get(place["counter"], ())
        if part.block or goes_on:
            kept.append(part)
        if part.block and place:
            above = {depth for depth in levels.get(place["counter"], ()) if depth < place["depth"]}
            levels[place["counter"]] = {*above, place["depth"]}
    return kept[::-1]


def _find_lists_that_go_on(parts: Sequence[Part]) -> list[set[str]]:
    """Return for each part the lists that have more items between it and the next heading."""
    found: list[set[str]] = []
    later: set[str] = set()
    for part in reversed(parts):
        if part.block and part.block["kind"] == "heading":
            later = set()
        found.append(later)
        if part.place and part.place["counter"] not in later:
            later = {*later, part.place["counter"]}
    return found[::-1]


def _is_below(part: Part, top: ListPlace, goes_on: set[str]) -> bool:
    """Tell whether an item is part of another one: by level, else by where it stands.

    Bullets between two steps belong to the first of them, however they are indented.
    """
    place = part.place or top
    if place["depth"] > top["depth"] or place["counter"] == top["counter"]:
        return place["depth"] > top["depth"]
    is_bullet = part.number == NO_NUMBER
    return place["indent"] > top["indent"] or (is_bullet and top["counter"] in goes_on)


def _close(open_items: list[_Open], block: Block, indent: int) -> None:
    """Close the items that a block doesn't belong to."""
    if block["kind"] == "heading":
        open_items.clear()
    # Commands and pictures below a step belong to it.
    while (
        open_items and block["kind"] not in ("code", "omitted") and indent <= open_items[-1].place["indent"]
    ):
        open_items.pop()


def _append_item(siblings: list[Block], item: Block) -> None:
    last = siblings[-1] if siblings else None
    if last and last["kind"] == "list" and _follows(last["children"][-1]["number"], item["number"]):
        last["children"].append(item)
    else:
        siblings.append(Block(kind="list", ordered=bool(item["number"]), children=[item], first=1, last=1))


def _follows(before: str, number: str) -> bool:
    if before.isdigit() and number.isdigit():
        return int(number) == int(before) + 1
    return bool(before) == bool(number) and before.isdigit() == number.isdigit()
