"""Work on executors, piece by piece: names go out, counts come back, and progress is told."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pyarrow as pa
from pyspark.sql import SparkSession

from processors.beside import run_beside

Work = Callable[[str], dict[str, Any]]

_TOLD_EVERY_S: Final = 15.0


def run_pieces(spark: SparkSession, names: list[str], work: Work) -> list[dict[str, Any]]:
    """Do the work of each name on the executors, each in a task of its own, and return what each tells.

    Args:
        spark: The session.
        names: Of the pieces, those that take longest first.
        work: Does one piece; what it returns is JSON, and small.
    """
    if not names:
        return []

    def do_all(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            told = [json.dumps(work(names[row])) for row in batch.column("id").to_pylist()]
            yield pa.RecordBatch.from_pydict({"told": told})

    rows = spark.range(0, len(names), 1, len(names)).mapInArrow(do_all, "told string").collect()
    return [json.loads(row["told"]) for row in rows]


@contextmanager
def telling(look: Callable[[], str]) -> Iterator[None]:
    """Write a line about what has been done every so often while the block runs, and one at its end.

    Args:
        look: Returns the line.
    """
    began = time.monotonic()

    def tell() -> None:
        sys.stdout.write(f"{look()}, {time.monotonic() - began:.0f} s\n")
        sys.stdout.flush()

    def keep_telling(done: threading.Event) -> None:
        while not done.wait(_TOLD_EVERY_S):
            tell()

    with run_beside(keep_telling):
        yield
    tell()
