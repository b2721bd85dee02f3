"""A Kafka message as the processors see it, and what is noted of one that they can't process."""

from typing import TypedDict


class Record(TypedDict):
    """One Kafka message; `value` is None when its bytes are not UTF-8 text."""

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
