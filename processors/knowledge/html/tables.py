"""Tables of HTML: of words as tables, of whole blocks as a list of rows."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from processors.knowledge.blocks import Block, Cell, Span
from processors.knowledge.blocks.spans import settle_spans, to_words
from processors.knowledge.html.elements import Element

_WIDEST: Final = 20

ReadFlow = Callable[[Iterable[Any]], list[Block]]


def read_table(table: Element, read_flow: ReadFlow) -> list[Block]:
    """Return a table; one whose cells hold code of several lines, or tables, as a list with an item a row.

    Args:
        table: The element.
        read_flow: Reads what is in a cell.
    """
    rows = [_read_row(row, read_flow) for row in _find_rows(table)]
    rows = _spread([row for row in rows if row])
    caption = table.find("caption")
    before = read_flow(caption.children) if caption else []
    if not rows:
        return before
    heads = [cell.element.tag == "th" for cell in rows[0]]
    header = (
        rows.pop(0)
        if any(heads) and (all(heads) or (len(rows) > 1 and not _is_head_of_row(rows[0], rows[1])))
        else []
    )
    cells = [[flatten_cell(cell.blocks) for cell in row] for row in ([header] if header else []) + rows]
    if all(cell is not None for row in cells for cell in row):
        flat: list[list[Cell]] = [[cell or [] for cell in row] for row in cells]
        return [
            *before,
            make_table(flat[0] if header else [], flat[1:] if header else flat, table.first, table.last),
        ]
    # A head without rows is a row.
    return [*before, _list_rows(header if rows else [], rows or [header], table)]


class _Held:
    """A cell with its blocks; the same one may stand in several rows and columns."""

    def __init__(self, element: Element, blocks: list[Block]) -> None:
        self.element = element
        self.blocks = blocks


def _is_head_of_row(first: list[_Held], second: list[_Held]) -> bool:
    """Tell whether it is rows that have heads, in their first cell."""
    return [cell.element.tag for cell in first] == [cell.element.tag for cell in second]


def _read_row(row: Element, read_flow: ReadFlow) -> list[_Held]:
    return [_Held(cell, read_flow(cell.children)) for cell in row.elements() if cell.tag in ("td", "th")]


def _find_rows(element: Element) -> Iterator[Element]:
    for child in element.elements():
        if child.tag == "tr":
            yield child
        elif child.tag in ("tbody", "thead", "tfoot"):
            yield from _find_rows(child)


def _spread(rows: list[list[_Held]]) -> list[list[_Held]]:
    """Repeat a cell in each row and column that it spans, since a row is read alone; fill what is short."""
    spread: list[list[_Held]] = []
    spanning: dict[int, tuple[int, _Held]] = {}
    for row in rows:
        cells: list[_Held] = []
        for cell in row:
            _fill(cells, spanning)
            below = _read_span(cell.element, "rowspan") - 1
            for column in range(_read_span(cell.element, "colspan")):
                held = cell if not column else _Held(Element(cell.element.tag), [])
                if below:
                    spanning[len(cells)] = (below, held)
                cells.append(held)
        _fill(cells, spanning)
        spread.append(cells)
    width = max(map(len, spread), default=0)
    return [[*row, *(_Held(Element("td"), []) for _ in range(width - len(row)))] for row in spread]


def _fill(cells: list[_Held], spanning: dict[int, tuple[int, _Held]]) -> None:
    while len(cells) in spanning:
        left, held = spanning.pop(len(cells))
        if left > 1:
            spanning[len(cells)] = (left - 1, held)
        cells.append(held)


def _read_span(cell: Element, name: str) -> int:
    value = cell.attributes.get(name, "")
    return min(max(int(value), 1), _WIDEST) if re.fullmatch("[0-9]{1,4}", value) else 1


def make_table(header: list[Cell], rows: list[list[Cell]], first: int, last: int) -> Block:
    """Return a table all of whose rows are as wide as the widest.

    Args:
        header: Its head, or no cells.
        rows: The rows below.
        first: Its first line.
        last: Its last line.
    """
    width = max(map(len, [header, *rows]), default=0)
    wide: list[list[Cell]] = [[*row, *([] for _ in range(width - len(row)))] for row in [header, *rows]]
    return Block(kind="table", header=wide[0], rows=wide[1:], first=first, last=last)


def flatten_cell(blocks: list[Block]) -> Cell | None:
    """Return blocks as the lines of a cell, or None for what no line can hold.

    Example:
        >>> text = [{"kind": "text", "text": "Look."}]
        >>> step = {"kind": "item", "number": "1", "children": [{"kind": "paragraph", "spans": text}]}
        >>> flatten_cell([{"kind": "list", "ordered": True, "children": [step]}])
        [{'kind': 'text', 'text': '1. Look.'}]
    """
    lines: list[Cell] = []
    for block in blocks:
        if block["kind"] in ("paragraph", "heading"):
            lines.append(block["spans"])
        elif block["kind"] == "code" and "\n" not in block["text"]:
            lines.append([Span(kind="code", text=block["text"])])
        elif block["kind"] in ("list", "item"):
            inner = flatten_cell(block["children"])
            if inner is None:
                return None
            lines.append([*_mark_item(block), *inner])
        else:
            return None
    ended = [span for line in lines for span in (Span(kind="break", text=""), *line)]
    return settle_spans(ended[1:])


def _mark_item(block: Block) -> Cell:
    if block["kind"] == "list":
        return []
    return [Span(kind="text", text=f"{block['number']}. " if block["number"] else "- ")]


def _list_rows(header: list[_Held], rows: list[list[_Held]], table: Element) -> Block:
    """Return rows as items; what a cell holds stands below the words of its column."""
    names = [" ".join(to_words(span["spans"]) for span in cell.blocks if "spans" in span) for cell in header]
    items = []
    for row in rows:
        children: list[Block] = []
        for column, cell in enumerate(row):
            name = names[column] if column < len(names) else ""
            children += _name_cell(name, cell.blocks, cell.element)
        first, last = row[0].element.first, max(cell.element.last for cell in row)
        items.append(Block(kind="item", number="", done=None, children=children, first=first, last=last))
    return Block(kind="list", ordered=False, children=items, first=table.first, last=table.last)


def _name_cell(name: str, blocks: list[Block], element: Element) -> list[Block]:
    if not name or not blocks:
        return blocks
    head = Span(kind="text", text=f"{name}: ")
    if blocks[0]["kind"] == "paragraph":
        return [{**blocks[0], "spans": settle_spans([head, *blocks[0]["spans"]])}, *blocks[1:]]
    spans = settle_spans([head])
    return [Block(kind="paragraph", spans=spans, first=element.first, last=element.first), *blocks]
