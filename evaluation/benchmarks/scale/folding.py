"""What the fold of log lines into patterns costs, with no Kafka, staging or index around it."""

import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from evaluation.benchmarks.freshness import make_canary
from processors.knowledge import topics
from processors.knowledge.logs.partition_state import PartitionState
from processors.knowledge.partitions import build_chunks
from processors.knowledge.record import Record
from processors.pipelines.rag.ingest import mask_record

_BATCH: Final = 5_000


def measure_folding(sizes: Sequence[int]) -> dict[int, float]:
    """Return the milliseconds that a thousand lines take, by how many there are: masked, parsed, folded.

    Args:
        sizes: Numbers of lines.
    """
    seen = {}
    for size in sizes:
        state: PartitionState | None = None
        seconds = 0.0
        for records in _make_batches(size):
            begin = time.perf_counter()
            now = datetime.now(UTC).isoformat()
            state = build_chunks([mask_record(record) for record in records], state, (), "bench", now)[
                "state"
            ]
            seconds += time.perf_counter() - begin
        seen[size] = seconds / size * 1e6
    return seen


def _make_batches(size: int) -> Iterator[list[Record]]:
    chance, now = random.Random(7), int(time.time() * 1000)  # noqa: S311 - not a secret
    for first in range(0, size, _BATCH):
        numbers = range(first, min(size, first + _BATCH))
        yield [_make_record(number, now + number, chance) for number in numbers]


def _make_record(number: int, timestamp_ms: int, chance: random.Random) -> Record:
    key, value = make_canary("bench", number, chance)
    return Record(
        topic=topics.LOGS, partition=0, offset=number, timestamp_ms=timestamp_ms, key=key, headers={},
        value=value.decode(),
    )  # fmt: skip
