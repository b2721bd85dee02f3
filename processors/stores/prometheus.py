"""Prometheus' HTTP API."""

from datetime import datetime
from typing import Any

import httpx


def query_range(
    prometheus_url: str, query: str, start: datetime, end: datetime, step_s: int
) -> dict[str, Any]:
    """Return a `query_range` answer.

    Args:
        prometheus_url: Where Prometheus is.
        query: PromQL.
        start: Time of the first point.
        end: No point is later.
        step_s: Seconds between two points.

    Raises:
        httpx.HTTPStatusError: Prometheus refuses the query.
        httpx.TransportError: Prometheus is unreachable.
    """
    span: dict[str, str | float] = {"start": start.timestamp(), "end": end.timestamp(), "step": step_s}
    window = {"query": query, **span}
    return _read(httpx.get(f"{prometheus_url}/api/v1/query_range", params=window, timeout=30))


def query_instant(prometheus_url: str, query: str, timeout_s: int) -> dict[str, Any]:
    """Return a `query` answer: what an expression is worth now.

    Args:
        prometheus_url: Where Prometheus is.
        query: PromQL.
        timeout_s: How long Prometheus may evaluate it.

    Raises:
        httpx.HTTPStatusError: Prometheus refuses the query.
        httpx.TransportError: Prometheus is unreachable.
    """
    asked: dict[str, str | int] = {"query": query, "timeout": f"{timeout_s}s"}
    return _read(httpx.get(f"{prometheus_url}/api/v1/query", params=asked, timeout=timeout_s + 5))


def list_alerts(prometheus_url: str) -> list[dict[str, Any]]:
    """Return the alerts that fire or are about to.

    Raises:
        httpx.HTTPError: Prometheus is unreachable or refuses.
    """
    answer = _read(httpx.get(f"{prometheus_url}/api/v1/alerts", timeout=30))
    alerts: list[dict[str, Any]] = answer["data"]["alerts"]
    return alerts


def list_alert_rules(prometheus_url: str) -> list[dict[str, Any]]:
    """Return the alerting rules, each with its `name`, `query` and `alerts`.

    Raises:
        httpx.HTTPError: Prometheus is unreachable or refuses.
    """
    answer = _read(httpx.get(f"{prometheus_url}/api/v1/rules", params={"type": "alert"}, timeout=30))
    return [rule for group in answer["data"]["groups"] for rule in group["rules"]]


def _read(response: httpx.Response) -> dict[str, Any]:
    body: dict[str, Any] = response.raise_for_status().json()
    return body
