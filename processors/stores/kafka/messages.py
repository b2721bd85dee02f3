"""What librdkafka hands over becomes a record: text whatever its bytes are, and a time that can be true."""

import time

from confluent_kafka import Message

from processors.knowledge.record import Record
from processors.knowledge.times import AHEAD, EARLIEST
from processors.knowledge.untrusted import clean_text, decode_text


def read_message(message: Message) -> Record:
    """Return a message as a record: odd bytes replaced, its time one that can be true."""
    return Record(
        topic=str(message.topic()),
        partition=int(message.partition() or 0),
        offset=int(message.offset() or 0),
        timestamp_ms=_read_time_ms(message),
        key=decode(message.key()) or "",
        headers=decode_headers(message),
        value=decode(message.value()),
    )


def decode_headers(message: Message) -> dict[str, str]:
    """Return a message's headers as text; one without a value is empty."""
    headers: list[tuple[str, bytes | str | None]] = list(message.headers() or [])  # type: ignore[arg-type]
    return {clean_text(name): decode(value) or "" for name, value in headers}


def decode(data: bytes | str | None) -> str | None:
    """Return what a message holds as text, None where it holds nothing."""
    if data is None:
        return None
    return clean_text(data) if isinstance(data, str) else decode_text(data)


def _read_time_ms(message: Message) -> int:
    """Return the time of a message; where it is the sender's, and can't be true, when it is read."""
    now_ms = time.time_ns() // 1_000_000
    stated: int = message.timestamp()[1]
    earliest, latest = EARLIEST.timestamp() * 1000, now_ms + AHEAD.total_seconds() * 1000
    return stated if earliest <= stated <= latest else now_ms
