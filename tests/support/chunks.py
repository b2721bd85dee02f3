"""The chunks of single records, for tests of what is told of them, and stand-ins for folded ones."""

from typing import Any

from processors.access_policy import PUBLIC_POLICY
from processors.knowledge.chunk import Chunk
from processors.knowledge.chunk_factory import Batch
from processors.knowledge.partitions import chunk_record
from processors.knowledge.record import Record


def make_chunks(record: Record) -> list[Chunk]:
    """Return the chunks of a record that is told by itself; whatever its reader raises is raised."""
    chunks, _ = chunk_record(record, Batch("b", "2026-11-21T00:00:00+00:00"), PUBLIC_POLICY)
    return chunks


def make_bare_chunk(chunk_id: str, **fields: Any) -> Chunk:
    """Return no more of a chunk than tells where it came from, and these fields."""
    chunk: Any = {"chunk_id": chunk_id, "source_place": "runlore.logs/0", "source_offset": 9, **fields}
    return chunk
