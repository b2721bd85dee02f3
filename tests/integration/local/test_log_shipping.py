"""What happens to the stack's processes is in Kafka within seconds; what goes well is not."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition

from local.settings import StackSettings, load_settings
from local.supervisor import connect, restart_program

TOPIC = "runlore.logs"


@pytest.fixture(scope="module")
def settings() -> StackSettings:
    return load_settings()


@pytest.fixture
def newest(settings: StackSettings) -> Iterator[Consumer]:
    """A consumer that stands at the end of every partition."""
    consumer = Consumer(
        {
            "bootstrap.servers": f"127.0.0.1:{settings.ports['kafka']}",
            "group.id": "test-log-shipping",
            "enable.auto.commit": False,
        }
    )
    partitions = consumer.list_topics(TOPIC, timeout=10).topics[TOPIC].partitions
    ends = [
        TopicPartition(TOPIC, number, consumer.get_watermark_offsets(TopicPartition(TOPIC, number))[1])
        for number in partitions
    ]
    consumer.assign(ends)
    yield consumer
    consumer.close()


def _read(consumer: Consumer, seconds: float) -> list[dict[str, Any]]:
    records = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        message = consumer.poll(0.2)
        value = message.value() if message is not None and message.error() is None else None
        if value is None:
            continue
        # Other tests put poison there on purpose.
        with suppress(json.JSONDecodeError, UnicodeDecodeError, RecursionError):
            records.append(json.loads(value))
    return [record for record in records if isinstance(record, dict)]


def test_a_stopped_service_is_told_within_two_seconds(settings: StackSettings, newest: Consumer) -> None:
    try:
        connect(settings).supervisor.stopProcess("node-exporter")
        records = _read(newest, 2)
    finally:
        restart_program(settings, "node-exporter")
    told = [record for record in records if "stopped: node-exporter" in record.get("message", "")]
    assert len(told) == 1
    assert told[0]["service"]["name"] == "supervisor"
    assert told[0]["event"]["dataset"] == "runlore.self"
    assert told[0]["log"]["file"]["path"] == f"{settings.home}/logs/supervisord.log"
    assert "@timestamp" in told[0]


def test_a_restarted_shipper_repeats_nothing(settings: StackSettings, newest: Consumer) -> None:
    ends = newest.assignment()
    newest.assign([TopicPartition(TOPIC, end.partition, 0) for end in ends])
    old = {str(record.get("message")) for record in _read(newest, 3)}
    restart_program(settings, "log-shipper")
    new = {str(record.get("message")) for record in _read(newest, 6)}
    assert any("spawned: 'log-shipper'" in message for message in new)
    assert new & old == set()
