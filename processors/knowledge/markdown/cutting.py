"""Trees cut to size: never through code, a row or a step that fits."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from semantic_text_splitter import TextSplitter
from tokenizers import Tokenizer

from processors.knowledge.blocks import Block, Cell, Span
from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.blocks.spans import settle_spans, to_words
from processors.knowledge.blocks.walking import drop_addresses

_LED_IN: Final = ("list", "code", "table", "quote", "tab", "details", "omitted")
_LONG_LEAD: Final = 300
_LEAST: Final = 8
_REMEMBERED: Final = 512

Wrap = Callable[[list[Block]], list[Block]]


class Splitter(NamedTuple):
    """How large a chunk may be: `count` measures a text; above the limit it only says that it is."""

    count: Callable[[str], int]
    limit: int


def open_splitter(tokenizer_file: Path, chunk_tokens: int) -> Splitter:
    """Return a splitter whose pieces have at most `chunk_tokens` tokens of the embedding model."""
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    # The same text is measured when it is cut, when it is joined and when it is embedded.
    @lru_cache(maxsize=_REMEMBERED)
    def count(text: str) -> int:
        # Each word is a token or more, and of what doesn't fit nobody asks how large it is.
        words = len(text.split())
        return words if words > chunk_tokens else len(tokenizer.encode(text, add_special_tokens=False))

    return make_splitter(count, chunk_tokens)


def make_splitter(count: Callable[[str], int], limit: int) -> Splitter:
    """Return a splitter of any measure, such as `len`."""
    return Splitter(count, limit)


def measure(blocks: Sequence[Block], splitter: Splitter) -> int:
    """Return how large blocks are as they are embedded, which is without the addresses of links."""
    return splitter.count(render_markdown(drop_addresses(blocks)))


def cut_blocks(blocks: Sequence[Block], splitter: Splitter) -> list[list[Block]]:
    """Cut blocks into pieces that fit, along the tree.

    Code stays whole, a row of a table as well. A list is cut between its items, an item between the blocks in
    it, and what leads in a list or code stays with it. Each part of a container is a container of its own,
    with the lines of the whole.

    Args:
        blocks: Of one section.
        splitter: Says what fits.

    Example:
        >>> from processors.knowledge.markdown.reading import read_markdown
        >>> pieces = cut_blocks(read_markdown("One.\\n\\nTwo.\\n\\n3. Three."), make_splitter(len, 10))
        >>> [render_markdown(piece) for piece in pieces]
        ['One.\\n\\nTwo.', '3. Three.']
    """
    if measure(blocks, splitter) <= splitter.limit:
        return [list(blocks)]
    return _pack(blocks, splitter, lambda held: held, splitter.limit)


def _pack(blocks: Sequence[Block], splitter: Splitter, wrap: Wrap, limit: int) -> list[list[Block]]:
    """Join neighbours while they fit; what doesn't fit alone is cut. Sizes are those within the container."""
    pieces: list[list[Block]] = []
    held: list[Block] = []
    size = 0
    gap = splitter.count("\n\n")
    for unit in _glue(blocks):
        cost = sum(measure(wrap([block]), splitter) + gap for block in unit)
        if held and size + cost - gap > limit:
            pieces.append(held)
            held, size = [], 0
        if cost - gap <= limit:
            held, size = [*held, *unit], size + cost
            continue
        *parts, last = _cut_unit(unit, splitter, wrap, limit)
        pieces += parts
        held, size = last, measure(wrap(last), splitter) + gap
    return [*pieces, held] if held else pieces


def _glue(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Yield what stays together: a heading, or a line that leads in, with what is below it."""
    held: list[Block] = []
    for at, block in enumerate(blocks):
        held.append(block)
        if at + 1 == len(blocks) or not _leads_in(block, blocks[at + 1]):
            yield held
            held = []


def _leads_in(block: Block, below: Block) -> bool:
    if block["kind"] == "heading":
        return True
    if block["kind"] != "paragraph" or below["kind"] not in _LED_IN:
        return False
    words = to_words(block["spans"])
    return len(words) <= _LONG_LEAD and (words.rstrip().endswith((":", "：")) or below["kind"] == "code")


def _cut_unit(unit: list[Block], splitter: Splitter, wrap: Wrap, limit: int) -> list[list[Block]]:
    """Cut what doesn't fit; what leads it in stays with the first part if that fits then."""
    lead, block = unit[:-1], unit[-1]
    taken = measure(wrap(lead), splitter) if lead else 0
    parts = _cut_block(block, splitter, wrap, limit, taken if taken <= limit // 2 else 0)
    if lead and (len(parts) == 1 or measure(wrap([*lead, *parts[0]]), splitter) <= limit):
        return [[*lead, *parts[0]], *parts[1:]]
    return [*(_pack(lead, splitter, wrap, limit) if lead else []), *parts]


def _cut_block(block: Block, splitter: Splitter, wrap: Wrap, limit: int, taken: int) -> list[list[Block]]:
    """Cut a block; of the first part's room something may be taken."""
    kind = block["kind"]
    if kind == "list":
        return [[{**block, "children": items}] for items in _cut_items(block, splitter, wrap, limit, taken)]
    if kind in ("quote", "tab", "details"):
        inside = _pack(block["children"], splitter, lambda held: wrap([{**block, "children": held}]), limit)
        return [[{**block, "children": held}] for held in inside]
    if kind == "table":
        return [[part] for part in _cut_table(block, splitter, wrap, limit)]
    if kind == "paragraph":
        return [[{**block, "spans": spans}] for spans in _cut_spans(block["spans"], splitter, wrap, limit)]
    return [[block]]


def _cut_items(block: Block, splitter: Splitter, wrap: Wrap, limit: int, taken: int) -> Iterator[list[Block]]:
    held: list[Block] = []
    size = taken
    for item in block["children"]:
        cost = measure(wrap([{**block, "children": [item]}]), splitter) + splitter.count("\n\n")
        if held and size + cost > limit:
            yield held
            held, size = [], 0
        if size + cost <= limit or (not held and cost <= limit):
            held, size = [*held, item], size + cost
            continue

        def within(inside: list[Block], item: Block = item) -> list[Block]:
            return wrap([{**block, "children": [{**item, "children": inside}]}])

        for part in _pack(item["children"], splitter, within, limit):
            yield [{**item, "children": part}]
    if held:
        yield held


def _cut_table(block: Block, splitter: Splitter, wrap: Wrap, limit: int) -> Iterator[Block]:
    """Cut a table between rows, each part with its header; one that fills most of a part is said once."""
    header = block["header"]
    head = measure(wrap([{**block, "rows": []}]), splitter)
    bare: list[Cell] = [[] for _ in header]
    bare_head = measure(wrap([{**block, "header": bare, "rows": []}]), splitter)
    is_drawn = block["last"] - block["first"] == len(block["rows"]) + 1
    begin, size, held = 0, head, list[list[Cell]]()
    for at, row in enumerate(block["rows"]):
        cost = measure(wrap([{**block, "header": row, "rows": []}]), splitter) - bare_head + 1
        if held and size + cost > limit:
            yield _make_part(block, header, held, begin, is_drawn=is_drawn)
            begin, held = at, []
            header, size = (header, head) if head <= limit // 2 else (bare, bare_head)
        held, size = [*held, row], size + cost
    yield _make_part(block, header, held, begin, is_drawn=is_drawn)


def _make_part(
    block: Block, header: list[Cell], rows: list[list[Cell]], begin: int, *, is_drawn: bool
) -> Block:
    """Return rows as a table; where each row is a line, the part knows its own."""
    part: Block = {**block, "header": header, "rows": rows}
    if is_drawn:
        part["first"] = block["first"] + (begin + 2 if begin else 0)
        part["last"] = block["first"] + begin + 1 + len(rows)
    return part


def _cut_spans(spans: list[Span], splitter: Splitter, wrap: Wrap, limit: int) -> list[list[Span]]:
    """Cut a paragraph between sentences; code is cut only if it doesn't fit alone."""
    room = limit
    while True:
        parts = _cut_words(spans, splitter, max(room, 1))
        blocks: list[Block] = [Block(kind="paragraph", spans=part, first=1, last=1) for part in parts]
        if room <= _LEAST or all(measure(wrap([block]), splitter) <= limit for block in blocks):
            return parts
        room = room * 3 // 4


def _cut_words(spans: list[Span], splitter: Splitter, room: int) -> list[list[Span]]:
    text = to_words(spans)
    cuts = [at for at, _ in TextSplitter.from_callback(splitter.count, room).chunk_indices(text)][1:]
    parts: list[list[Span]] = [[]]
    begin = 0
    for span in spans:
        shown = "\n" if span["kind"] == "break" else span["text"]
        inside = [at - begin for at in cuts if begin <= at < begin + len(shown)]
        if span["kind"] != "text" and splitter.count(shown) <= room // 2:
            # What must not be broken begins the next part.
            inside = inside[:1] and [0]
        last = 0
        for at in inside:
            if at > last:
                parts[-1].append({**span, "text": span["text"][last:at]})
            parts.append([])
            last = at
        parts[-1].append({**span, "text": span["text"][last:]})
        begin += len(shown)
    return [part for part in map(settle_spans, parts) if part]
