"""What a benchmark tells: a figure beside that of a baseline in the same run, in one form for all of them.

A benchmark prints each row as soon as it is known. Where `make bench` has started it, the row is also handed
on as a line of JSON, so what was measured before a failure isn't lost.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple, NoReturn

FILE_VARIABLE: Final = "BENCH_ROWS"
"""Names the file that rows are handed on in."""

LEFT_OUT: Final = 77
"""A program ends with it that has nothing to measure here, as test programs do that are skipped."""

_NEARLY: Final = 0.9995
_WIDTHS: Final = (46, 9, 9, 12, 44, 9, 9, 8)
_HEAD: Final = ("what", "median", "95 %", "unit", "beside", "median", "95 %", "ratio")


class Row(NamedTuple):
    """One figure, and what stands beside it.

    Attributes:
        what: Names what was measured; one name means the same in every run.
        figure: The median, where there are several.
        unit: Of all figures of the row.
        better: Whether less or more of it is better.
        p95: What 95 of 100 stayed within.
        beside: Names the baseline; empty if there is none.
        bare: The baseline's figure.
        bare_p95: What 95 of 100 of the baseline's stayed within.
    """

    what: str
    figure: float
    unit: str
    better: Literal["less", "more"] = "less"
    p95: float | None = None
    beside: str = ""
    bare: float | None = None
    bare_p95: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times the baseline's figure it is; None without a baseline.

        Example:
            >>> Row("encode", 120.0, "texts/s", "more", beside="plain", bare=30.0).ratio
            4.0
        """
        return self.figure / self.bare if self.bare else None


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that a share of them stays within.

    Example:
        >>> percentile([1.0, 2.0, 3.0, 4.0], 0.5)
        2.0
    """
    return sorted(values)[max(0, round(share * len(values)) - 1)]


def compare_times(
    what: str, times: Sequence[float], beside: str = "", bare: Sequence[float] = (), unit: str = "ms"
) -> Row:
    """Return the row of times, with those of a baseline if there is one.

    Args:
        what: Names what was measured.
        times: At least one.
        beside: Names the baseline.
        bare: Its times.
        unit: Of all of them.

    Example:
        >>> compare_times("answer", [3.0, 5.0], "bare model", [1.0, 2.0]).ratio
        3.0
    """
    row = Row(what, percentile(times, 0.5), unit, p95=percentile(times, 0.95))
    if not bare:
        return row
    return row._replace(beside=beside, bare=percentile(bare, 0.5), bare_p95=percentile(bare, 0.95))


def show_figure(figure: float | None) -> str:
    """Return a figure in three digits or so, nothing for None.

    Example:
        >>> [show_figure(figure) for figure in (12345.6, 12.34, 1.234, 0.01234, 0.99997, None)]
        ['12,346', '12.3', '1.23', '0.012', '0.99997', '']
    """
    if figure is None:
        return ""
    # What is nearly 1 must not be told as 1.
    shown = 5 if _NEARLY < figure < 1 else 3
    digits = next((digits for digits, least in ((0, 100), (1, 10), (2, 1)) if abs(figure) >= least), shown)
    return f"{figure:,.{digits}f}"


def tell_load() -> str:
    """Return how many processors there are and how busy they were in the last minutes."""
    return f"{os.cpu_count()} CPUs, load {', '.join(f'{value:.1f}' for value in os.getloadavg())}"


def open_table(note: str = "") -> None:
    """Print what all rows have in common, and the head of their table."""
    sys.stdout.write(f"{'; '.join(filter(None, (tell_load(), note)))}\n{_align(_HEAD)}\n")
    sys.stdout.flush()


def emit(row: Row) -> None:
    """Print a row, and hand it on where somebody collects them."""
    own, theirs = (row.figure, row.p95), (row.bare, row.bare_p95)
    cells = [row.what, *map(show_figure, own), row.unit, row.beside, *map(show_figure, theirs)]
    sys.stdout.write(f"{_align([*cells, show_figure(row.ratio)])}\n")
    sys.stdout.flush()
    if file := os.environ.get(FILE_VARIABLE):
        with Path(file).open("a", encoding="utf-8") as rows:
            rows.write(f"{json.dumps(row._asdict())}\n")


def _align(cells: Sequence[str]) -> str:
    # Names stand on the left, figures on the right.
    told = [
        f"{cell:{width}}" if name in ("what", "unit", "beside") else f"{cell:>{width}}"
        for cell, width, name in zip(cells, _WIDTHS, _HEAD, strict=True)
    ]
    return " ".join(told).rstrip()


def read_rows(file: Path) -> list[Row]:
    """Return the rows that were handed on in a file; none if there is no such file."""
    if not file.exists():
        return []
    return [Row(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def leave_out(why: str) -> NoReturn:
    """End the program, for there is nothing that it could measure here.

    Raises:
        SystemExit: Always, with the status that says so.
    """
    sys.stderr.write(f"{why}\n")
    raise SystemExit(LEFT_OUT)
