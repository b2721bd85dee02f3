"""Code and words that are written beside a list, at the left edge, and belong to the step above them."""

from collections.abc import Sequence
from typing import Final

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.spans import to_words
from processors.knowledge.blocks.walking import list_code

_MOST_BETWEEN: Final = 6
_ADOPTED: Final = ("paragraph", "code", "quote", "tab", "table", "details", "omitted")
_OF_COMMANDS: Final = ("paragraph", "code", "quote", "omitted")


def adopt_steps(blocks: Sequence[Block], *, is_inside: bool = False) -> list[Block]:
    """Return blocks whose steps hold what is written below them: CommonMark ends a list at the left edge.

    A list that goes on behind such blocks, by its number or because every step is written as `1.`, is one
    list with the one before. Code right below a list is its last step's, but not if both are in a step: who
    indents code below smaller steps means the step. So are tabs of code, where other steps have such too.

    Args:
        blocks: One below the other.
        is_inside: Whether they are in a step.

    Example:
        >>> from processors.knowledge.markdown.reading import read_markdown
        >>> (steps,) = adopt_steps(read_markdown("1. Look:\\n\\n```sh\\nls\\n```\\n\\n2. Act."))
        >>> [len(step["children"]) for step in steps["children"]]
        [2, 1]
    """
    settled = [_settle(block) for block in blocks]
    adopted: list[Block] = []
    at = 0
    while at < len(settled):
        block = settled[at]
        at += 1
        if block["kind"] == "list":
            chained = False
            while end := _find_rest(settled, at, block):
                block = _join(block, settled[at:end], settled[end])
                at, chained = end + 1, True
            end = at if is_inside else _find_tail(settled, at, block, chained=chained)
            block = _extend(block, settled[at:end])
            at = end
        adopted.append(block)
    return adopted


def _settle(block: Block) -> Block:
    if "children" not in block:
        return block
    return {**block, "children": adopt_steps(block["children"], is_inside=block["kind"] == "item")}


def _find_rest(blocks: Sequence[Block], at: int, before: Block) -> int:
    """Return where the list goes on, or 0."""
    end = at
    while end < len(blocks) and end - at < _MOST_BETWEEN and blocks[end]["kind"] in _ADOPTED:
        end += 1
    if end == at or end == len(blocks) or not _goes_on(before, blocks[at:end], blocks[end]):
        return 0
    return end


def _goes_on(before: Block, between: Sequence[Block], block: Block) -> bool:
    if block["kind"] != "list" or block["ordered"] != before["ordered"]:
        return False
    has_code = any(held["kind"] == "code" or _is_tab_of_code(held) for held in between)
    if not before["ordered"]:
        return all(held["kind"] == "code" for held in between)
    last, first = before["children"][-1]["number"], block["children"][0]["number"]
    if last.isdecimal() and first == str(int(last) + 1):
        return True
    # `1.` before every step, with code between them; what leads in another list ends with a colon.
    repeats = first == "1" == before["children"][0]["number"] and (
        len(before["children"]) == 1 or len(block["children"]) == 1
    )
    return repeats and has_code and not _leads_in(between[-1])


def _leads_in(block: Block) -> bool:
    return block["kind"] == "paragraph" and to_words(block["spans"]).rstrip().endswith(":")


def _find_tail(blocks: Sequence[Block], at: int, before: Block, *, chained: bool) -> int:
    """Return where what belongs to the last step ends: code right below it, or below a line as before."""
    end = at
    takes_tabs = before["ordered"] and (chained or _ends_with_colon(before))

    def is_its_own(block: Block) -> bool:
        return block["kind"] == "code" or (takes_tabs and _is_tab_of_code(block))

    if end + 1 < len(blocks) and chained and _leads_in(blocks[end]) and is_its_own(blocks[end + 1]):
        end += 2
    while end < len(blocks) and is_its_own(blocks[end]):
        end += 1
    return end if before["ordered"] or not end - at or _ends_with_colon(before) else at


def _is_tab_of_code(block: Block) -> bool:
    """Tell whether a block is a tab that holds code and no steps of its own."""
    return (
        block["kind"] == "tab"
        and bool(list_code([block]))
        and all(child["kind"] in _OF_COMMANDS for child in block["children"])
    )


def _ends_with_colon(block: Block) -> bool:
    children = block["children"][-1]["children"]
    return bool(children) and _leads_in(children[-1])


def _join(before: Block, between: Sequence[Block], block: Block) -> Block:
    joined = _extend(before, between)
    items = list(block["children"])
    last = joined["children"][-1]["number"]
    if last.isdecimal():
        items = [{**item, "number": str(int(last) + count)} for count, item in enumerate(items, start=1)]
    return {**joined, "children": [*joined["children"], *items], "last": block["last"]}


def _extend(block: Block, more: Sequence[Block]) -> Block:
    """Return a list whose last item holds more blocks."""
    if not more:
        return block
    *items, last = block["children"]
    end = more[-1]["last"]
    grown: Block = {**last, "children": [*last["children"], *more], "last": end}
    return {**block, "children": [*items, grown], "last": end}
