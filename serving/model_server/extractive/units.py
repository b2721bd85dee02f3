"""Cuts a source into the units that are scored: steps, items, sentences and rows of its tree, or lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from processors.knowledge.blocks import LABELLED, Block
from processors.knowledge.blocks.sections import read_heading
from processors.knowledge.blocks.walking import list_code
from processors.knowledge.steps.headings import split_number
from serving.model_server.extractive.sentences import read_item, read_row, read_words, split_sentences

UnitKind = Literal["step", "item", "sentence", "line"]


@dataclass(frozen=True)
class Unit:
    """The smallest part of a source that is scored, and quoted where no procedure is.

    `order` is its place in the source, and `text` what it is scored and embedded by, without its `code`.
    `heading` is the nearest heading above it, `label` that of the tab or folded text around it, or
    the names of a table's columns. `blocks` is
    what is quoted, of a line nothing; `first` is where it begins.
    """

    source: int
    order: int
    kind: UnitKind
    text: str
    heading: str = ""
    label: str = ""
    blocks: tuple[Block, ...] = ()

    @property
    def first(self) -> int:
        """Its line in the source, from 1."""
        return self.blocks[0]["first"] if self.blocks else self.order + 1

    @property
    def code(self) -> str:
        """The code that belongs to it."""
        return "\n".join(block["text"] for block in list_code(self.blocks))


def split_units(source: int, blocks: Sequence[Block]) -> list[Unit]:
    """Cut a page into units.

    A block of code belongs to the item that it is in, or to the sentence before it; one that nothing stands
    before is a unit without text. What is nested belongs to its step.

    Args:
        source: Its number.
        blocks: Its tree.

    Example:
        >>> from processors.knowledge.markdown.reading import read_markdown
        >>> text = "Do this:\\n1. Look.\\n   ```sh\\n   ls\\n   ```\\n2. Act."
        >>> [(unit.kind, unit.text, unit.code) for unit in split_units(1, read_markdown(text))]
        [('sentence', 'Do this:', ''), ('step', 'Look.', 'ls'), ('step', 'Act.', '')]
    """
    return [
        Unit(source, order, *told) for order, told in enumerate(_split(blocks, "", "")) if told[1] or told[4]
    ]


_Told = tuple[UnitKind, str, str, str, tuple[Block, ...]]


def _split(blocks: Sequence[Block], heading: str, label: str) -> Iterator[_Told]:
    """Yield of each unit all but its place."""
    told: _Told | None = None
    for at, block in enumerate(blocks):
        if block["kind"] == "code":
            told = ("sentence", "", heading, label, ()) if told is None else told
            told = (*told[:4], (*told[4], block))
            continue
        if told:
            yield told
            told = None
        if block["kind"] == "heading":
            heading = read_heading(block)
            if split_number(heading)[0] or _is_leaf(blocks, at):
                yield "step", heading, heading, label, (block,)
        elif block["kind"] == "paragraph":
            *done, told = _split_paragraph(block, heading, label)
            yield from done
        elif block["kind"] == "list":
            yield from _split_list(block, heading, label)
        elif block["kind"] == "table":
            yield from _split_table(block, heading, label)
        elif block["kind"] in LABELLED:
            named = block.get("title") or (block["label"] if block["kind"] != "quote" else "")
            yield from _split(block["children"], heading, named or label)
    if told:
        yield told


def _is_leaf(blocks: Sequence[Block], at: int) -> bool:
    if at + 1 == len(blocks):
        return True
    return blocks[at + 1]["kind"] == "heading" and blocks[at + 1]["level"] <= blocks[at]["level"]


def _split_paragraph(block: Block, heading: str, label: str) -> list[_Told]:
    sentences = split_sentences(block["spans"]) or [block["spans"]]
    return [
        ("sentence", read_words(spans), heading, label, ({**block, "spans": spans},)) for spans in sentences
    ]


def _split_list(block: Block, heading: str, label: str) -> Iterator[_Told]:
    kind: UnitKind = "step" if block["ordered"] else "item"
    for item in block["children"]:
        alone: Block = {**block, "children": [item], "first": item["first"], "last": item["last"]}
        yield kind, read_item(item), heading, label, (alone,)


def _split_table(block: Block, heading: str, label: str) -> Iterator[_Told]:
    """Yield the rows of a table, each below the names of its columns."""
    named = " ".join(filter(None, (label, read_row(block["header"]))))
    for row in block["rows"]:
        yield "sentence", read_row(row), heading, named, ({**block, "header": [], "rows": [row]},)
