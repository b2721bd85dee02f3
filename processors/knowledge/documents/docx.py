"""Word documents as Markdown: headings, lists, tables, code, links and the words for images.

The XML is read directly, because a document that is made to do harm must not be unpacked as a whole.
"""

from collections.abc import Iterator
from typing import Any, Final, Literal, TypedDict

from processors.knowledge.documents import ConvertedPage
from processors.knowledge.documents.docx_inline import (
    TEXT_BOX,
    Reading,
    choose_children,
    find_shallow,
    read_pieces,
    render_paragraph,
)
from processors.knowledge.documents.docx_package import BrokenDocumentError, open_parts
from processors.knowledge.documents.docx_styles import (
    ListPlace,
    find_heading,
    find_list,
    is_code_style,
    is_style,
    qn,
    read_number,
    read_styles,
    value_of,
)
from processors.knowledge.documents.escaping import fence_code, quote_code

_WIDEST_SPAN: Final = 20
_MOST_WARNINGS: Final = 20

Kind = Literal["heading", "text", "item", "code", "table", "empty"]


class Block(TypedDict):
    """A block of a document: Markdown lines, except that code is as it stands and a table has its rows."""

    kind: Kind
    lines: list[str]
    level: int
    place: ListPlace | None
    rows: list[list[str]]


def convert_docx(data: bytes) -> ConvertedPage:
    """Return a Word document as Markdown.

    Args:
        data: The `.docx` file.

    Example:
        >>> convert_docx(b"PK, but no archive")["text"]
        ''
    """
    try:
        parts = open_parts(data)
    except BrokenDocumentError as error:
        return ConvertedPage(text="", warnings=[f"not read: {error}"])
    reading = Reading(
        styles=read_styles(parts["styles"], parts["numbering"]),
        links=_read_links(parts["relations"]),
        warnings={},
    )
    body = parts["document"].find(qn("w:body"))
    blocks = [] if body is None else _join_code(list(_read_blocks(body, reading)))
    lines = _write_blocks(blocks)
    if not lines:
        reading["warnings"]["not read: the document has no text"] = None
    return ConvertedPage(
        text="".join(f"{line}\n" for line in lines), warnings=_shorten(list(reading["warnings"]))
    )


def _shorten(warnings: list[str]) -> list[str]:
    more = len(warnings) - _MOST_WARNINGS
    return [*warnings[:_MOST_WARNINGS], *([f"{more} more of its warnings"] if more > 0 else [])]


def _read_links(relations: Any) -> dict[str, str]:
    if relations is None:
        return {}
    return {
        each.get("Id", ""): each.get("Target", "")
        for each in relations
        if each.get("TargetMode") == "External"
    }


def _block(
    kind: Kind,
    lines: list[str],
    *,
    level: int = 0,
    place: ListPlace | None = None,
    rows: list[list[str]] | None = None,
) -> Block:
    return Block(kind=kind, lines=lines, level=level, place=place, rows=rows or [])


def _read_blocks(parent: Any, reading: Reading) -> Iterator[Block]:
    for child in choose_children(parent):
        if child.tag == qn("w:p"):
            yield from _read_paragraph(child, reading)
        elif child.tag == qn("w:tbl"):
            yield from _read_table(child, reading)
        elif child.tag not in (qn("w:del"), qn("w:moveFrom"), qn("w:sdtPr"), qn("w:sectPr"), qn("w:tcPr")):
            yield from _read_blocks(child, reading)


def _read_paragraph(paragraph: Any, reading: Reading) -> Iterator[Block]:
    styles = reading["styles"]
    style = value_of(paragraph, "w:pPr/w:pStyle")
    # A table of contents repeats the headings.
    if is_style(styles, style, r"toc (\d|heading)"):
        return
    pieces = read_pieces(paragraph, reading)
    heading, place = find_heading(styles, paragraph), find_list(styles, paragraph)
    lines = render_paragraph(pieces)
    shown = [piece for piece in pieces if piece["text"].strip()]
    is_code = is_code_style(styles, style) or (bool(shown) and all(p["kind"] == "code" for p in shown))
    if heading and lines:
        yield _block("heading", [" ".join(lines)], level=heading)
    elif is_code and not place:
        text = "".join(piece["text"] for piece in pieces)
        yield _block("code", [line.rstrip() for line in text.expandtabs(4).split("\n")])
    elif lines:
        yield _block("item" if place else "text", lines, place=place)
    else:
        yield _block("empty", [])
    for box in find_shallow(paragraph, (TEXT_BOX,)):
        yield from _read_blocks(box, reading)


def _read_table(table: Any, reading: Reading) -> Iterator[Block]:
    rows = [list(_find(row, qn("w:tc"))) for row in _find(table, qn("w:tr"))]
    # A frame around a listing or a hint is no table.
    if len(rows) == 1 and len(rows[0]) == 1:
        yield from _read_blocks(rows[0][0], reading)
        return
    texts = [[text for cell in row for text in _read_cell(cell, reading)] for row in rows]
    texts = [row for row in texts if any(row)]
    if texts:
        # The first row says how many columns there are; others may be shorter.
        texts[0] += [""] * (max(len(row) for row in texts) - len(texts[0]))
        yield _block("table", [], rows=texts)


def _find(parent: Any, tag: str) -> Iterator[Any]:
    """Find rows or cells, also inside of content controls, but not those of tables within."""
    for child in choose_children(parent):
        if child.tag == tag:
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
            yield from _find(child, tag)


def _read_cell(cell: Any, reading: Reading) -> list[str]:
    words: list[str] = []
    for block in _join_code(list(_read_blocks(cell, reading))):
        if block["kind"] == "table":
            words += [word for row in block["rows"] for word in row if word]
        elif block["kind"] == "code":
            words += [quote_code(line) for line in block["lines"] if line.strip()]
        else:
            words += block["lines"]
    merge = cell.find(qn("w:tcPr/w:vMerge"))
    is_continued = merge is not None and merge.get(qn("w:val"), "continue") == "continue"
    span = min(read_number(value_of(cell, "w:tcPr/w:gridSpan"), 1), _WIDEST_SPAN)
    text = "" if is_continued else " ".join(words)
    return [text, *([""] * (span - 1))]


def _join_code(blocks: list[Block]) -> list[Block]:
    """Make one block of lines of code that follow each other, with the empty paragraphs between them."""
    joined: list[Block] = []
    gap = 0
    for block in blocks:
        if block["kind"] == "empty":
            gap += 1
            continue
        if block["kind"] == "code" and joined and joined[-1]["kind"] == "code":
            joined[-1]["lines"] += [""] * gap + block["lines"]
        elif block["kind"] != "code" or any(block["lines"]):
            joined.append(block)
        gap = 0
    return joined


def _write_blocks(blocks: list[Block]) -> list[str]:
    lines: list[str] = []
    open_items: list[tuple[int, int]] = []
    counters: dict[str, dict[int, int]] = {}
    for block in blocks:
        in_list = bool(open_items)
        if block["place"]:
            written = _write_item(block["place"], block["lines"], open_items, counters)
        elif block["kind"] == "code" and in_list:
            # Commands below a step belong to it.
            indent = " " * sum(width for _, width in open_items)
            written = [f"{indent}{line}".rstrip() for line in fence_code(block["lines"])]
        else:
            open_items.clear()
            in_list = False
            written = _write_block(block)
        lines += [*([""] if lines and not in_list else []), *written]
    return lines


def _write_block(block: Block) -> list[str]:
    if block["kind"] == "heading":
        return [f"{'#' * block['level']} {block['lines'][0]}"]
    if block["kind"] == "code":
        return fence_code(block["lines"])
    if block["kind"] == "table":
        rows = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in block["rows"]]
        return [rows[0], "|" + " --- |" * len(block["rows"][0]), *rows[1:]]
    return block["lines"]


def _write_item(
    place: ListPlace,
    text: list[str],
    open_items: list[tuple[int, int]],
    counters: dict[str, dict[int, int]],
) -> list[str]:
    while open_items and open_items[-1][0] >= place["level"]:
        open_items.pop()
    indent = " " * sum(width for _, width in open_items)
    above = {n: c for n, c in counters.get(place["list_id"], {}).items() if n <= place["level"]}
    number = above.get(place["level"], place["start"] - 1) + 1
    counters[place["list_id"]] = {**above, place["level"]: number}
    marker = f"{number}. " if place["numbered"] else "- "
    open_items.append((place["level"], len(marker)))
    rest = indent + " " * len(marker)
    return [f"{indent}{marker}{text[0]}", *(f"{rest}{line}" for line in text[1:])]
