"""Records through the stages before the index, as the pipeline's tasks take them, without a stack."""

import json
from datetime import UTC, datetime
from typing import NamedTuple

import pyarrow as pa

from processors.knowledge.chunk import Chunk
from processors.knowledge.chunk_tables import chunks_to_table, table_to_chunks
from processors.knowledge.partitions import build_chunks
from processors.knowledge.record import DeadLetter, Record, read_rows
from processors.knowledge.untrusted import decode_text
from processors.pipelines.rag.ingest import RECORD_SCHEMA, mask_record

CLOCK = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)
"""When the broker got the records, unless a test says otherwise."""


class Told(NamedTuple):
    """What came of records."""

    chunks: list[Chunk]
    letters: list[DeadLetter]
    noise: int


def make_record(
    topic: str, value: str | bytes | None, offset: int = 0, *, key: str = "k", clock: datetime = CLOCK
) -> Record:
    """Return a record as it is drained from Kafka."""
    return Record(
        topic=topic,
        partition=0,
        offset=offset,
        timestamp_ms=int(clock.timestamp() * 1000),
        key=key,
        headers={},
        value=decode_text(value) if isinstance(value, bytes) else value,
    )


def run_stages(records: list[Record]) -> Told:
    """Mask, stage, process and stage again the records of one partition."""
    staged = pa.Table.from_pylist([mask_record(record) for record in records], schema=RECORD_SCHEMA)
    now = datetime.now(UTC).isoformat()
    built = build_chunks(read_rows(staged.to_pylist()), None, (), "batch", now)
    # The state goes to staging as JSON, and nothing of it may refuse to be written.
    assert json.dumps(built["state"], ensure_ascii=False, allow_nan=False).encode()
    return Told(table_to_chunks(chunks_to_table(built["chunks"])), built["letters"], built["noise"])
