"""Tables of text, as kubectl prints them."""

from collections.abc import Iterable, Sequence
from typing import Any

from processors.stores.actions.kubernetes import Object


def write_table(table: Object, *, with_namespace: bool = False) -> str:
    """Return the API server's table as text, empty if it has no rows.

    Args:
        table: As the API server answers it.
        with_namespace: Tell where each object is.

    Example:
        >>> pod = {"cells": ["api-1", "0/1"], "object": {"metadata": {"namespace": "shop"}}}
        >>> columns = [{"name": "Name", "priority": 0}, {"name": "Ready", "priority": 0}]
        >>> print(write_table({"columnDefinitions": columns, "rows": [pod]}, with_namespace=True))
        NAMESPACE   NAME    READY
        shop        api-1   0/1
    """
    columns = table.get("columnDefinitions", [])
    # Columns of a lower rank are for wide screens.
    shown = [number for number, column in enumerate(columns) if not column.get("priority")]
    rows = table.get("rows") or []
    if not rows:
        return ""
    heads = [str(columns[number]["name"]).upper() for number in shown]
    lines = [[_write_cell(row["cells"][number]) for number in shown] for row in rows]
    if with_namespace:
        heads = ["NAMESPACE", *heads]
        lines = [[_find_namespace(row), *line] for row, line in zip(rows, lines, strict=True)]
    drawn = draw_table(heads, lines)
    left = table.get("metadata", {}).get("remainingItemCount")
    return f"{drawn}\n… {left} more" if left else drawn


def _write_cell(cell: Any) -> str:
    # A message of more lines would end its row.
    return " ".join(str("<none>" if cell is None else cell).split())


def _find_namespace(row: Object) -> str:
    return str((row.get("object") or {}).get("metadata", {}).get("namespace", ""))


def draw_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return columns that stand below each other.

    Args:
        heads: Of the columns.
        rows: Each with a cell for each column.

    Example:
        >>> print(draw_table(["A", "B"], [["long", "1"], ["x", "2"]]))
        A      B
        long   1
        x      2
    """
    lines = [list(heads), *map(list, rows)]
    widths = [max(len(line[number]) for line in lines) for number in range(len(heads))]
    return "\n".join(
        "   ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
