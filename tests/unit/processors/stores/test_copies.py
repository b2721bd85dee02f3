"""How often Kafka and OpenSearch keep what they are given is a setting."""

from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest

from processors.knowledge import topics
from processors.settings import load_settings
from processors.stores import kafka, search


@pytest.mark.parametrize("replication", [1, 3])
def test_each_topic_is_created_with_so_many_replicas(
    monkeypatch: pytest.MonkeyPatch, replication: int
) -> None:
    created: list[Any] = []

    class Admin:
        def __init__(self, _: Any) -> None:
            pass

        def list_topics(self, timeout: float) -> Any:
            assert timeout
            return SimpleNamespace(topics={})

        def create_topics(self, topics: list[Any]) -> dict[str, Future[None]]:
            created.extend(topics)
            done: Future[None] = Future()
            done.set_result(None)
            return {topic.topic: done for topic in topics}

    monkeypatch.setattr(kafka, "AdminClient", Admin)
    assert kafka.create_topics("kafka:9092", replication=replication) == list(topics.ALL)
    assert {topic.replication_factor for topic in created} == {replication}


@pytest.mark.parametrize("replicas", [0, 2])
def test_each_index_is_made_with_so_many_copies(replicas: int) -> None:
    applied: dict[str, Any] = {}
    client: Any = SimpleNamespace(
        indices=SimpleNamespace(put_index_template=lambda name, body: applied.update({name: body}))
    )
    search.apply_templates(client, 384, replicas=replicas)
    copies = {body["template"]["settings"]["index"]["number_of_replicas"] for body in applied.values()}
    assert copies == {replicas}


def test_one_broker_and_one_node_are_enough_by_default() -> None:
    settings = load_settings()
    assert (settings.kafka_replication, settings.opensearch_replicas) == (1, 0)
