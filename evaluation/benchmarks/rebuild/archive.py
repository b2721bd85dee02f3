"""Archived lines, written to staging as micro-batches leave them, by the project's own functions."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pyarrow as pa

from processors.knowledge import topics
from processors.knowledge.positions import Positions
from processors.knowledge.record import Record
from processors.pipelines.rag.ingest import RECORD_SCHEMA
from processors.stores import staging

SERVICES: Final = tuple(f"service-{number}" for number in range(12))
STEP: Final = timedelta(milliseconds=17)
"""Between two lines."""

PER_RUN: Final = 20_000
"""Lines that a micro-batch drained."""

_LINES: Final = (
    "INFO order {n} of customer {m} was paid in {k} ms",
    "INFO GET /v1/orders/{n} 200 {k} ms",
    "WARN cache of node-{k} answers after {m} ms",
    "ERROR payment of order {n} was declined: code {k}",
    "INFO job sync-{k} finished, {m} rows",
    "DEBUG pool has {k} of 50 connections in use",
    "ERROR connection to db-{k}.internal was refused",
    "INFO user {m} signed in from 10.0.{k}.7",
)


def make_lines(begin: int, count: int, firsts: Sequence[int], began: datetime) -> Iterator[Record]:
    """Yield log lines, spread over partitions so that the first gets half of them.

    Args:
        begin: Number of the first line.
        count: How many.
        firsts: For each partition, at least two, the offset of its first line of all.
        began: Time of line 0.

    Example:
        >>> lines = make_lines(0, 4, (5, 0, 0), datetime(2026, 11, 21, tzinfo=UTC))
        >>> [(line["partition"], line["offset"]) for line in lines]
        [(0, 5), (1, 0), (0, 6), (2, 0)]
    """
    for n in range(begin, begin + count):
        pair, is_odd = divmod(n, 2)
        partition = 1 + pair % (len(firsts) - 1) if is_odd else 0
        offset = firsts[partition] + (pair // (len(firsts) - 1) if is_odd else pair)
        service = SERVICES[n * 7 % len(SERVICES)]
        text = _LINES[n * 5 % len(_LINES)].format(n=n, m=n * 31 % 9973, k=n % 50)
        moment = began + n * STEP
        value = {"@timestamp": moment.isoformat(), "message": text, "service": {"name": service}}
        yield Record(
            topic=topics.LOGS,
            partition=partition,
            offset=offset,
            timestamp_ms=int(moment.timestamp() * 1000),
            key=service,
            headers={},
            value=json.dumps(value),
        )


def archive(url: str, lines: int, firsts: Sequence[int], began: datetime, prefix: str = "run") -> Positions:
    """Write lines as the staging of micro-batches that ended now, and return the positions behind them.

    Args:
        url: Of staging.
        lines: How many.
        firsts: For each partition the offset of its first line.
        began: Time of the first line.
        prefix: Of the runs' names.
    """
    held: Positions = {topics.LOGS: {str(number): first for number, first in enumerate(firsts)}}
    for number, begin in enumerate(range(0, lines, PER_RUN)):
        # Nothing of it is secret, so masking would change nothing.
        records = list(make_lines(begin, min(PER_RUN, lines - begin), firsts, began))
        end = {topics.LOGS: dict(held[topics.LOGS])}
        for record in records:
            end[topics.LOGS][str(record["partition"])] = record["offset"] + 1
        ingest = staging.stage_url(url, "rag", f"{prefix}-{number:06}", "ingest")
        staging.write_table(ingest, "records", pa.Table.from_pylist(records, schema=RECORD_SCHEMA))
        light = staging.stage_url(url, "rag", f"{prefix}-{number:06}", "light")
        finished = datetime.now(UTC).isoformat()
        staging.write_manifest(light, {"start": held, "end": end, "finished_at": finished})
        held = end
    return held


def weigh(url: str) -> int:
    """Return the bytes of records in staging."""
    return sum(file.stat().st_size for file in Path(url.removeprefix("file://")).rglob("*.parquet"))


def count_parts(run_url: str) -> int:
    """Return how many files of chunks the fold of a rebuild has kept."""
    return len(list(Path(run_url.removeprefix("file://"), "heavy/folded").rglob("part-*.parquet")))
