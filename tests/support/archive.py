"""Archived runs of `rag_pipeline`, as micro-batches leave them in staging, without Kafka."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from processors.knowledge import topics
from processors.knowledge.positions import Positions
from processors.knowledge.record import Record
from processors.pipelines.rag.ingest import RECORD_SCHEMA, mask_record
from processors.stores import staging

BEGAN = datetime(2026, 11, 21, 7, tzinfo=UTC)


def make_lines(partition: int, count: int) -> list[Record]:
    """Return log lines of one partition, some of them of an exception's trace."""
    texts = ("order {0} paid", "ERROR payment of order {0} failed", "Traceback (most recent call last):")
    return [
        Record(
            topic=topics.LOGS,
            partition=partition,
            offset=offset,
            timestamp_ms=1_763_708_400_000 + offset * 20_000,
            key="shop",
            headers={},
            value=json.dumps({"message": texts[offset % 3].format(offset), "service": {"name": "shop"}}),
        )
        for offset in range(count)
    ]


def archive_run(url: str, run: str, records: Sequence[Record], number: int = 0) -> str:
    """Write what a run leaves behind, and return the URL of its records.

    Args:
        url: Of all staging.
        run: Its name.
        records: Those that it drained, each partition's without a gap.
        number: Says when it ended.
    """
    start: Positions = {}
    end: Positions = {}
    for record in records:
        partition, offset = str(record["partition"]), record["offset"]
        start.setdefault(record["topic"], {}).setdefault(partition, offset)
        end.setdefault(record["topic"], {})[partition] = offset + 1
    ingest = staging.stage_url(url, "rag", run, "ingest")
    masked = [mask_record(record) for record in records]
    file = staging.write_table(ingest, "records", pa.Table.from_pylist(masked, schema=RECORD_SCHEMA))
    finished = (BEGAN + timedelta(seconds=number)).isoformat()
    light = staging.stage_url(url, "rag", run, "light")
    staging.write_manifest(light, {"start": start, "end": end, "finished_at": finished})
    return file


def archive_all(url: str, records: Sequence[Record], sizes: Sequence[int]) -> list[str]:
    """Archive records in runs of these sizes, the last one with the rest; return the URLs of the files."""
    begin, files = 0, []
    for number, size in enumerate([*sizes, len(records)]):
        if records[begin : begin + size]:
            files.append(archive_run(url, f"run-{number}", records[begin : begin + size], number))
        begin += size
    return files
