"""Parts of a tree put together again: a list, a quote or a table that was cut is one afterwards."""

from collections.abc import Iterable, Sequence
from typing import Final

from processors.knowledge.blocks import Block

_CONTAINERS: Final = ("list", "item", "quote", "tab", "details")


def merge_blocks(parts: Iterable[Sequence[Block]]) -> list[Block]:
    """Return the blocks of parts of one page, in the order of the page, as one tree.

    A part of a list, an item or a quote has the lines of the whole, and a part of a table its header. By that
    it is known, so no part is needed for the others to be read.

    Example:
        >>> item = {"kind": "item", "number": "1", "children": [], "first": 1, "last": 1}
        >>> other = {**item, "number": "2", "first": 2, "last": 2}
        >>> parts = [[{"kind": "list", "ordered": True, "children": [each], "first": 1, "last": 2}]
        ...          for each in (item, other)]
        >>> [one["number"] for (whole,) in [merge_blocks(parts)] for one in whole["children"]]
        ['1', '2']
    """
    merged: list[Block] = []
    for part in parts:
        for block in part:
            if merged and _is_rest(merged[-1], block):
                merged[-1] = _join(merged[-1], block)
            else:
                merged.append(block)
    return merged


def _is_rest(before: Block, block: Block) -> bool:
    if before["kind"] != block["kind"]:
        return False
    if block["kind"] == "table":
        follows = before["last"] + 1 == block["first"] or (before["first"], before["last"]) == (
            block["first"],
            block["last"],
        )
        return follows and block["header"] in (before["header"], [[] for _ in before["header"]])
    if block["kind"] not in _CONTAINERS:
        return False
    whole = ("first", "last", "number", "label")
    return all(before.get(name) == block.get(name) for name in whole)


def _join(before: Block, block: Block) -> Block:
    if block["kind"] == "table":
        return {**before, "rows": [*before["rows"], *block["rows"]], "last": block["last"]}
    return {**before, "children": merge_blocks([before["children"], block["children"]])}
