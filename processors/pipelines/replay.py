"""Replays dead-letter records: sends what could not be processed to its topic again, each at most once.

What was replayed is remembered by origin (topic, partition, offset), not by how far the dead-letter topic was
read, since a filtered replay leaves records in between for later. The messages of a topic and its list of
replayed origins go to Kafka in one transaction: a run that is killed sent both or neither. An origin is
forgotten when its record has left the dead-letter topic. A message that fails again is a new record of a new
origin, and may be replayed again.
"""

from typing import Any, Final

from processors.knowledge import topics
from processors.knowledge.record import name_origin
from processors.pipelines.dead_letters import (
    Choice,
    DeadLetterRecord,
    choose_dead_letters,
    parse_dead_letter,
)
from processors.settings import Settings
from processors.settings.stores import Kafka
from processors.stores import kafka

EXAMPLES: Final = 5
ORIGIN_HEADER: Final = "runlore-replay-of"
"""Header of a message that was replayed: topic, partition and offset of the first one."""
_ALL: Final = 1_000_000_000

_Replayed = dict[str, list[int]]
"""Partition to offsets of a topic."""


def replay_dead_letters(settings: Settings, choice: Choice, limit: int, *, dry_run: bool) -> dict[str, Any]:
    """Send the chosen messages that were not replayed yet to their topics, with their keys and headers.

    Args:
        settings: Of the platform.
        choice: Which records.
        limit: At most so many, the oldest.
        dry_run: Only tell what would be sent.

    Returns:
        Counts of records `chosen`, `already_replayed`, `without_original` and `replayed` (in a dry run: to be
        replayed), and `examples`.
    """
    broker = settings.kafka
    held = [parse_dead_letter(record) for record in kafka.drain(broker, [topics.DEAD_LETTER], {}, _ALL)[0]]
    chosen = choose_dead_letters(held, choice)
    done = {topic: _read_replayed(broker, topic) for topic in {each["topic"] for each in chosen}}
    fresh = [each for each in chosen if each["offset"] not in _offsets(done, each)]
    ready = [each for each in fresh if each["original"] is not None][:limit]
    if not dry_run:
        for topic in sorted({each["topic"] for each in ready}):
            mine = [each for each in ready if each["topic"] == topic]
            _send(broker, topic, mine, _remember(done[topic], mine, held))
    return {
        "chosen": len(chosen),
        "already_replayed": len(chosen) - len(fresh),
        "without_original": sum(each["original"] is None for each in fresh),
        "replayed": len(ready),
        "dry_run": dry_run,
        "examples": [_describe(each) for each in ready[:EXAMPLES]],
    }


def _collector(topic: str) -> str:
    return f"replay-{topic}"


def _read_replayed(broker: Kafka, topic: str) -> _Replayed:
    position = kafka.read_collected(broker, _collector(topic))
    replayed: _Replayed = position["replayed"] if position else {}
    return replayed


def _offsets(done: dict[str, _Replayed], dead: DeadLetterRecord) -> list[int]:
    return done[dead["topic"]].get(str(dead["partition"]), [])


def _remember(replayed: _Replayed, sent: list[DeadLetterRecord], held: list[DeadLetterRecord]) -> _Replayed:
    """Add what is sent now, and forget records that the dead-letter topic does not hold any more."""
    topic = sent[0]["topic"]
    present = {(each["partition"], each["offset"]) for each in held if each["topic"] == topic}
    known = {(int(partition), offset) for partition, offsets in replayed.items() for offset in offsets}
    kept = known & present | {(each["partition"], each["offset"]) for each in sent}
    partitions = sorted({partition for partition, _ in kept})
    return {str(partition): sorted(o for p, o in kept if p == partition) for partition in partitions}


def _send(broker: Kafka, topic: str, dead: list[DeadLetterRecord], replayed: _Replayed) -> None:
    messages = [
        (each["key"], each["original"] or b"", {**each["headers"], ORIGIN_HEADER: name_origin(each)})
        for each in dead
    ]
    kafka.send_collected(broker, _collector(topic), topic, messages, {"replayed": replayed})


def _describe(dead: DeadLetterRecord) -> dict[str, str]:
    original = (dead["original"] or b"").decode(errors="backslashreplace")
    return {"origin": name_origin(dead), "error": dead["error"][:200], "original": original[:200]}
