"""How often Kafka and OpenSearch keep what they are given is a setting."""

import runpy
import sys
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest

from processors.knowledge import topics
from processors.settings import change_settings, load_settings
from processors.stores import search
from processors.stores.kafka import admin


@pytest.fixture
def created(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The topics that a broker without any was asked for."""
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

    monkeypatch.setattr(admin, "AdminClient", Admin)
    return created


@pytest.mark.parametrize("replication", [1, 3])
def test_each_topic_is_created_with_so_many_replicas(created: list[Any], replication: int) -> None:
    assert admin.create_topics(load_settings().kafka, replication=replication) == list(topics.ALL)
    assert {topic.replication_factor for topic in created} == {replication}


@pytest.mark.parametrize(("replicas", "shards"), [(0, 1), (2, 6)])
def test_each_index_is_made_with_so_many_copies_and_parts(replicas: int, shards: int) -> None:
    applied: dict[str, Any] = {}
    client: Any = SimpleNamespace(
        indices=SimpleNamespace(put_index_template=lambda name, body: applied.update({name: body}))
    )
    search.apply_templates(client, 384, replicas=replicas, shards=shards)
    made = [body["template"]["settings"]["index"] for body in applied.values()]
    assert {(index["number_of_replicas"], index["number_of_shards"]) for index in made} == {
        (replicas, shards)
    }


def test_the_command_that_creates_topics_asks_for_what_the_settings_say(
    monkeypatch: pytest.MonkeyPatch, created: list[Any]
) -> None:
    settings = change_settings(load_settings(), kafka={"replication": 3})
    monkeypatch.setattr("processors.settings.load_settings", lambda: settings)
    monkeypatch.setattr(sys, "argv", ["kafka", "create-topics"])
    monkeypatch.delitem(sys.modules, "processors.stores.kafka.__main__", raising=False)
    runpy.run_module("processors.stores.kafka.__main__", run_name="__main__")
    assert {topic.replication_factor for topic in created} == {3}


def test_one_broker_and_one_node_are_enough_by_default() -> None:
    settings = load_settings()
    assert (settings.kafka.replication, settings.opensearch.replicas, settings.opensearch.shards) == (1, 0, 1)
