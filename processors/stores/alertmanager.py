"""Alertmanager's API, version 2: what should reach a person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

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
