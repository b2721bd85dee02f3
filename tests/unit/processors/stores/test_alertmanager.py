"""What can't be told fails nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from processors.stores.alertmanager import send_alert

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def send(url: str) -> bool:
    return send_alert(url, {"alertname": "A"}, {"summary": "s"}, NOW, NOW + timedelta(hours=1))


def test_an_alert_is_sent_with_its_times(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: dict[str, Any] = {}

    def post(url: str, **options: Any) -> httpx.Response:
        sent.update(url=url, **options)
        return httpx.Response(200, request=httpx.Request("POST", url))

    monkeypatch.setattr(httpx, "post", post)
    assert send("http://alerts:9093/")
    assert sent["url"] == "http://alerts:9093/api/v2/alerts"
    assert sent["json"] == [
        {
            "labels": {"alertname": "A"},
            "annotations": {"summary": "s"},
            "startsAt": "2026-11-21T09:00:00+00:00",
            "endsAt": "2026-11-21T10:00:00+00:00",
        }
    ]


def test_without_an_address_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpx, "post", lambda *_, **__: pytest.fail("sent"))
    assert not send("")


@pytest.mark.parametrize("status", [400, 503])
def test_an_alertmanager_that_refuses_fails_nothing(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    answer = httpx.Response(status, request=httpx.Request("POST", "http://a"))
    monkeypatch.setattr(httpx, "post", lambda *_, **__: answer)
    assert not send("http://a")


def test_an_alertmanager_that_is_down_fails_nothing() -> None:
    assert not send("http://127.0.0.1:1")
