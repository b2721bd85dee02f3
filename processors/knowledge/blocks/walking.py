"""Ways through a tree of blocks."""

from collections.abc import Iterable, Iterator, Sequence

from processors.knowledge.blocks import Block, Cell, Span
from processors.knowledge.blocks.spans import settle_spans


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks and all that is in them, in the order of the page.

    Example:
        >>> rule = {"kind": "rule", "first": 2, "last": 2}
        >>> quote = {"kind": "quote", "label": "", "children": [rule], "first": 2, "last": 2}
        >>> [block["kind"] for block in walk([quote])]
        ['quote', 'rule']
    """
    for block in blocks:
        yield block
        yield from walk(block.get("children", ()))


def list_code(blocks: Iterable[Block]) -> list[Block]:
    """Return all blocks of code, in the order of the page."""
    return [block for block in walk(blocks) if block["kind"] == "code"]


def list_spans(block: Block) -> Iterator[Span]:
    """Yield the pieces of a block's own lines, or of its cells; not those of its children."""
    yield from block.get("spans", ())
    for row in (block.get("header", ()), *block.get("rows", ())):
        for cell in row:
            yield from cell


def cover_lines(blocks: Sequence[Block]) -> tuple[int, int]:
    """Return the first and last line of blocks.

    Raises:
        ValueError: There are none.
    """
    return min(block["first"] for block in blocks), max(block["last"] for block in blocks)


def drop_lines(blocks: Iterable[Block]) -> list[Block]:
    """Return blocks as if all stood in no line: those that say the same are equal then."""
    bare: list[Block] = []
    for block in blocks:
        held = block.copy()
        held["first"] = held["last"] = 0
        if "children" in block:
            held["children"] = drop_lines(block["children"])
        bare.append(held)
    return bare


def drop_addresses(blocks: Iterable[Block]) -> list[Block]:
    """Return blocks whose links and images are their words alone; those without any are the same objects."""
    return [_drop_addresses(block) for block in blocks]


def _drop_addresses(block: Block) -> Block:
    bare = block
    if "children" in block:
        children = drop_addresses(block["children"])
        if any(one is not other for one, other in zip(children, block["children"], strict=True)):
            bare = {**bare, "children": children}
    if "spans" in block and _has_address(block["spans"]):
        bare = {**bare, "spans": _to_words(block["spans"])}
    if "rows" in block and _has_address(list_spans(block)):
        header, *rows = [[_to_words(cell) for cell in row] for row in (block["header"], *block["rows"])]
        bare = {**bare, "header": header, "rows": rows}
    return bare


def _has_address(spans: Iterable[Span]) -> bool:
    return any("url" in span for span in spans)


def _to_words(spans: Cell) -> Cell:
    words: list[Span] = [
        Span(kind="text" if span["kind"] in ("link", "image") else span["kind"], text=span["text"])
        for span in spans
    ]
    return settle_spans(words)
