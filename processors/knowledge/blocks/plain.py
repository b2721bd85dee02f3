"""Blocks as words alone, for what reads no Markdown."""

from collections.abc import Iterable, Iterator

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.spans import to_words


def render_plain(blocks: Iterable[Block]) -> str:
    """Return what blocks say, line by line, without markup.

    Example:
        >>> words = [{"kind": "text", "text": "Run "}, {"kind": "code", "text": "ls"}]
        >>> render_plain([{"kind": "paragraph", "spans": words, "first": 1, "last": 1}])
        'Run ls'
    """
    return "\n".join(line for block in blocks for line in _render(block))


def _render(block: Block) -> Iterator[str]:
    kind = block["kind"]
    if kind == "omitted":
        yield " ".join(filter(None, (block["what"], block["target"])))
    elif kind == "code":
        yield block["text"]
    elif kind == "table":
        for row in (block["header"], *block["rows"]):
            yield " · ".join(filter(None, map(to_words, row)))
    elif "spans" in block:
        yield to_words(block["spans"])
    else:
        yield from filter(None, (block.get("title") or block.get("label", ""),))
        below = render_plain(block["children"])
        head = f"{block['number']}." if block.get("number") else ""
        yield " ".join(filter(None, (head, below)))
