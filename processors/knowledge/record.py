"""A Kafka message as the processors see it, and what is noted of one that they can't process."""

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict


class Record(TypedDict):
    """One Kafka message as text, odd bytes replaced; `value` is None where the message has none."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: str
    headers: dict[str, str]
    value: str | None


class DeadLetter(TypedDict):
    """Why the message at a place in Kafka could not be processed; offset -1 if the place isn't known."""

    topic: str
    partition: int
    offset: int
    error: str


def place_of(record: Record) -> str:
    """Return the topic and partition of a record as text, as in the names of log states.

    Example:
        >>> place_of({"topic": "runlore.logs", "partition": 1})
        'runlore.logs/1'
    """
    return f"{record['topic']}/{record['partition']}"


def name_origin(dead: Mapping[str, object]) -> str:
    """Return where what a dead letter or its record is about stands in Kafka.

    Example:
        >>> name_origin({"topic": "runlore.logs", "partition": 1, "offset": 70})
        'runlore.logs/1/70'
    """
    return f"{dead['topic']}/{dead['partition']}/{dead['offset']}"


def read_rows(rows: Iterable[dict[str, Any]]) -> list[Record]:
    """Return records from the rows of a staged table, where headers are a list of pairs."""
    return [Record(**{**row, "headers": dict(row["headers"])}) for row in rows]  # type: ignore[typeddict-item]
