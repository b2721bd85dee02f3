"""Light processing of one Kafka partition's records: each topic's own way from records to chunks."""

import re
from collections.abc import Callable, Iterable
from typing import Final, TypedDict, TypeVar

from processors.access_policy import PUBLIC_POLICY, AccessPolicy
from processors.chunk import Chunk
from processors.knowledge import topics
from processors.knowledge.airflow.chunks import build_airflow_chunks
from processors.knowledge.kubernetes.chunks import build_kubernetes_chunks
from processors.knowledge.logs.parsing import LogLine, is_noise, parse_logs
from processors.knowledge.logs.pattern_chunks import build_pattern_chunk
from processors.knowledge.logs.patterns import METHOD, PartitionState, fold_lines, start_state
from processors.knowledge.metrics.windows import build_metric_chunks
from processors.knowledge.mlflow.chunks import build_mlflow_chunks
from processors.knowledge.record import DeadLetter, Record, place_of
from processors.knowledge.sealing import seal_chunk
from processors.knowledge.times import read_clock

Builder = Callable[[Record, str, str], list[Chunk]]
_Made = TypeVar("_Made")
_LONGEST_ERROR: Final = 2_000

BUILDERS: Final[dict[str, Builder]] = {
    topics.METRICS: build_metric_chunks,
    topics.KUBERNETES: build_kubernetes_chunks,
    topics.MLFLOW: build_mlflow_chunks,
    topics.AIRFLOW: build_airflow_chunks,
}


class Built(TypedDict):
    """What came of a partition's records; `state` is None where nothing is kept between runs."""

    chunks: list[Chunk]
    letters: list[DeadLetter]
    noise: int
    state: PartitionState | None


def build_chunks(
    records: list[Record],
    state: PartitionState | None,
    noise: Iterable[re.Pattern[str]],
    batch_id: str,
    ingested_at: str,
    policy: AccessPolicy = PUBLIC_POLICY,
) -> Built:
    """Turn records of one partition into chunks.

    Args:
        records: In the order of their offsets; at least one.
        state: What is known of the partition's logs before them; changed in place.
        noise: Log lines that one of these finds are left out.
        batch_id: The run that read them.
        ingested_at: When it read them.
        policy: Who may see what.
    """
    if records[0]["topic"] == topics.LOGS:
        return _fold_logs(records, state, tuple(noise), batch_id, ingested_at, policy)
    return _build_each(records, batch_id, ingested_at, policy)


def _build_each(records: list[Record], batch_id: str, ingested_at: str, policy: AccessPolicy) -> Built:
    letters: list[DeadLetter] = []

    def build(record: Record) -> list[Chunk]:
        built = BUILDERS[record["topic"]](record, batch_id, ingested_at)
        clock_ms = record["timestamp_ms"]
        return [_finish(chunk, record, clock_ms, clock_ms, policy) for chunk in built]

    made = (_attempt(build, record, letters) or [] for record in records)
    chunks = [chunk for of_record in made for chunk in of_record]
    return Built(chunks=chunks, letters=letters, noise=0, state=None)


def _fold_logs(
    records: list[Record],
    state: PartitionState | None,
    noise: tuple[re.Pattern[str], ...],
    batch_id: str,
    ingested_at: str,
    policy: AccessPolicy,
) -> Built:
    known = state if state and state["method"] == METHOD else start_state()
    letters: list[DeadLetter] = []
    parsed = (_attempt(parse_logs, record, letters) or [] for record in records)
    lines: list[LogLine] = [line for of_record in parsed for line in of_record]
    told = [line for line in lines if not is_noise(line, noise)]
    reached = records[-1]["offset"] + 1
    windows = fold_lines(known, told)
    # A window's write is ordered by how far its partition was folded, which no clock can disturb.
    chunks = [
        _finish(
            build_pattern_chunk(window, reached, batch_id, ingested_at),
            records[0],
            window["touched_ms"],
            reached,
            policy,
        )
        for window in windows
    ]
    return Built(chunks=chunks, letters=letters, noise=len(lines) - len(told), state=known)


def _attempt(make: Callable[[Record], _Made], record: Record, letters: list[DeadLetter]) -> _Made | None:
    """Return what is made of a record, or None and one dead letter more.

    The one place that decides what poison is: whatever a record makes its reader raise. A tuple of expected
    errors would have to name all that libraries ever raise, and what it lacks stops ingestion for good.
    """
    try:
        return make(record)
    except Exception as error:
        letters.append(
            DeadLetter(
                topic=record["topic"],
                partition=record["partition"],
                offset=record["offset"],
                error=f"{type(error).__name__}: {error}"[:_LONGEST_ERROR],
            )
        )
        return None


def _finish(chunk: Chunk, record: Record, clock_ms: int, write_version: int, policy: AccessPolicy) -> Chunk:
    """Seal a chunk of a record's partition by the broker's time of what it was made from last."""
    sealed = seal_chunk(chunk, read_clock(clock_ms), policy)
    return {**sealed, "source_place": place_of(record), "write_version": write_version}
