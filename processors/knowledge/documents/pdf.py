"""PDF with a text layer as blocks: headings by their size, code by its font, lists by their marks."""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, TypedDict

from processors.knowledge.blocks import Block, Span
from processors.knowledge.documents.limited import ConversionError, run_limited
from processors.knowledge.documents.plain_page import convert_plain
from processors.knowledge.markdown.reading import read_markdown

_COMMAND: Final = (sys.executable, "-I", str(Path(__file__).with_name("pdf_text.py")))
_MONOSPACE: Final = re.compile(
    r"courier|consol|mono|menlo|typewriter|cmtt|inconsolata|cascadia", re.IGNORECASE
)
_MARK: Final = re.compile(r"(?:\d{1,3}[.)]|[-*•–▪◦]|[A-Za-z][.)])\s")
_LARGER: Final = 1.15
_LONGEST_HEADING: Final = 120
# Lines of a paragraph stand this close, in sizes of their letters.
_CLOSE: Final = 1.7
_FEWEST_PAGES: Final = 3
# What PDFium gives for a hyphen at which a word was cut.
_CUT: Final = "\x02"


class Line(TypedDict):
    """A line of a page, its place in points from the lower left."""

    page: int
    text: str
    size: float
    font: str
    left: float
    right: float
    top: float


def read_pdf(data: bytes) -> tuple[list[Block], list[str]]:
    """Return the blocks of a PDF, and warnings.

    Raises:
        ConversionError: It can't be read, or it has no text.
    """
    found = json.loads(run_limited(_COMMAND, data))
    lines: list[Line] = found["lines"]
    if not lines:
        raise ConversionError("it has no text, only pictures; save it with a text layer")
    read = max(line["page"] for line in lines) + 1
    kept = _drop_running_heads(lines, found["pages"])
    warnings = [f"pages behind the {read}th have no text"] if read < found["pages"] else []
    return list(_read_blocks(kept)), warnings


def _drop_running_heads(lines: Sequence[Line], pages: int) -> list[Line]:
    """Leave out what stands at the head or foot of most pages, whatever its number."""
    by_page = [list(group) for _, group in groupby(lines, lambda line: line["page"])]
    if pages < _FEWEST_PAGES:
        return list(lines)
    edges = Counter(_shape(line) for page in by_page for line in (page[0], page[-1]))
    heads = {shape for shape, count in edges.items() if count * 2 > len(by_page)}
    return [
        line
        for page in by_page
        for at, line in enumerate(page)
        if at not in (0, len(page) - 1) or _shape(line) not in heads
    ]


def _shape(line: Line) -> str:
    return re.sub(r"\d+", "0", line["text"].strip())


def _read_blocks(lines: Sequence[Line]) -> Iterator[Block]:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line["size"]] += len(line["text"])
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    levels = {
        size: at for at, size in enumerate(sorted({s for s in sizes if s > body * _LARGER}, reverse=True), 1)
    }
    for (kind, size), group in groupby(lines, lambda line: (_find_kind(line, levels), line["size"])):
        held = list(group)
        if kind == "heading":
            words: list[Span] = [Span(kind="text", text=" ".join(_join(held).split()))]
            yield Block(kind="heading", level=min(levels[size], 6), spans=words, first=1, last=1)
        elif kind == "code":
            yield Block(kind="code", language="", text=_lay_out(held), first=1, last=1)
        else:
            yield from read_markdown(convert_plain("\n".join(_split_paragraphs(held))))


def _find_kind(line: Line, levels: dict[float, int]) -> str:
    if _MONOSPACE.search(line["font"]):
        return "code"
    return "heading" if line["size"] in levels and len(line["text"]) < _LONGEST_HEADING else "text"


def _join(lines: Sequence[Line]) -> str:
    return " ".join(line["text"].strip() for line in lines).replace(f"{_CUT} ", "")


def _is_apart(line: Line, before: Line) -> bool:
    gap = before["top"] - line["top"]
    return line["page"] == before["page"] and not 0 <= gap <= _CLOSE * line["size"]


def _lay_out(lines: Sequence[Line]) -> str:
    """Return lines of code with the space before them, which is a place on the page and no letters."""
    left = min(line["left"] for line in lines)
    widths = [(line["right"] - line["left"]) / len(line["text"].strip()) for line in lines]
    width = max(sorted(widths)[len(widths) // 2], 1.0)
    shown: list[str] = []
    for at, line in enumerate(lines):
        if at and _is_apart(line, lines[at - 1]):
            shown.append("")
        shown.append(" " * round((line["left"] - left) / width) + line["text"].strip().replace(_CUT, "-"))
    return "\n".join(shown)


def _split_paragraphs(lines: Sequence[Line]) -> Iterator[str]:
    """Yield the lines of plain text: a paragraph or an item each, items to the right of others below them."""
    marks: list[float] = []
    held: list[Line] = []
    for at, line in enumerate(lines):
        is_item = bool(_MARK.match(line["text"].strip()))
        if at and (is_item or _is_apart(line, lines[at - 1])):
            yield from _write(held, marks)
            held = []
        held.append(line)
    yield from _write(held, marks)


def _write(held: Sequence[Line], marks: list[float]) -> Iterator[str]:
    left = held[0]["left"] if held else 0.0
    is_item = bool(held) and bool(_MARK.match(held[0]["text"].strip()))
    while marks and left <= marks[-1] - (1 if is_item else -1):
        marks.pop()
    if is_item and (not marks or left > marks[-1] + 1):
        marks.append(left)
    depth = len(marks) - 1 if is_item else len(marks)
    yield from ("", " " * 3 * depth + _join(held)) if not is_item else (" " * 3 * depth + _join(held),)
