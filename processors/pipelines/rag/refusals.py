"""What OpenSearch refused for good, as dead letters of the records that it was made from."""

from collections.abc import Iterable

from processors.knowledge.chunk import Chunk
from processors.knowledge.logs.offsets import read_offsets
from processors.knowledge.record import DeadLetter


def note_refused(chunks: Iterable[Chunk], refused: Iterable[tuple[str, str]]) -> list[DeadLetter]:
    """Return a dead letter for each record of which OpenSearch refused a chunk, with all that it said.

    A chunk that was folded from many records names the first: that one made the window.

    Args:
        chunks: Of a batch.
        refused: Chunk id and error of those that were refused.
    """
    by_id = {chunk["chunk_id"]: chunk for chunk in chunks}
    errors: dict[tuple[str, int], list[str]] = {}
    for chunk_id, error in refused:
        chunk = by_id[chunk_id]
        offset = min(read_offsets(chunk.get("source_offsets", "")), default=chunk["source_offset"] - 1)
        told = f"OpenSearch refused chunk {chunk_id}: {error}"
        errors.setdefault((chunk["source_place"], offset), []).append(told)
    return [
        DeadLetter(
            topic=place.rpartition("/")[0],
            partition=int(place.rpartition("/")[2]),
            offset=offset,
            error="; ".join(told),
        )
        for (place, offset), told in errors.items()
    ]
