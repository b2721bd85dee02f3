"""Replays dead letters: sends what could not be processed to its topic again, each letter at most once.

What was replayed is remembered by origin (topic, partition, offset), not by how far the dead-letter topic was
read, since a filtered replay leaves letters in between for later. The messages of a topic and its list of
replayed origins go to Kafka in one transaction: a run that is killed sent both or neither. An origin is
forgotten when its letter has left the dead-letter topic. A message that fails again is a new letter of a new
origin, and may be replayed again.
"""

import base64
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, TypedDict

from processors.knowledge import topics
from processors.knowledge.record import Record
from processors.knowledge.untrusted import read_object
from processors.settings import Settings
from processors.stores import kafka

EXAMPLES: Final = 5
ORIGIN_HEADER: Final = "runlore-replay-of"
"""Header of a message that was replayed: topic, partition and offset of the first one."""


class Letter(TypedDict):
    """A dead letter; `original` is None if Kafka had dropped the message before it could be copied."""

    topic: str
    partition: int
    offset: int
    error: str
    written_at: str
    key: str
    headers: dict[str, str]
    original: bytes | None


class Choice(TypedDict):
    """Which letters a person wants: an empty topic or error means any, times are ISO 8601 or None."""

    topic: str
    error: str
    since: str | None
    until: str | None


def parse_letter(record: Record) -> Letter:
    """Return the dead letter that a record of the dead-letter topic holds."""
    body = read_object(record["value"])
    return Letter(
        topic=body["topic"],
        partition=body["partition"],
        offset=body["offset"],
        error=body["error"],
        written_at=datetime.fromtimestamp(record["timestamp_ms"] / 1000, UTC).isoformat(),
        key=body.get("key", ""),
        headers=body.get("headers", {}),
        original=base64.b64decode(body["original"]) if body["original_found"] else None,
    )


def choose_letters(letters: Iterable[Letter], choice: Choice) -> list[Letter]:
    """Return the letters that fit, one of each origin, oldest first.

    Args:
        letters: Of the dead-letter topic.
        choice: What is asked for. The error fits if it contains the text, in whatever case.

    Raises:
        ValueError: A time is no ISO 8601 time.
    """
    since, until = (_read_time(choice[name]) for name in ("since", "until"))
    fitting = [
        letter
        for letter in letters
        if choice["topic"] in ("", letter["topic"])
        and choice["error"].lower() in letter["error"].lower()
        and (since is None or datetime.fromisoformat(letter["written_at"]) >= since)
        and (until is None or datetime.fromisoformat(letter["written_at"]) < until)
    ]
    ordered = sorted(
        fitting, key=lambda letter: (letter["written_at"], letter["partition"], letter["offset"])
    )
    return list(
        {(letter["topic"], letter["partition"], letter["offset"]): letter for letter in ordered}.values()
    )


def _read_time(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def replay_letters(settings: Settings, choice: Choice, limit: int, *, dry_run: bool) -> dict[str, Any]:
    """Send the chosen letters that were not replayed yet to their topics, with their keys and headers.

    Args:
        settings: Of the platform.
        choice: Which letters.
        limit: At most so many, the oldest.
        dry_run: Only tell what would be sent.

    Returns:
        Counts of letters `chosen`, `already_replayed`, `without_original` and `replayed` (in a dry run: to be
        replayed), and `examples`.
    """
    bootstrap = settings.kafka_bootstrap
    held = [parse_letter(record) for record in kafka.drain(bootstrap, [topics.DEAD_LETTER], {}, _ALL)[0]]
    chosen = choose_letters(held, choice)
    done = {topic: _read_replayed(bootstrap, topic) for topic in {letter["topic"] for letter in chosen}}
    fresh = [letter for letter in chosen if letter["offset"] not in _offsets(done, letter)]
    ready = [letter for letter in fresh if letter["original"] is not None][:limit]
    if not dry_run:
        for topic in sorted({letter["topic"] for letter in ready}):
            mine = [letter for letter in ready if letter["topic"] == topic]
            _send(bootstrap, topic, mine, _remember(done[topic], mine, held))
    return {
        "chosen": len(chosen),
        "already_replayed": len(chosen) - len(fresh),
        "without_original": sum(letter["original"] is None for letter in fresh),
        "replayed": len(ready),
        "dry_run": dry_run,
        "examples": [_describe(letter) for letter in ready[:EXAMPLES]],
    }


_ALL: Final = 1_000_000_000
_Replayed = dict[str, list[int]]
"""Partition to offsets of a topic."""


def _collector(topic: str) -> str:
    return f"replay-{topic}"


def _read_replayed(bootstrap: str, topic: str) -> _Replayed:
    position = kafka.read_collected(bootstrap, _collector(topic))
    replayed: _Replayed = position["replayed"] if position else {}
    return replayed


def _offsets(done: dict[str, _Replayed], letter: Letter) -> list[int]:
    return done[letter["topic"]].get(str(letter["partition"]), [])


def _remember(replayed: _Replayed, sent: list[Letter], held: list[Letter]) -> _Replayed:
    """Add what is sent now, and forget letters that the dead-letter topic does not hold any more."""
    topic = sent[0]["topic"]
    present = {(letter["partition"], letter["offset"]) for letter in held if letter["topic"] == topic}
    known = {(int(partition), offset) for partition, offsets in replayed.items() for offset in offsets}
    kept = known & present | {(letter["partition"], letter["offset"]) for letter in sent}
    partitions = sorted({partition for partition, _ in kept})
    return {str(partition): sorted(o for p, o in kept if p == partition) for partition in partitions}


def _send(bootstrap: str, topic: str, letters: list[Letter], replayed: _Replayed) -> None:
    messages = [
        (letter["key"], letter["original"] or b"", {**letter["headers"], ORIGIN_HEADER: _name(letter)})
        for letter in letters
    ]
    kafka.send_collected(bootstrap, _collector(topic), topic, messages, {"replayed": replayed})


def _name(letter: Letter) -> str:
    return f"{letter['topic']}/{letter['partition']}/{letter['offset']}"


def _describe(letter: Letter) -> dict[str, str]:
    original = (letter["original"] or b"").decode(errors="backslashreplace")
    return {"origin": _name(letter), "error": letter["error"][:200], "original": original[:200]}
