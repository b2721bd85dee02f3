"""What is asked of Prometheus, and what is told of alerts that left."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from processors.knowledge.record import Record
from processors.pipelines.collect import metrics
from processors.pipelines.collect.metrics import QUERIES_FILE, collect_metrics, list_firing, load_queries
from processors.settings import change_settings, load_settings
from processors.stores import kafka
from tests.support.chunks import make_chunks

DOWN = {"labels": {"alertname": "Down", "job": "a"}, "state": "firing", "activeAt": "2026-11-21T10:00:00Z"}
PENDING = {**DOWN, "labels": {"alertname": "Down", "job": "b"}, "state": "pending"}
RULES = [{"name": "Down", "query": "up == 0", "alerts": [DOWN, PENDING]}]


class FakePlatform:
    """Prometheus and Kafka as functions, since both are only asked and told here."""

    def __init__(self) -> None:
        self.alerts: list[dict[str, Any]] = []
        self.sent: list[list[kafka.Message]] = []
        self.position: dict[str, Any] | None = None

    def query_range(self, _: str, query: str, *__: Any) -> dict[str, Any]:
        if query == "refused(":
            request = httpx.Request("GET", "http://prometheus")
            raise httpx.HTTPStatusError("parse error", request=request, response=httpx.Response(400))
        series = [{"metric": {"n": str(n)}, "values": [[0, "1"]]} for n in range(3)]
        return {"status": "success", "data": {"resultType": "matrix", "result": series}}

    def send_collected(
        self, _: str, __: str, ___: str, messages: list[kafka.Message], position: dict[str, Any]
    ) -> int:
        self.sent.append(messages)
        self.position = json.loads(json.dumps(position))
        return len(messages)


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakePlatform:
    fake = FakePlatform()
    monkeypatch.setattr(metrics.prometheus, "list_alerts", lambda _: fake.alerts)
    monkeypatch.setattr(metrics.prometheus, "list_alert_rules", lambda _: RULES)
    monkeypatch.setattr(metrics.prometheus, "query_range", fake.query_range)
    monkeypatch.setattr(metrics.kafka, "read_collected", lambda *_: fake.position)
    monkeypatch.setattr(metrics.kafka, "send_collected", fake.send_collected)
    queries = tmp_path / "queries.yaml"
    queries.write_text('queries: [{query: up, title: Reachability}, {query: "refused("}]')
    settings = change_settings(load_settings(), collect={"queries_file": queries})
    monkeypatch.setattr(metrics, "collect_metrics", lambda: collect_metrics(settings))
    return fake


def run() -> dict[str, int]:
    return metrics.collect_metrics()  # type: ignore[call-arg]


def as_record(message: kafka.Message) -> Record:
    key, value, headers = message
    return Record(
        topic="runlore.metrics", partition=0, offset=0, timestamp_ms=1_795_262_400_000,
        key=key, headers=headers, value=value.decode(),
    )  # fmt: skip


def test_each_series_is_a_message_and_a_refused_query_stops_nothing(platform: FakePlatform) -> None:
    counts = run()
    assert (counts["series"], counts["queries_refused"], counts["series_left_out"]) == (3, 1, 0)
    keys = [key for key, _, _ in platform.sent[0]]
    assert len(set(keys)) == 3
    assert all(len(make_chunks(as_record(m))) == 1 for m in platform.sent[0])


def test_series_beyond_the_most_are_counted(platform: FakePlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_MOST_SERIES", 2)
    counts = run()
    assert (counts["series"], counts["series_left_out"], len(platform.sent[0])) == (2, 1, 2)


def test_an_alert_is_sent_while_it_fires_and_once_when_it_is_gone(platform: FakePlatform) -> None:
    states = []
    for alerts in ([DOWN, PENDING], [DOWN], [], []):
        platform.alerts = alerts
        run()
        told = [m for m in platform.sent[-1] if m[0].startswith("alert ")]
        states.append([json.loads(value)["data"]["alerts"][0]["state"] for _, value, _ in told])
    assert states == [["firing"], ["firing"], ["inactive"], []]
    (chunk,) = make_chunks(as_record(platform.sent[2][0]))
    assert "Alert Down (job a) is resolved" in chunk["text"]
    assert chunk["cite"]["query"] == "up == 0"


def test_an_alert_that_fires_again_at_once_ends_and_begins(platform: FakePlatform) -> None:
    platform.alerts = [DOWN]
    run()
    platform.alerts = [{**DOWN, "activeAt": "2026-11-21T11:00:00Z"}]
    counts = run()
    assert (counts["alerts_firing"], counts["alerts_resolved"]) == (1, 1)


def test_only_what_fires_is_told_with_its_expression() -> None:
    firing = list_firing([DOWN, PENDING], RULES)
    assert [fired["expression"] for fired in firing.values()] == ["up == 0"]


def test_the_queries_that_come_along_are_named_and_without_repetition() -> None:
    queries = load_queries(QUERIES_FILE)
    assert all(query.get("title") for query in queries)
    assert len({query["query"] for query in queries}) == len(queries)


@pytest.mark.parametrize(
    "text", ["", "queries: up", "queries: [up]", "queries: [{title: x}]", "queries: [{query: up, units: s}]"]
)
def test_a_file_of_queries_that_is_wrong_names_itself(tmp_path: Path, text: str) -> None:
    path = tmp_path / "queries.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"queries\.yaml"):
        load_queries(path)
