"""Paragraphs cut into sentences, and read as the words that a unit is scored and embedded by."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from processors.knowledge.blocks import Block, Span
from processors.knowledge.blocks.spans import settle_spans

_SENTENCE_END: Final = re.compile(
    r"(?<!e\.g)(?<!i\.e)(?<!etc)(?<!vs)(?<=[.!?…])\s+(?=[\"'«“`(\[]?[A-ZА-ЯЁ0-9`])"
)


def split_sentences(spans: Sequence[Span]) -> list[list[Span]]:
    """Cut a paragraph into sentences; code and links stay whole.

    Example:
        >>> words = [{"kind": "text", "text": "It is red, e.g. at night. Look at "}]
        >>> code = [{"kind": "code", "text": "x.y. Z"}, {"kind": "text", "text": ". Что делать? Ждать."}]
        >>> [read_words(sentence) for sentence in split_sentences([*words, *code])]
        ['It is red, e.g. at night.', 'Look at `x.y. Z`.', 'Что делать?', 'Ждать.']
    """
    shown = [_show(span) for span in spans]
    cuts = [found.start() for found in _SENTENCE_END.finditer("".join(shown))]
    sentences: list[list[Span]] = [[]]
    begin = 0
    for span, text in zip(spans, shown, strict=True):
        last = 0
        for cut in (cut - begin for cut in cuts if begin <= cut < begin + len(text)):
            sentences[-1].append({**span, "text": span["text"][last:cut]})
            sentences.append([])
            last = cut
        sentences[-1].append({**span, "text": span["text"][last:]})
        begin += len(text)
    return [sentence for sentence in map(settle_spans, sentences) if sentence]


def _show(span: Span) -> str:
    """Return text as long as the span's, in which a sentence ends nowhere but in plain words."""
    text = span["text"]
    if span["kind"] == "break":
        return "\n"
    if span["kind"] == "code":
        return f"`{'x' * (len(text) - 1)}" if text else ""
    return text if span["kind"] == "text" else re.sub(r"\s", "x", text)


def read_words(spans: Iterable[Span]) -> str:
    """Return a line as its words, code in ticks, links without their addresses."""
    return " ".join(
        "".join(
            f"`{span['text']}`"
            if span["kind"] == "code"
            else " "
            if span["kind"] == "break"
            else span["text"]
            for span in spans
        ).split()
    )


def read_item(item: Block) -> str:
    """Return what an item of a list says without its blocks of code; what is nested stands on lines below.

    Example:
        >>> from processors.knowledge.markdown.reading import read_markdown
        >>> (steps,) = read_markdown("1. Choose:\\n   - this,\\n   - or that.\\n\\n   Wait.")
        >>> read_item(steps["children"][0])
        'Choose:\\n- this,\\n- or that.\\nWait.'
    """
    return "\n".join(_list_lines(item["children"]))


def _list_lines(blocks: Iterable[Block], mark: str = "") -> Iterator[str]:
    for block in blocks:
        if "spans" in block:
            yield mark + read_words(block["spans"])
            mark = ""
        elif block["kind"] == "item":
            yield from _list_lines(block["children"], f"{block['number']}. " if block["number"] else "- ")
        elif block["kind"] == "table":
            yield from map(read_row, block["rows"])
        else:
            yield from _list_lines(block.get("children", ()))


def read_row(row: Iterable[Sequence[Span]]) -> str:
    """Return a row of a table as its words.

    Example:
        >>> read_row([[{"kind": "text", "text": "up"}], [], [{"kind": "text", "text": "it is up"}]])
        'up · it is up'
    """
    return " · ".join(filter(None, map(read_words, row)))
