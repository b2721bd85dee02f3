"""Prometheus `query_range` results in, `metric_window` chunks out: an hour of a series in words."""

import json
import math
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from processors.chunk import Chunk, hash_content, make_id
from processors.record import Record

_FLAT: Final = 0.05


def parse_metrics(record: Record) -> list[dict[str, Any]]:
    """Return the series of a `query_range` answer, each `{"metric": labels, "values": [[time, "value"], …]}`.

    Raises:
        ValueError: The record is not a successful matrix answer.
    """
    body = json.loads(record["value"] or "null")
    if not isinstance(body, dict) or body.get("status") != "success":
        raise ValueError("expected a Prometheus answer with status 'success'")
    if body["data"].get("resultType") != "matrix":
        raise ValueError(f"expected resultType 'matrix', got {body['data'].get('resultType')!r}")
    series: list[dict[str, Any]] = body["data"]["result"]
    return series


def build_metric_chunks(record: Record, batch_id: str, ingested_at: str) -> list[Chunk]:
    """Return a chunk per series, identified by series and hour so that later answers replace it."""
    query = record["headers"].get("query", record["key"])
    chunks = (_build_chunk(series, query, batch_id, ingested_at) for series in parse_metrics(record))
    return [chunk for chunk in chunks if chunk is not None]


def _build_chunk(series: dict[str, Any], query: str, batch_id: str, ingested_at: str) -> Chunk | None:
    points = [(float(time), float(value)) for time, value in series["values"]]
    points = [(time, value) for time, value in points if math.isfinite(value)]
    if not points:
        return None
    labels = {name: str(value) for name, value in series["metric"].items()}
    name = labels.get("__name__", query)
    of = ", ".join(f"{key}={value}" for key, value in sorted(labels.items()) if key != "__name__")
    start, end = (datetime.fromtimestamp(points[edge][0], UTC) for edge in (0, -1))
    title = f"{name} ({of})" if of else name
    text = describe_window([value for _, value in points], title, start, end)
    hour = start.replace(minute=0, second=0, microsecond=0)
    return Chunk(
        chunk_id=make_id("metric_window", query, labels, hour.isoformat()),
        doc_id=make_id("metric_window", query, labels),
        source=record_source(query),
        kind="metric_window",
        title=title[:160],
        heading_path="",
        text=text,
        content_hash=hash_content(title[:160], "", text),
        observed_at=end.isoformat(),
        ingested_at=ingested_at,
        cluster="",
        namespace=labels.get("namespace", ""),
        service=labels.get("service", labels.get("job", "")),
        severity="info",
        labels=labels,
        acl=["public"],
        cite={"type": "promql", "query": query, "start": start.isoformat(), "end": end.isoformat()},
        batch_id=batch_id,
    )


def record_source(query: str) -> str:
    """Return the name of the source of a query's windows.

    Example:
        >>> record_source("up")
        'prometheus:up'
    """
    return f"prometheus:{query}"


def describe_window(values: list[float], title: str, start: datetime, end: datetime) -> str:
    """Put a window of a series into words and figures.

    Args:
        values: At least one finite value, in the order of time.
        title: What was measured.
        start: Time of the first value.
        end: Time of the last value.

    Example:
        >>> t = datetime(2026, 11, 21, 7, tzinfo=UTC)
        >>> describe_window([1.0, 1.0], "up", t, t).splitlines()[1]
        'last 1, minimum 1, mean 1, maximum 1; steady over 2 points.'
    """
    low, mean, high, last = min(values), float(np.mean(values)), max(values), values[-1]
    half = max(1, len(values) // 2)
    change = float(np.mean(values[half:] or values)) - float(np.mean(values[:half]))
    scale = max(abs(mean), 1e-12)
    trend = "steady" if abs(change) <= _FLAT * scale else "rising" if change > 0 else "falling"
    return (
        f"{title} from {start:%Y-%m-%d %H:%M} to {end:%H:%M} UTC:\n"
        f"last {last:.4g}, minimum {low:.4g}, mean {mean:.4g}, maximum {high:.4g}; "
        f"{trend} over {len(values)} points."
    )
