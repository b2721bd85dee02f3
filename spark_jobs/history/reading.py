"""Archived records of one partition, file by file; a file that can't be read is put aside by name."""

from collections.abc import Iterator
from typing import Final, NamedTuple, TypedDict

import pyarrow as pa
import pyarrow.parquet as pq

from processors.knowledge.record import Record, read_rows
from processors.stores import staging
from spark_jobs.history.plan import Piece, Source

_BATCH: Final = 20_000


class Quarantined(TypedDict):
    """A file that could not be read, why, and which offsets of which partition it should hold."""

    file: str
    error: str
    topic: str
    partition: int
    begin: int
    end: int


class Batch(NamedTuple):
    """Records in the order of their offsets, how many sources are done with them, and what was put aside."""

    records: list[Record]
    done: int
    quarantined: list[Quarantined]


def read_batches(piece: Piece, done: int, reached: int) -> Iterator[Batch]:
    """Yield the records of a piece, each offset once, some files at a time.

    Args:
        piece: Of the plan.
        done: So many of its sources were read before.
        reached: Offsets before this one were read before.

    Raises:
        OSError: The file system failed, which says nothing of the files: it is worth another try.
    """
    records: list[Record] = []
    quarantined: list[Quarantined] = []
    for number, source in enumerate(piece["sources"][done:], done + 1):
        try:
            records += read_source(source, piece["topic"], piece["partition"], reached)
            reached = max(reached, records[-1]["offset"] + 1 if records else 0)
        except ValueError as error:
            quarantined.append(_put_aside(piece, source, error))
        if len(records) >= _BATCH or number == len(piece["sources"]):
            yield Batch(records, number, quarantined)
            records, quarantined = [], []


def read_source(source: Source, topic: str, partition: int, reached: int) -> list[Record]:
    """Return the records of one file that lie in a partition, in the order of their offsets.

    Args:
        source: The file.
        topic: Of the partition.
        partition: Its number.
        reached: Offsets before this one are left out.

    Raises:
        ValueError: The file is missing, broken, or of another kind.
        OSError: The file system failed.
    """
    try:
        content = staging.read_bytes(source["url"])
    except FileNotFoundError as error:
        raise ValueError("there is no such file") from error
    here = [("topic", "==", topic), ("partition", "==", partition), ("offset", ">=", reached)]
    try:
        records = read_rows(pq.read_table(pa.BufferReader(content), filters=here).to_pylist())
    except Exception as error:  # Arrow, its codecs and Parquet's reader raise all kinds for broken bytes
        raise ValueError(f"{type(error).__name__}: {error}"[:500]) from error
    return sorted(records, key=lambda record: record["offset"])


def _put_aside(piece: Piece, source: Source, error: ValueError) -> Quarantined:
    return Quarantined(
        file=source["url"],
        error=str(error),
        topic=piece["topic"],
        partition=piece["partition"],
        begin=source["begin"],
        end=source["end"],
    )
