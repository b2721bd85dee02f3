"""The paragraphs and tables of a Word document one after the other, not yet nested."""

from collections.abc import Iterator
from typing import Any, Final, cast

from processors.knowledge.blocks import Block, Span
from processors.knowledge.blocks.spans import settle_spans
from processors.knowledge.documents.docx_inline import (
    TEXT_BOX,
    Reading,
    choose_children,
    find_shallow,
    read_paragraph,
    settle_line,
    warn,
)
from processors.knowledge.documents.docx_names import qn, read_number, value_of
from processors.knowledge.documents.docx_nesting import NO_NUMBER, Part, nest_parts
from processors.knowledge.documents.docx_styles import (
    find_heading,
    find_indent,
    find_list,
    is_code_style,
    is_style,
)
from processors.knowledge.html.elements import Element
from processors.knowledge.html.tables import ReadFlow, read_table

_WIDEST_SPAN: Final = 20
# Word itself has no more.
_MOST_COLUMNS: Final = 63


def read_parts(parent: Any, reading: Reading) -> Iterator[Part]:
    """Yield what stands in a body, a cell or a box."""
    for child in choose_children(parent):
        if child.tag == qn("w:p"):
            yield from _read_paragraph(child, reading)
        elif child.tag == qn("w:tbl"):
            yield from _read_table(child, reading)
        elif child.tag not in (qn("w:del"), qn("w:moveFrom"), qn("w:sdtPr"), qn("w:sectPr"), qn("w:tcPr")):
            yield from read_parts(child, reading)


def _read_paragraph(paragraph: Any, reading: Reading) -> Iterator[Part]:
    styles = reading["styles"]
    style = value_of(paragraph, "w:pPr/w:pStyle")
    # A table of contents repeats the headings.
    if is_style(styles, style, r"toc (\d|heading)"):
        return
    line = read_paragraph(paragraph, reading)
    place = find_list(styles, reading["numbering"], paragraph)
    gone = not line.spans and paragraph.find(qn("w:pPr/w:rPr/w:del")) is not None
    number = reading["numbering"].count(place["list_id"], place["level"]) if place and not gone else NO_NUMBER
    indent = find_indent(styles, paragraph)
    pictures = [_omit_picture(reading) for _ in range(line.pictures)]
    shown = [span for span in line.spans if span["text"].strip()]
    is_code = is_code_style(styles, style) or all(
        span["kind"] == "code" and "url" not in span for span in shown
    )
    heading = find_heading(styles, paragraph)
    spans = settle_line(line.spans)
    if heading and spans:
        yield Part(
            _make_heading(heading, _put_before(f"{number.shown}." if number.shown else number.words, spans))
        )
    elif shown and is_code and not place:
        text = "".join(span["text"] for span in line.spans).replace("\u00a0", " ")
        yield Part(_make_block("code", language="", text=text), indent=indent)
    elif spans or (place and pictures):
        spans = _put_before(number.words, spans)
        first = _make_block("paragraph", spans=spans) if spans else pictures.pop(0)
        yield Part(first, place, number, indent)
    elif not pictures:
        yield Part(None, place, number)
    yield from (Part(picture, indent=indent) for picture in pictures)
    for box in find_shallow(paragraph, (TEXT_BOX,)):
        yield from read_parts(box, reading)


def _omit_picture(reading: Reading) -> Block:
    warn(reading, "a picture without words is left out")
    return _make_block("omitted", what="picture", target="")


def _make_block(kind: str, **fields: Any) -> Block:
    return cast(Block, {"kind": kind, "first": 1, "last": 1, **fields})


def _make_heading(level: int, spans: list[Span]) -> Block:
    joined: list[Span] = [Span(kind="text", text=" ") if span["kind"] == "break" else span for span in spans]
    return _make_block("heading", level=level, spans=settle_spans(joined))


def _put_before(words: str, spans: list[Span]) -> list[Span]:
    return settle_spans([Span(kind="text", text=f"{words} "), *spans]) if words else spans


def _read_table(table: Any, reading: Reading) -> Iterator[Part]:
    rows = [list(_find(row, qn("w:tc"))) for row in _find(table, qn("w:tr"))]
    # A frame around a listing or a hint is no table.
    if len(rows) == 1 and len(rows[0]) == 1:
        yield from read_parts(rows[0][0], reading)
        return
    held: list[list[Block]] = []
    cells = [held := _read_row(row, held, reading) for row in rows]
    filled = [row for row in cells if row]
    width = max(map(len, filled), default=0)
    made = Element("table")
    for number, row in enumerate(filled):
        wide = [*row, *([] for _ in range(width - len(row)))] if number == 0 else row
        made.children.append(
            Element("tr", children=[Element("td" if number else "th", children=[*cell]) for cell in wide])
        )
    yield from (Part(block) for block in read_table(made, cast(ReadFlow, list)))


def _read_row(row: list[Any], above: list[list[Block]], reading: Reading) -> list[list[Block]]:
    """Return the blocks of a row's cells, without empty ones at its end; what is merged is repeated."""
    cells: list[list[Block]] = []
    for cell in row[:_MOST_COLUMNS]:
        merge = value_of(cell, "w:tcPr/w:vMerge")
        if merge in ("", "continue") and len(cells) < len(above):
            cells.append(above[len(cells)])
        else:
            cells.append(nest_parts(read_parts(cell, reading)))
        cells += [
            [] for _ in range(min(read_number(value_of(cell, "w:tcPr/w:gridSpan"), 1), _WIDEST_SPAN) - 1)
        ]
    while cells and not cells[-1]:
        cells.pop()
    if any(True for cell in row[_MOST_COLUMNS:] for _ in cell.iter(qn("w:t"))):
        warn(reading, f"what stands beyond the {_MOST_COLUMNS}th column of a table is left out")
    return cells


def _find(parent: Any, tag: str) -> Iterator[Any]:
    """Find rows or cells, also inside of content controls, but not those of tables within."""
    for child in choose_children(parent):
        if child.tag == tag:
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
            yield from _find(child, tag)
