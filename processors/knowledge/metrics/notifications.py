"""Alerts as Alertmanager and Grafana send or list them, in the form of Prometheus' `/api/v1/alerts`.

Beside Prometheus' own fields an alert may then have `endedAt`, `expression` and `isSilenced`.
"""

from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from processors.knowledge.times import read_moment

FIRING: Final = "firing"
RESOLVED: Final = "inactive"
"""What Prometheus calls an alert that doesn't fire; its API leaves such alerts out, the collector says so."""

_SILENCED: Final = "suppressed"


def is_notification(body: dict[str, Any]) -> bool:
    """Tell whether an object is what Alertmanager's webhook sends (version 4), or Grafana's with more.

    Example:
        >>> is_notification({"version": "4", "alerts": []}), is_notification({"data": {}})
        (True, False)
    """
    return isinstance(body.get("alerts"), list) and "data" not in body


def read_notification(body: dict[str, Any]) -> tuple[list[Any], list[str]]:
    """Return the alerts of a notification, and what must be told with each of them.

    Example:
        >>> alert = {"status": "firing", "labels": {"alertname": "Slow"}, "startsAt": "2026-11-21T07:00:00Z"}
        >>> alerts, notes = read_notification({"alerts": [alert], "truncatedAlerts": 3})
        >>> alerts[0]["state"], notes
        ('firing', ['The message told of 3 more alerts, which were cut off.'])
    """
    common = {
        name: body[name] for name in ("commonLabels", "commonAnnotations") if isinstance(body.get(name), dict)
    }
    alerts = [
        _rewrite(alert, common, is_over=alert.get("status", body.get("status")) == "resolved")
        if isinstance(alert, dict)
        else alert
        for alert in body["alerts"]
    ]
    cut = body.get("truncatedAlerts")
    is_cut = isinstance(cut, int) and cut > 0
    return alerts, [f"The message told of {cut} more alerts, which were cut off."] if is_cut else []


def read_listed_alerts(listed: list[Any], clock: datetime) -> list[Any]:
    """Return the alerts that Alertmanager's API lists (`/api/v2/alerts`).

    An alert that ends ahead of now goes on: Alertmanager states until when it would take its silence for an
    end.
    """
    return [_read_listed(alert, clock) if isinstance(alert, dict) else alert for alert in listed]


def _read_listed(alert: dict[str, Any], clock: datetime) -> dict[str, Any]:
    status = alert.get("status")
    state = status.get("state") if isinstance(status, dict) else status
    end = read_moment(alert.get("endsAt"), clock)
    is_over = state == "resolved" or (end is not None and end <= clock)
    return {**_rewrite(alert, {}, is_over=is_over), "isSilenced": state == _SILENCED}


def _rewrite(alert: dict[str, Any], common: dict[str, Any], *, is_over: bool) -> dict[str, Any]:
    labels, annotations = alert.get("labels"), alert.get("annotations")
    return {
        "labels": {**common.get("commonLabels", {}), **(labels if isinstance(labels, dict) else {})},
        "annotations": {
            **common.get("commonAnnotations", {}),
            **(annotations if isinstance(annotations, dict) else {}),
        },
        "state": RESOLVED if is_over else FIRING,
        "activeAt": alert.get("startsAt"),
        "endedAt": alert.get("endsAt") if is_over else None,
        "value": _find_value(alert),
        "expression": _find_expression(alert.get("generatorURL")),
    }


def _find_value(alert: dict[str, Any]) -> Any:
    """Return the figure of Grafana's alert, if it has one alone."""
    values = alert.get("values")
    return next(iter(values.values())) if isinstance(values, dict) and len(values) == 1 else None


def _find_expression(generator: Any) -> str:
    """Return the PromQL in the address of Prometheus' graph page.

    Example:
        >>> _find_expression("http://prometheus:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1")
        'up == 0'
    """
    try:
        return parse_qs(urlsplit(str(generator or "")).query).get("g0.expr", [""])[0]
    except ValueError:
        return ""
