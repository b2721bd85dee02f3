"""Alertmanager's API, version 2: what should reach a person, and what shouldn't for a while."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import httpx
import structlog

_PATIENCE_S: Final = 10

log = structlog.get_logger(__name__)


def send_alert(
    url: str, labels: Mapping[str, str], annotations: Mapping[str, str], start: datetime, end: datetime
) -> bool:
    """Send one alert; alerts of the same labels are one to Alertmanager, and one that ended is resolved.

    An Alertmanager that is down or refuses is logged and fails nothing: what it was to tell stands elsewhere.

    Args:
        url: Alertmanager's address, or that of anything that takes its `/api/v2/alerts`; empty: none is told.
        labels: What the alert is, and where; `alertname` is among them.
        annotations: What a person reads.
        start: Since when it holds.
        end: Until when, if nothing is sent before.

    Returns:
        Whether it was taken.
    """
    if not url:
        return False
    times = {"startsAt": start.isoformat(), "endsAt": end.isoformat()}
    alert = {"labels": dict(labels), "annotations": dict(annotations), **times}
    try:
        httpx.post(f"{url.rstrip('/')}/api/v2/alerts", json=[alert], timeout=_PATIENCE_S).raise_for_status()
    except httpx.HTTPError as error:
        log.warning("alert not sent", url=url, alert=labels.get("alertname"), error=str(error))
        return False
    return True


def list_alerts(url: str, matchers: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the alerts that have these labels, whether they are silenced or not.

    Args:
        url: Alertmanager's address.
        matchers: Value by label.

    Raises:
        httpx.HTTPError: Alertmanager is unreachable or refuses.
    """
    wanted = {"filter": [f'{name}="{_quote(value)}"' for name, value in matchers.items()]}
    alerts: list[dict[str, Any]] = _ask("GET", url, "alerts", params=wanted).json()
    return alerts


def list_silences(url: str) -> list[dict[str, Any]]:
    """Return all silences, those that have ended among them.

    Raises:
        httpx.HTTPError: Alertmanager is unreachable or refuses.
    """
    silences: list[dict[str, Any]] = _ask("GET", url, "silences").json()
    return silences


def add_silence(
    url: str, matchers: Mapping[str, str], span: tuple[datetime, datetime], author: str, comment: str
) -> str:
    """Silence the alerts that have these labels, and return the silence's id.

    Args:
        url: Alertmanager's address.
        matchers: Value by label.
        span: From when until when.
        author: Who wants it.
        comment: Why.

    Raises:
        httpx.HTTPError: Alertmanager is unreachable or refuses.
    """
    begin, end = span
    silence = {
        "matchers": [
            {"name": name, "value": value, "isRegex": False, "isEqual": True}
            for name, value in matchers.items()
        ],
        "startsAt": begin.isoformat(),
        "endsAt": end.isoformat(),
        "createdBy": author,
        "comment": comment,
    }
    return str(_ask("POST", url, "silences", json=silence).json()["silenceID"])


def end_silence(url: str, silence: str) -> None:
    """End a silence.

    Raises:
        httpx.HTTPError: There is none, or Alertmanager is unreachable or refuses.
    """
    _ask("DELETE", url, f"silence/{quote(silence, safe='')}")


def _ask(method: str, url: str, path: str, **sent: Any) -> httpx.Response:
    address = f"{url.rstrip('/')}/api/v2/{path}"
    return httpx.request(method, address, timeout=_PATIENCE_S, **sent).raise_for_status()


def _quote(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
