"""Blocks of what a mark stands for: a container of another dialect, or something that is not here."""

from collections.abc import Sequence

from processors.knowledge.blocks import Block, Span
from processors.knowledge.blocks.spans import to_words
from processors.knowledge.markdown.markers import Mark


def make_marked(
    mark: Mark, label: list[Span], children: list[Block], first: int, last: int
) -> Sequence[Block]:
    """Return the blocks of a mark.

    Args:
        mark: What it says.
        label: Its label, read.
        children: What is within.
        first: Its first line.
        last: Its last line.
    """
    kind, words = mark["kind"], to_words(label)
    if kind == "omitted":
        target = mark.get("label", "")
        return [Block(kind="omitted", what=mark.get("name", ""), target=target, first=first, last=last)]
    if kind == "steps":
        return _count_steps(children, first, last)
    if kind == "step":
        named = [Block(kind="paragraph", spans=label, first=first, last=first)] if label else []
        item = Block(kind="item", number="1", done=None, children=[*named, *children], first=first, last=last)
        return [Block(kind="list", ordered=True, children=[item], first=first, last=last)]
    if kind == "tab":
        return [Block(kind="tab", label=words, children=children, first=first, last=last)]
    if kind == "details":
        return [Block(kind="details", label=words, children=children, first=first, last=last)]
    block = Block(kind="quote", label=mark.get("name", ""), children=children, first=first, last=last)
    if words:
        block["title"] = words
    return [block]


def _count_steps(blocks: list[Block], first: int, last: int) -> list[Block]:
    """Join lists that stand side by side, one of each step, to a list that counts them."""
    if not blocks or any(block["kind"] != "list" or not block["ordered"] for block in blocks):
        return blocks
    items = [item for block in blocks for item in block["children"]]
    counted: list[Block] = [{**item, "number": str(at)} for at, item in enumerate(items, start=1)]
    return [Block(kind="list", ordered=True, children=counted, first=first, last=last)]
