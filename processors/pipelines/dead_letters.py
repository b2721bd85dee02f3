"""Records of the dead-letter topic: what each says, and which of them fit what a person asks for."""

import base64
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypedDict

from processors.knowledge.record import Record
from processors.knowledge.untrusted import read_object


class DeadLetterRecord(TypedDict):
    """A record of the dead-letter topic; `original` is None if Kafka had dropped it before it was copied."""

    topic: str
    partition: int
    offset: int
    error: str
    written_at: str
    key: str
    headers: dict[str, str]
    original: bytes | None


class Choice(TypedDict):
    """Which records a person wants: an empty topic or error means any, times are ISO 8601 or None."""

    topic: str
    error: str
    since: str | None
    until: str | None


def parse_dead_letter(record: Record) -> DeadLetterRecord:
    """Return what a record of the dead-letter topic says."""
    body = read_object(record["value"])
    return DeadLetterRecord(
        topic=body["topic"],
        partition=body["partition"],
        offset=body["offset"],
        error=body["error"],
        written_at=datetime.fromtimestamp(record["timestamp_ms"] / 1000, UTC).isoformat(),
        key=body.get("key", ""),
        headers=body.get("headers", {}),
        original=base64.b64decode(body["original"]) if body["original_found"] else None,
    )


def choose_dead_letters(dead: Iterable[DeadLetterRecord], choice: Choice) -> list[DeadLetterRecord]:
    """Return the records that fit, one of each origin, oldest first.

    Args:
        dead: Of the dead-letter topic.
        choice: What is asked for. The error fits if it contains the text, in whatever case.

    Raises:
        ValueError: A time is no ISO 8601 time.
    """
    since, until = (_read_time(choice[name]) for name in ("since", "until"))
    fitting = [
        each
        for each in dead
        if choice["topic"] in ("", each["topic"])
        and choice["error"].lower() in each["error"].lower()
        and (since is None or datetime.fromisoformat(each["written_at"]) >= since)
        and (until is None or datetime.fromisoformat(each["written_at"]) < until)
    ]
    ordered = sorted(fitting, key=lambda each: (each["written_at"], each["partition"], each["offset"]))
    return list({(each["topic"], each["partition"], each["offset"]): each for each in ordered}.values())


def _read_time(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
