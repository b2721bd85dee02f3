"""Steps out of blocks, whatever form they are written in: lists, headings, rows, or prose with its code."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from processors.knowledge.blocks import LABELLED, Block, Cell, Span
from processors.knowledge.blocks.lines import render_spans
from processors.knowledge.blocks.sections import read_heading
from processors.knowledge.blocks.spans import settle_spans, to_words
from processors.knowledge.blocks.walking import drop_addresses, walk
from processors.knowledge.procedures import Command, Step
from processors.knowledge.procedures.commands import is_command, read_block
from processors.knowledge.steps.finding import counts_rows
from processors.knowledge.steps.headings import split_number

_UNWRITTEN: Final = ("todo", "tbd", "n/a")


def read_steps(blocks: Sequence[Block]) -> list[Step]:
    """Return the steps that blocks tell: items, rows and headings; paragraphs, unnumbered, if there are none.

    Example:
        >>> from processors.knowledge.markdown.reading import read_markdown
        >>> steps = read_steps(read_markdown("### Step 1: Look\\n\\n1. Here.\\n\\n### Step 2: Act\\n\\nDo."))
        >>> [(step["number"], step["text"], len(step["steps"])) for step in steps]
        [('1', 'Look', 1), ('2', 'Act', 0)]
    """
    steps: list[Step] = []
    heading: Step | None = None
    has_list = any(_holds_steps(block) for block in blocks)
    for block in blocks:
        held = heading["steps"] if heading else steps
        if block["kind"] == "heading":
            heading = _read_heading(block)
            steps.append(heading)
        elif _holds_steps(block):
            held += _read_items(block, f"{heading['number']}." if heading and heading["number"] else "")
        elif not _is_written(block):
            continue
        elif block["kind"] == "code" or has_list or block["kind"] == "table":
            _give(block, held, heading)
        else:
            held.append(_make_step(block))
    # A sub-heading with nothing below it is no step, unless its number says so.
    return [
        step
        for step in steps
        if step["steps"]
        or step["commands"]
        or step["number"]
        or (step["text"] and not _is_bare(step, blocks))
    ]


def _is_bare(step: Step, blocks: Sequence[Block]) -> bool:
    return any(block["kind"] == "heading" and block["first"] == step["line"] for block in blocks)


def _give(block: Block, held: list[Step], heading: Step | None) -> None:
    """Give the commands of a block to the step above it; code that no step stands above is a step itself."""
    owner = held[-1] if held else heading
    commands = list(find_commands([block]))
    if owner is not None:
        owner["commands"] += commands
    elif block["kind"] == "code" and commands:
        held.append(Step(number="", text="", line=block["first"], commands=commands, steps=[]))


def _holds_steps(block: Block) -> bool:
    if block["kind"] in LABELLED:
        return any(_holds_steps(child) for child in block["children"])
    return block["kind"] == "list" or (block["kind"] == "table" and counts_rows(block))


def _is_written(block: Block) -> bool:
    return block["kind"] != "paragraph" or to_words(block["spans"]).strip(" .").lower() not in _UNWRITTEN


def _make_step(block: Block) -> Step:
    return Step(
        number="", text=read_text(block), line=block["first"], commands=list(find_commands([block])), steps=[]
    )


def _read_heading(block: Block) -> Step:
    number, named = split_number(read_heading(block))
    return Step(number=number, text=named, line=block["first"], commands=[], steps=[])


def _read_items(block: Block, prefix: str) -> list[Step]:
    if block["kind"] == "list":
        return [_read_item(item, prefix) for item in block["children"]]
    if block["kind"] == "table":
        return [_read_row(block, at, prefix) for at in range(len(block["rows"]))]
    inside = [
        step for child in block["children"] if _holds_steps(child) for step in _read_items(child, prefix)
    ]
    named = block.get("title") or (block["label"] if block["kind"] != "quote" else "")
    return [Step(number="", text=named, line=block["first"], commands=[], steps=inside)] if named else inside


def _read_item(item: Block, prefix: str) -> Step:
    number = f"{prefix}{item['number']}" if item["number"] else ""
    inner = [child for child in item["children"] if _holds_steps(child)]
    others = [child for child in item["children"] if not _holds_steps(child)]
    below = f"{number}." if number else ""
    return Step(
        number=number,
        text=next((text for child in others if (text := read_text(child))), ""),
        line=item["first"],
        commands=list(find_commands(others)),
        steps=[step for child in inner for step in _read_items(child, below)],
    )


def _read_row(table: Block, at: int, prefix: str) -> Step:
    first, *rest = table["rows"][at]
    line = (
        table["first"] + 2 + at
        if table["last"] - table["first"] == len(table["rows"]) + 1
        else table["first"]
    )
    cells = [_render(cell) for cell in rest]
    return Step(
        number=f"{prefix}{to_words(first).strip(' .)')}",
        text=" · ".join(filter(None, cells)),
        line=line,
        commands=[command for cell in rest for command in _find_in_cell(cell, line)],
        steps=[],
    )


def read_text(block: Block) -> str:
    """Return what a paragraph, a heading or the first of what is in a container says, its code in ticks."""
    for inner in walk([block]):
        if inner.get("spans"):
            return _render(inner["spans"])
    return ""


def _render(spans: Cell) -> str:
    (bare,) = drop_addresses([Block(kind="paragraph", spans=spans, first=1, last=1)])
    plain = "".join(
        f"`{span['text']}`"
        if span["kind"] == "code" and "`" not in span["text"]
        else render_spans([span])
        if span["kind"] == "code"
        else "\n"
        if span["kind"] == "break"
        else span["text"]
        for span in settle_spans(bare["spans"])
    )
    return " ".join(plain.split())


def find_commands(blocks: Iterable[Block]) -> Iterator[Command]:
    """Yield the code of blocks, and the code within lines that calls a well-known tool."""
    for block in walk(blocks):
        if block["kind"] == "code":
            # A fence takes a line of its own above the code.
            is_fenced = block["last"] - block["first"] > block["text"].count("\n")
            yield from read_block(block["language"], block["text"], block["first"] + is_fenced)
        elif "spans" in block:
            yield from _find_in_line(block["spans"], block["first"])
        for at, row in enumerate(block.get("rows", ())):
            for cell in row:
                yield from _find_in_line(cell, min(block["first"] + 2 + at, block["last"]))


def _find_in_cell(spans: Iterable[Span], line: int) -> Iterator[Command]:
    """Yield the code of a step that is a row; one word of code is what it shows, not what to type."""
    for span in spans:
        if span["kind"] == "code" and " " in span["text"].strip():
            yield from read_block("sh", span["text"], line)


def _find_in_line(spans: Iterable[Span], line: int) -> Iterator[Command]:
    for span in spans:
        if span["kind"] == "code" and is_command(span["text"]):
            yield from read_block("sh", span["text"], line)
