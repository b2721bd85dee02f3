"""Alertmanager's silences, as its API takes and tells them; the answers are made by hand from its schema."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from processors.stores import alertmanager

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, dict[str, Any]]]:
    """What Alertmanager is asked."""
    told: list[tuple[str, str, dict[str, Any]]] = []

    def answer(method: str, url: str, **sent: Any) -> httpx.Response:
        told.append((method, url, sent))
        return httpx.Response(200, json={"silenceID": "s-1"}, request=httpx.Request(method, url))

    monkeypatch.setattr(httpx, "request", answer)
    return told


def test_a_silence_is_of_exactly_these_labels(asked: list[Any]) -> None:
    labels = {"alertname": "Slow", "namespace": "shop"}
    span = (NOW, NOW + timedelta(hours=1))
    assert alertmanager.add_silence("http://a:9093/", labels, span, "alice", "calm") == "s-1"
    ((method, url, sent),) = asked
    assert (method, url) == ("POST", "http://a:9093/api/v2/silences")
    assert sent["json"]["endsAt"] == "2026-11-21T10:00:00+00:00"
    assert sent["json"]["matchers"] == [
        {"name": name, "value": value, "isRegex": False, "isEqual": True} for name, value in labels.items()
    ]


def test_a_value_can_not_end_its_matcher(asked: list[Any]) -> None:
    alertmanager.list_alerts("http://a:9093", {"alertname": 'x", severity="y\\'})
    assert asked[0][2]["params"] == {"filter": ['alertname="x\\", severity=\\"y\\\\"']}


def test_a_silence_is_ended_by_its_id_alone(asked: list[Any]) -> None:
    alertmanager.end_silence("http://a:9093", "../alerts")
    assert asked[0][:2] == ("DELETE", "http://a:9093/api/v2/silence/..%2Falerts")
