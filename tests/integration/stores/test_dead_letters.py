"""A dead letter is sent once, however often and in however many batches its event is read."""

import uuid
from collections import Counter
from collections.abc import Iterator

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from processors.knowledge import topics
from processors.knowledge.positions import Positions
from processors.knowledge.record import DeadLetter
from processors.settings import Settings
from processors.stores import kafka
from processors.stores.kafka import kafka_options


@pytest.fixture
def topic(settings: Settings) -> Iterator[str]:
    """A topic with one partition and six events."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    admin = AdminClient(kafka_options(settings.kafka))
    admin.create_topics([NewTopic(name, 1, 1)])[name].result(timeout=20)
    kafka.produce(settings.kafka, name, [("", b"broken", {})] * 6)
    yield name
    admin.delete_topics([name])[name].result(timeout=20)


def test_a_version_that_was_taken_back_sends_no_letter_again_in_many_batches(
    settings: Settings, topic: str
) -> None:
    letters = [DeadLetter(topic=topic, partition=0, offset=offset, error="broken") for offset in range(6)]

    def send(batch: list[DeadLetter], since: Positions) -> Positions:
        reached = {topic: {"0": batch[-1]["offset"] + 1}}
        return kafka.send_dead_letters(settings.kafka, batch, since, reached)

    first = send(letters[:2], {})
    send(letters[2:], first)
    # Taken back, it reads all of it again from its older place, a batch of two at a time.
    since: Positions = {}
    for begin in (0, 2, 4):
        since = send(letters[begin : begin + 2], since)

    held, _, _ = kafka.drain(settings.kafka, [topics.DEAD_LETTER], {}, 10_000_000)
    keys = Counter(record["key"] for record in held)
    assert [keys[f"{topic}/0/{offset}"] for offset in range(6)] == [1] * 6
