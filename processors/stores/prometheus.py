"""Prometheus' HTTP API."""

from datetime import datetime

import httpx

_STEP = "30s"


def query_range(prometheus_url: str, query: str, start: datetime, end: datetime) -> bytes:
    """Return the body of a `query_range` answer, one point every 30 s.

    Raises:
        httpx.HTTPStatusError: Prometheus refuses the query.
        httpx.TransportError: Prometheus is unreachable.
    """
    span: dict[str, str | float] = {"start": start.timestamp(), "end": end.timestamp(), "step": _STEP}
    window = {"query": query, **span}
    response = httpx.get(f"{prometheus_url}/api/v1/query_range", params=window, timeout=30)
    response.raise_for_status()
    return response.content
