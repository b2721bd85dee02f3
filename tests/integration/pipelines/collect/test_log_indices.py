"""Lines of an existing index in OpenSearch reach Kafka once each, whatever happens between."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from opensearchpy import OpenSearch, helpers

from processors.knowledge import topics
from processors.pipelines.collect import log_indices
from processors.pipelines.collect.log_indices import collect_log_indices
from processors.settings import Settings, change_settings
from processors.settings.sources import LogIndex
from processors.stores import kafka
from processors.stores.kafka import collected

# Minutes ago: the service level of an event that is late on purpose is nobody's concern.
START = datetime.now(UTC) - timedelta(minutes=10)
Write = Callable[[dict[str, float]], None]


@pytest.fixture
def index(client: OpenSearch) -> Iterator[str]:
    name = f"app-logs-{uuid4().hex[:8]}"
    properties = {"@timestamp": {"type": "date"}, "message": {"type": "text"}}
    client.indices.create(index=name, body={"mappings": {"properties": properties}})
    yield name
    client.indices.delete(index=name)


@pytest.fixture
def write(client: OpenSearch, index: str) -> Write:
    """Write lines by their text and their second."""

    def write_lines(lines: dict[str, float]) -> None:
        actions = [
            {
                "_index": index,
                "@timestamp": (START + timedelta(seconds=second)).isoformat(timespec="milliseconds"),
                "message": message,
                "service": {"name": f"{index}-shop"},
            }
            for message, second in lines.items()
        ]
        helpers.bulk(client, actions, refresh=True)

    return write_lines


@pytest.fixture
def reading(settings: Settings, index: str) -> Settings:
    source = LogIndex(url=settings.opensearch.url, index=index)
    return change_settings(settings, collect={"log_indices": (source,), "log_overlap_seconds": 5})


def read_topic(settings: Settings, index: str) -> list[str]:
    records, _, _ = kafka.drain(settings.kafka, [topics.LOGS], {}, 10_000_000)
    return [json.loads(r["value"] or "")["message"] for r in records if r["headers"].get("source") == index]


def test_every_line_is_sent_once_in_order_and_a_late_one_too(
    reading: Settings, index: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_indices, "_PAGE", 7)
    # Lines of one time lie on both sides of a page's edge.
    write({f"line {n:02}": n // 4 for n in range(40)})
    assert sum(collect_log_indices(reading).values()) == 40
    assert (
        sorted(read_topic(reading, index))
        == read_topic(reading, index)
        == [f"line {n:02}" for n in range(40)]
    )
    assert sum(collect_log_indices(reading).values()) == 0
    write({"late by two seconds": 7.5, "newer": 12})
    assert sum(collect_log_indices(reading).values()) == 2
    assert read_topic(reading, index)[40:] == ["late by two seconds", "newer"]


def test_an_empty_position_begins_anew(reading: Settings, index: str, write: Write) -> None:
    write({"again": 0})
    assert sum(collect_log_indices(reading).values()) == 1
    key = f"log-index/{reading.opensearch.url}/{index}"
    kafka.produce(reading.kafka, topics.COLLECTED, [(key, b"", {})])
    assert sum(collect_log_indices(reading).values()) == 1


def test_a_collector_that_dies_between_loses_and_doubles_nothing(
    reading: Settings, index: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_indices, "_PAGE", 10)
    write({f"line {n:02}": n for n in range(30)})
    commits: list[int] = []

    class DyingProducer(collected.Producer):  # type: ignore[misc]
        def commit_transaction(self, *arguments: Any) -> None:
            commits.append(len(commits))
            if len(commits) == 2:
                # The lines and the position have left for the broker, the commit never does.
                self.flush()
                raise SystemExit("killed")
            super().commit_transaction(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(collected, "Producer", DyingProducer)
        with pytest.raises(SystemExit):
            collect_log_indices(reading)
    assert read_topic(reading, index) == [f"line {n:02}" for n in range(10)]
    assert sum(collect_log_indices(reading).values()) == 20
    assert read_topic(reading, index) == [f"line {n:02}" for n in range(30)]


def test_an_index_that_is_down_is_named_and_stops_no_other(
    reading: Settings, index: str, write: Write
) -> None:
    write({"still read": 0})
    down = LogIndex(url="http://127.0.0.1:1", index="gone")
    both = change_settings(reading, collect={"log_indices": (down, *reading.collect.log_indices)})
    with pytest.raises(RuntimeError, match=r"RUNLORE_LOG_INDICES: http://127.0.0.1:1/gone"):
        collect_log_indices(both)
    assert read_topic(reading, index) == ["still read"]
