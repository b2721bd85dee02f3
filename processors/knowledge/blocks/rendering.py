r"""Blocks as Markdown: CommonMark with GitHub's tables, tasks and alerts, which reads as the same blocks.

A tab and folded text are written as alerts are, `> [!TAB] Windows`, and so is what is not here,
`> [!OMITTED] include`. Numbers that Markdown doesn't have stand at the head of a bullet: `- a. Look.`
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from processors.knowledge.blocks import Block, Cell, Span
from processors.knowledge.blocks.escaping import escape_closing, escape_words, fence, quote_code
from processors.knowledge.blocks.lines import render_paragraph, render_spans

NUMBER: Final = re.compile(
    r"^((?:[A-Za-z]|[ivxlcdm]{2,6}|[IVXLCDM]{2,6}|\d{1,4}(?:\.\d{1,4}){1,5})[.)])(?= |$)"
)
"""What may stand at the head of a bullet in place of its mark."""

_PLAIN_NUMBER: Final = re.compile("0|[1-9][0-9]{0,8}")


def render_markdown(blocks: Sequence[Block]) -> str:
    """Return blocks as Markdown.

    Example:
        >>> words = [{"kind": "text", "text": "Look."}]
        >>> step = {"kind": "item", "number": "3", "first": 1, "last": 1}
        >>> step["children"] = [{"kind": "paragraph", "spans": words, "first": 1, "last": 1}]
        >>> render_markdown([{"kind": "list", "ordered": True, "children": [step], "first": 1, "last": 1}])
        '3. Look.'
    """
    return "\n".join(_render_all(blocks))


def _render_all(blocks: Sequence[Block]) -> Iterator[str]:
    """Yield the lines of blocks, an empty one between two of them where they would run together."""
    other = False
    for number, block in enumerate(blocks):
        before = blocks[number - 1] if number else None
        if before and not _may_touch(before, block):
            yield ""
        # Two lists one after the other would be one.
        other = block["kind"] == "list" and before is not None and before["kind"] == "list" and not other
        yield from _render(block, other=other)


def _may_touch(before: Block, block: Block) -> bool:
    """Tell whether a list may follow a paragraph at once: only one that begins with 1 can interrupt it.

    A placeholder alone on the first line is HTML to a reader, which only an empty line ends.
    """
    if before["kind"] != "paragraph" or block["kind"] != "list" or _begins_with_placeholder(before):
        return False
    items = block["children"]
    return (
        _is_tight(block)
        and (not block["ordered"] or not _counts(items) or items[0]["number"] == "1")
        and bool(items[0]["children"])
    )


def _begins_with_placeholder(paragraph: Block) -> bool:
    return bool(paragraph["spans"]) and paragraph["spans"][0]["kind"] == "placeholder"


def _render(block: Block, *, other: bool) -> Iterator[str]:
    kind = block["kind"]
    if kind == "paragraph":
        yield from render_paragraph(block["spans"])
    elif kind == "heading":
        yield _render_heading(block)
    elif kind == "code":
        mark = fence(block["text"])
        yield mark + _render_info(block)
        yield from block["text"].split("\n") if block["text"] else []
        yield mark
    elif kind == "list":
        yield from _render_list(block, other=other)
    elif kind == "item":
        yield from _render_item(block, "- ")
    elif kind == "table":
        yield from _render_table(block)
    elif kind == "rule":
        yield "___"
    else:
        yield from _render_apart(block)


def _render_heading(block: Block) -> str:
    anchor = f"{{#{block['anchor']}}}" if block.get("anchor") else ""
    text = escape_closing(render_spans(block["spans"]))
    return " ".join(filter(None, ("#" * block["level"], text, anchor)))


def _render_info(block: Block) -> str:
    title = f'title="{block["title"]}"' if block.get("title") else ""
    return " ".join(filter(None, (block["language"], title)))


def _render_list(block: Block, *, other: bool) -> Iterator[str]:
    items = block["children"]
    counts, tight = block["ordered"] and _counts(items), _is_tight(block)
    for at, item in enumerate(items):
        if counts and at and int(item["number"]) != int(items[at - 1]["number"]) + 1:
            # Markdown counts by ones, so what goes on elsewhere is a list of its own.
            other = not other
            yield ""
        elif at and not tight:
            yield ""
        mark = f"{item['number']}{')' if other else '.'} " if counts else "* " if other else "- "
        yield from _render_item(item, mark, number=item["number"] if block["ordered"] and not counts else "")


def _counts(items: Sequence[Block]) -> bool:
    """Tell whether the numbers are those of Markdown."""
    numbers = [item["number"] for item in items]
    return all(map(_PLAIN_NUMBER.fullmatch, numbers))


def _is_tight(block: Block) -> bool:
    return all(map(_is_short, block["children"]))


def _is_short(item: Block) -> bool:
    children = item["children"]
    if not children or children[0]["kind"] != "paragraph":
        return not children
    return all(a["kind"] == "paragraph" and _may_touch(a, b) for a, b in pairwise(children))


def _render_item(item: Block, mark: str, number: str = "") -> Iterator[str]:
    lines = list(_render_all(item["children"]))
    heads = item["children"] and item["children"][0]["kind"] == "paragraph"
    if not number and not mark[0].isdigit() and heads and NUMBER.match(lines[0]):
        lines[0] = NUMBER.sub(lambda found: f"{found[1][:-1]}\\{found[1][-1]}", lines[0])
    if heads and re.match(r"\[[ xX]\](?: |$)", lines[0]):
        lines[0] = f"\\{lines[0]}"
    done = item.get("done")
    head = " ".join(
        filter(None, (f"{number}." if number else "", "" if done is None else f"[{'x' if done else ' '}]"))
    )
    if head:
        lines = [f"{head} {lines[0]}", *lines[1:]] if heads else [head, *([""] if lines else []), *lines]
    indent = " " * len(mark)
    for at, line in enumerate(lines or [""]):
        yield f"{indent if at else mark}{line}" if line else mark.rstrip() if not at else ""


def _render_table(block: Block) -> Iterator[str]:
    yield _render_row(block["header"])
    yield "|" + " --- |" * len(block["header"])
    yield from map(_render_row, block["rows"])


def _render_row(cells: Sequence[Cell]) -> str:
    texts = [render_spans(cell, "<br>").replace("|", r"\|") for cell in cells]
    return f"| {' | '.join(texts)} |"


def _render_apart(block: Block) -> Iterator[str]:
    """Yield a quote, or what is written as one."""
    children: Sequence[Block] = block.get("children", [])
    if block["kind"] == "omitted":
        head = _render_label("OMITTED", block["what"])
        target: list[Span] = [{"kind": "code", "text": block["target"]}]
        body = [quote_code(span["text"]) for span in target if span["text"]]
    else:
        quoted = block["kind"] == "quote"
        label = block["label"] if quoted else block["kind"].upper()
        head = _render_label(label, block.get("title", "") if quoted else block["label"]) if label else ""
        body = list(_render_all(children))
    gap = [""] if head and children and children[0]["kind"] != "paragraph" else []
    for line in [*([head] if head else []), *gap, *body] or [""]:
        yield f"> {line}" if line else ">"


def _render_label(label: str, words: str) -> str:
    return f"[!{label}] {escape_words(words)}".rstrip()
