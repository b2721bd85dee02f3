"""What Prometheus is told of the pipelines is what Kafka and OpenSearch hold."""

import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from opensearchpy import OpenSearch
from prometheus_client import REGISTRY

from processors.monitoring.measuring import measure, measure_versions
from processors.settings import Settings
from processors.stores import kafka
from processors.stores.kafka import kafka_options
from processors.versions import builds, catalog, slices, swaps
from tests.support.swapping import make_chunk, make_pipeline


@pytest.fixture
def topic(settings: Settings) -> Iterator[str]:
    name = f"test-{uuid.uuid4().hex[:8]}"
    admin = AdminClient(kafka_options(settings.kafka))
    admin.create_topics([NewTopic(name, 2, 1)])[name].result(timeout=20)
    yield name
    admin.delete_topics([name])[name].result(timeout=20)


def read(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def test_what_waits_is_counted_from_the_positions_and_aged_by_its_oldest_record(
    settings: Settings, topic: str
) -> None:
    broker = settings.kafka
    assert kafka.find_waiting(broker, [topic], {}) == {topic: kafka.Waiting(0, None)}
    sent = time.time() * 1000
    for number in range(4):
        kafka.produce(broker, topic, [(str(number), b"{}", {})])
    records, _, reached = kafka.drain(broker, [topic], {}, 100)
    waiting = kafka.find_waiting(broker, [topic], {})[topic]
    assert waiting.records >= len(records) == 4
    assert waiting.oldest_ms == min(record["timestamp_ms"] for record in records)
    assert abs(waiting.oldest_ms - sent) < 30_000
    assert kafka.find_waiting(broker, [topic], reached)[topic] == kafka.Waiting(0, None)


def test_versions_are_told_with_their_age_and_what_the_gate_refused_since(
    settings: Settings, client: OpenSearch
) -> None:
    def build(pipeline: Any, refused: bool) -> None:
        chunk = make_chunk("a", "m", [1.0] * settings.embedding.dimension)
        with builds.begin_build(client, pipeline, {}) as index:
            slices.write_chunks(client, index, 1, [chunk])
        with builds.go_on_with(client, pipeline, index):
            if refused:
                catalog.update_meta(client, index, state="refused")
            else:
                swaps.promote(client, pipeline, index)

    with make_pipeline(client, settings) as name:
        told: Any = [(False, 0), (True, 1), (False, 0)]
        for refused, count in told:
            build(name, refused)
            measure_versions(client, [name])
            assert read("runlore_refused_versions", pipeline=name) == count
        assert read("runlore_version_number", pipeline=name) == 3
        assert read("runlore_version_chunks", pipeline=name) == 1
        assert 0 <= (read("runlore_version_age_seconds", pipeline=name) or -1) < 60


@pytest.mark.usefixtures("live_versions")
def test_what_cannot_be_read_has_no_series_until_it_can_again(settings: Settings, client: OpenSearch) -> None:
    broker = settings.kafka
    measure(broker, client)
    assert read("runlore_waiting_records", topic="runlore.logs") is not None
    assert read("runlore_open_incidents", severity="critical") is not None
    measure(broker, OpenSearch("http://127.0.0.1:1"))
    assert read("runlore_waiting_records", topic="runlore.logs") is None
    assert read("runlore_version_number", pipeline="cag") is None
    assert read("runlore_failed_readings_total", part="versions") == 1
