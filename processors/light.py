"""Light processing of one Kafka partition's records: each topic's own way from records to chunks."""

import re
from collections.abc import Callable, Iterable
from typing import Final, TypedDict

from processors.airflow_runs import build_airflow_chunks
from processors.chunk import Chunk
from processors.kubernetes.chunks import build_kubernetes_chunks
from processors.logs.parsing import LogLine, is_noise, parse_log
from processors.logs.pattern_chunks import build_pattern_chunk
from processors.logs.patterns import METHOD, PartitionState, fold_lines, start_state
from processors.metrics.windows import build_metric_chunks
from processors.mlflow.chunks import build_mlflow_chunks
from processors.record import DeadLetter, Record, place_of
from processors.stores import kafka

Builder = Callable[[Record, str, str], list[Chunk]]

BUILDERS: Final[dict[str, Builder]] = {
    kafka.METRICS: build_metric_chunks,
    kafka.KUBERNETES: build_kubernetes_chunks,
    kafka.MLFLOW: build_mlflow_chunks,
    kafka.AIRFLOW: build_airflow_chunks,
}
_POISON: Final = (ValueError, LookupError, TypeError, AttributeError, OverflowError)


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
) -> Built:
    """Turn records of one partition into chunks.

    Args:
        records: In the order of their offsets; at least one.
        state: What is known of the partition's logs before them; changed in place.
        noise: Log lines that one of these finds are left out.
        batch_id: The run that read them.
        ingested_at: When it read them.
    """
    if records[0]["topic"] == kafka.LOGS:
        built = _fold_logs(records, state, tuple(noise), batch_id, ingested_at)
    else:
        built = _build_each(records, batch_id, ingested_at)
    for chunk in built["chunks"]:
        chunk["source_place"] = place_of(records[0])
    return built


def _build_each(records: list[Record], batch_id: str, ingested_at: str) -> Built:
    chunks: list[Chunk] = []
    letters: list[DeadLetter] = []
    for record in records:
        try:
            chunks += BUILDERS[record["topic"]](record, batch_id, ingested_at)
        except _POISON as error:
            letters.append(_note_letter(record, error))
    return Built(chunks=chunks, letters=letters, noise=0, state=None)


def _fold_logs(
    records: list[Record],
    state: PartitionState | None,
    noise: tuple[re.Pattern[str], ...],
    batch_id: str,
    ingested_at: str,
) -> Built:
    known = state if state and state["method"] == METHOD else start_state()
    lines: list[LogLine] = []
    letters: list[DeadLetter] = []
    for record in records:
        try:
            lines.append(parse_log(record))
        except _POISON as error:
            letters.append(_note_letter(record, error))
    told = [line for line in lines if not is_noise(line, noise)]
    reached = records[-1]["offset"] + 1
    windows = fold_lines(known, told)
    chunks = [build_pattern_chunk(window, reached, batch_id, ingested_at) for window in windows]
    return Built(chunks=chunks, letters=letters, noise=len(lines) - len(told), state=known)


def _note_letter(record: Record, error: Exception) -> DeadLetter:
    return DeadLetter(
        topic=record["topic"],
        partition=record["partition"],
        offset=record["offset"],
        error=f"{type(error).__name__}: {error}",
    )
