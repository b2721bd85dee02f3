"""Numbered log events, some of them broken, and what became of each."""

import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from confluent_kafka import KafkaError, Message, Producer
from opensearchpy import OpenSearch, helpers

from processors.knowledge import topics
from processors.knowledge.logs.offsets import read_offsets
from processors.settings import Settings
from processors.stores import kafka
from processors.stores.kafka import kafka_options
from processors.versions import catalog

Place = tuple[int, int]
"""Partition and offset."""

_SERVICES = 4
_TEMPLATES = (
    "order {n} was paid in {ms} ms",
    "WARN cache of shelf-{shelf} is cold, item {n} was read from disk",
    "ERROR order {n}: carrier refused parcel {id}",
    "session {id} of customer-{shelf} began",
)
# Different every time, so that two equal changes differ; told of no event.
_OF_THE_RUN = ("indexed_at", "ingested_at", "batch_id", "embedding")


def make_mark() -> str:
    """Return a name that no other test's events have."""
    return f"numbered-{uuid.uuid4().hex[:8]}"


def make_event(mark: str, number: int, chance: random.Random, *, broken: bool) -> tuple[str, bytes]:
    """Return key and value of an event; a broken one is JSON that was cut off."""
    message = chance.choice(_TEMPLATES).format(
        n=number, ms=chance.randrange(900), shelf=chance.randrange(40), id=f"{chance.getrandbits(48):012x}"
    )
    service = f"{mark}-{number % _SERVICES}"
    body = {"@timestamp": datetime.now(UTC).isoformat(), "message": message, "service": {"name": service}}
    value = json.dumps(body).encode()
    return service, value[: len(value) // 2] if broken else value


def send_events(
    settings: Settings, mark: str, count: int, broken_share: float, seconds: float
) -> tuple[dict[Place, int], dict[Place, int]]:
    """Send numbered events spread over some seconds, whatever happens to Kafka meanwhile.

    Returns:
        Place to number of the good events, and of the broken ones.
    """
    chance = random.Random(mark)  # noqa: S311
    good: dict[Place, int] = {}
    broken: dict[Place, int] = {}
    failures: list[str] = []
    producer = Producer(
        {
            **kafka_options(settings.kafka),
            "enable.idempotence": True,
            "delivery.timeout.ms": 600_000,
            "queue.buffering.max.messages": 500_000,
            "log_level": 2,
        }
    )

    def note(held: dict[Place, int], number: int, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            failures.append(str(error))
        held[(int(message.partition() or 0), int(message.offset() or 0))] = number

    begin = time.monotonic()
    for number in range(count):
        ahead = begin + seconds * number / count - time.monotonic()
        if ahead > 0.01:
            time.sleep(ahead)
        is_broken = chance.random() < broken_share
        key, value = make_event(mark, number, chance, broken=is_broken)
        held = broken if is_broken else good
        producer.produce(topics.LOGS, value=value, key=key, on_delivery=partial(note, held, number))
        producer.poll(0)
    assert producer.flush(600) == 0
    assert not failures, failures[:3]
    return good, broken


def wait_until_held(
    client: OpenSearch, places: set[Place], seconds: float, report: Callable[[str], None]
) -> None:
    """Wait until the live version's positions are behind every place."""
    # Of a dict's equal keys the last one stays, which is that of the greatest offset.
    ends = dict(sorted(places))
    deadline = time.monotonic() + seconds
    while True:
        held = _read_positions(client)
        behind = {p: end + 1 - held.get(str(p), 0) for p, end in ends.items() if held.get(str(p), 0) <= end}
        if not behind:
            return
        assert time.monotonic() < deadline, f"still {behind} events behind after {seconds:.0f} s"
        report(f"{sum(behind.values())} events to go")
        time.sleep(2)


def _read_positions(client: OpenSearch) -> dict[str, int]:
    live = catalog.find_live(client, "rag")
    meta = catalog.read_meta(client, live) if live else {}
    held: dict[str, int] = meta.get("positions", {}).get(topics.LOGS, {})
    return held


def read_chunks(client: OpenSearch, mark: str) -> dict[str, dict[str, Any]]:
    """Return what the alias shows of the events of a mark, by chunk id, without what differs by run."""
    client.indices.refresh(index="rag")
    services = [f"{mark}-{number}" for number in range(_SERVICES)]
    # What is found out of events comes from no place of its own.
    of_events = {"filter": {"terms": {"service": services}}, "must_not": {"term": {"kind": "incident"}}}
    hits = helpers.scan(client, index="rag", query={"query": {"bool": of_events}})
    return {
        hit["_id"]: {name: value for name, value in hit["_source"].items() if name not in _OF_THE_RUN}
        for hit in hits
    }


def count_places(chunks: dict[str, dict[str, Any]]) -> Counter[Place]:
    """Count in how many chunks' source ranges each place is."""
    return Counter(
        (int(chunk["cite"]["partition"]), offset)
        for chunk in chunks.values()
        for offset in read_offsets(chunk["source_offsets"])
    )


def count_letters(settings: Settings, places: set[Place]) -> Counter[Place]:
    """Count how many dead letters there are of each place."""
    records, _, _ = kafka.drain(settings.kafka, [topics.DEAD_LETTER], {}, 10_000_000)
    letters = (json.loads(record["value"] or "{}") for record in records)
    found = ((letter["partition"], letter["offset"]) for letter in letters if letter["topic"] == topics.LOGS)
    return Counter(place for place in found if place in places)


def assert_each_once(
    settings: Settings, client: OpenSearch, mark: str, good: set[Place], broken: set[Place]
) -> None:
    """Every good event is in exactly one chunk's source range, every broken one is one dead letter."""
    told = count_places(read_chunks(client, mark))
    assert set(told) == good, f"{len(good - set(told))} lost, {len(set(told) - good)} that don't belong"
    assert set(told.values()) == {1}, f"{sum(n > 1 for n in told.values())} told twice"
    letters = count_letters(settings, good | broken)
    assert set(letters) == broken, f"{len(broken - set(letters))} dead letters lost"
    assert set(letters.values()) <= {1}, f"{sum(n > 1 for n in letters.values())} dead letters sent twice"
