"""Light processing of one Kafka partition's records: each topic's own way from records to chunks."""

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final, TypedDict, TypeVar

from processors.access_policy import PUBLIC_POLICY, AccessPolicy
from processors.knowledge import topics
from processors.knowledge.actions.passages import describe_action
from processors.knowledge.airflow.chunks import describe_airflow
from processors.knowledge.chunk import Chunk
from processors.knowledge.chunk_factory import Batch, Origin, Reading, make_event_chunk
from processors.knowledge.faults import describe_faults
from processors.knowledge.kubernetes.chunks import describe_kubernetes
from processors.knowledge.logs.offsets import write_offsets
from processors.knowledge.logs.parsing import LogLine, is_noise, parse_logs
from processors.knowledge.logs.partition_state import METHOD, PartitionState, start_state
from processors.knowledge.logs.pattern_chunks import describe_pattern
from processors.knowledge.logs.patterns import fold_lines
from processors.knowledge.metrics.windows import describe_metrics
from processors.knowledge.mlflow.chunks import describe_mlflow
from processors.knowledge.record import DeadLetter, Record, place_of
from processors.knowledge.times import read_clock
from processors.knowledge.untrusted import PoisonError

_Made = TypeVar("_Made")
_LONGEST_ERROR: Final = 2_000

DESCRIBERS: Final[dict[str, Callable[[Record], Reading]]] = {
    topics.METRICS: describe_metrics,
    topics.KUBERNETES: describe_kubernetes,
    topics.MLFLOW: describe_mlflow,
    topics.AIRFLOW: describe_airflow,
    topics.AUDIT: describe_action,
}
"""How a record of each topic but the logs' is read."""


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
        ingested_at: When it read them, ISO 8601.
        policy: Who may see what.
    """
    batch = Batch(batch_id, ingested_at)
    if records[0]["topic"] == topics.LOGS:
        return _fold_logs(records, state, tuple(noise), batch, policy)
    return _describe_each(records, batch, policy)


def _describe_each(records: list[Record], batch: Batch, policy: AccessPolicy) -> Built:
    dead_letters: list[DeadLetter] = []
    made = (
        _attempt(partial(chunk_record, batch=batch, policy=policy), record, dead_letters)
        for record in records
    )
    chunks = [chunk for of_record in made for chunk in of_record]
    return Built(chunks=chunks, letters=dead_letters, noise=0, state=None)


def chunk_record(record: Record, batch: Batch, policy: AccessPolicy) -> tuple[list[Chunk], list[str]]:
    """Return the chunks of a record that is told by itself, and what of it could not be read.

    Args:
        record: Of any topic but the logs'.
        batch: The run that read it.
        policy: Who may see what.
    """
    described, faults = DESCRIBERS[record["topic"]](record)
    clock_ms = record["timestamp_ms"]
    origin = Origin(place_of(record), record["offset"] + 1, read_clock(clock_ms), write_version=clock_ms)
    return [make_event_chunk(each, origin, batch, policy) for each in described], faults


def _fold_logs(
    records: list[Record],
    state: PartitionState | None,
    noise: tuple[re.Pattern[str], ...],
    batch: Batch,
    policy: AccessPolicy,
) -> Built:
    known = state if state and state["method"] == METHOD else start_state()
    dead_letters: list[DeadLetter] = []
    parsed = (_attempt(parse_logs, record, dead_letters) for record in records)
    lines: list[LogLine] = [line for of_record in parsed for line in of_record]
    told = [line for line in lines if not is_noise(line, noise)]
    place, chunks = place_of(records[0]), []
    for window in fold_lines(known, told):
        # A window's write is ordered by the place of its last line, which neither a clock nor the end of a
        # batch can disturb.
        _, last = window["offsets"][-1]
        reached = last + 1
        origin = Origin(
            place,
            reached,
            read_clock(window["touched_ms"]),
            write_version=reached,
            offsets=write_offsets(window["offsets"]),
        )
        chunks.append(make_event_chunk(describe_pattern(window), origin, batch, policy))
    return Built(chunks=chunks, letters=dead_letters, noise=len(lines) - len(told), state=known)


def _attempt(
    read: Callable[[Record], tuple[list[_Made], list[str]]], record: Record, dead_letters: list[DeadLetter]
) -> list[_Made]:
    """Return what is made of a record; what of it can't be read becomes one dead letter.

    The one place that decides what poison is: whatever a record makes its reader raise. A tuple of expected
    errors would have to name all that libraries ever raise, and what it lacks stops ingestion for good.
    """
    try:
        made, faults = read(record)
    except Exception as error:
        dead_letters.append(_write_dead_letter(record, f"{type(error).__name__}: {error}"))
        return []
    if faults:
        dead_letters.append(_write_dead_letter(record, f"{PoisonError.__name__}: {describe_faults(faults)}"))
    return made


def _write_dead_letter(record: Record, error: str) -> DeadLetter:
    return DeadLetter(
        topic=record["topic"],
        partition=record["partition"],
        offset=record["offset"],
        error=error[:_LONGEST_ERROR],
    )
