"""Metrics and alerts of a real Prometheus come into Kafka and, told in words, into the index."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from opensearchpy import OpenSearch

from processors.knowledge import topics
from processors.pipelines.collect import metrics
from processors.pipelines.collect.metrics import collect_metrics
from processors.settings import Settings, change_settings
from processors.stores import kafka
from tests.support.chunks import make_chunks
from tests.support.collecting import read_sent
from tests.support.own_prometheus import OwnPrometheus, start_prometheus
from tests.support.waiting import wait_for

DOWN_S = 30


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> None:
    """A position and a transaction of the test's own: the DAG collects meanwhile."""
    monkeypatch.setattr(metrics, "COLLECTOR", f"metrics-{uuid.uuid4().hex}")


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[OwnPrometheus]:
    with start_prometheus(tmp_path) as started:
        yield started


@pytest.mark.usefixtures("collector", "paused_collect")
def test_the_stack_s_series_come_with_their_words(settings: Settings) -> None:
    counts: dict[str, int] = {}

    def collect() -> int:
        counts.update(collect_metrics(settings))
        return counts["series"] + counts["alerts_firing"] + counts["alerts_resolved"]

    records = read_sent(settings, topics.METRICS, collect)
    assert counts["queries_refused"] == 0
    assert counts["series"] >= 5
    chunks = [chunk for record in records for chunk in make_chunks(record)]
    # Partitions are read in any order, so the series come in any order.
    (redis,) = [
        chunk
        for chunk in chunks
        if chunk["service"] == "redis" and chunk["title"].startswith("Reachability (1 up, 0 down) of redis")
    ]
    assert redis["kind"] == "metric_window"
    assert "UTC" in redis["text"].splitlines()[0]
    answer = httpx.get(
        f"{settings.prometheus.url}/api/v1/query", params={"query": redis["cite"]["query"]}
    ).raise_for_status()
    assert answer.json()["status"] == "success"


@pytest.mark.usefixtures("collector", "live_versions")
def test_an_alert_is_found_while_it_fires_and_resolved_when_it_is_over(
    settings: Settings, client: OpenSearch, prometheus: OwnPrometheus
) -> None:
    name = f"Test{uuid.uuid4().hex}"
    own = change_settings(settings, prometheus={"url": prometheus.url})
    prometheus.set_rule(name, "up == 1")
    wait_for(lambda: collect_metrics(own)["alerts_firing"], DOWN_S)
    (firing,) = wait_for(lambda: find_alert(client, name, "firing"), 180)
    assert f"{name} is only a test." in firing["text"]
    assert (firing["severity"], firing["cite"]["query"]) == ("critical", "up == 1")
    prometheus.set_rule(name, "up == 0")
    wait_for(lambda: collect_metrics(own)["alerts_resolved"], DOWN_S)
    (resolved,) = wait_for(lambda: find_alert(client, name, "resolved"), 180)
    assert resolved["chunk_id"] == firing["chunk_id"]
    assert "is resolved" in resolved["text"]


def find_alert(client: OpenSearch, name: str, state: str) -> list[dict[str, Any]]:
    """Return the alert's own passages; an incident about it is titled like it."""
    client.indices.refresh(index="rag")
    query = {"bool": {"must": {"match_phrase": {"title": name}}, "filter": {"term": {"kind": "alert"}}}}
    body = {"query": query, "_source": {"excludes": ["embedding"]}}
    found = [hit["_source"] for hit in client.search(index="rag", body=body)["hits"]["hits"]]
    return [chunk for chunk in found if chunk["cite"]["state"] == state]


@pytest.mark.usefixtures("collector")
def test_a_prometheus_that_is_down_moves_nothing(settings: Settings) -> None:
    down = change_settings(settings, prometheus={"url": "http://127.0.0.1:1"})
    with pytest.raises(httpx.TransportError):
        collect_metrics(down)
    assert kafka.read_collected(settings.kafka, metrics.COLLECTOR) is None
