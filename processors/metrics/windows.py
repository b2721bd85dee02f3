"""Prometheus' answers in, chunks out: the last hour of a series in words. Alerts are in `alerts` beside it.

A record is a `query_range` answer that reaches further back than the hour that is told of: the hours before
say what is usual. The chunk is named after its series and the hour of its last point, so that within an hour
each answer replaces the one before, and every hour keeps one window.
"""

import math
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processors.chunk import Chunk, hash_content, make_id
from processors.metrics.alerts import build_alert_chunk
from processors.metrics.anomalies import LEARN, Episode, find_episodes, find_extreme, find_range
from processors.metrics.trends import find_slope, find_step
from processors.metrics.units import find_unit, format_value
from processors.record import Record
from processors.untrusted import read_object

Floats = NDArray[np.float64]

HOUR_S: Final = 3600

# What a series is of, most telling first, and where that is, most telling first.
_OF: Final = ("pod", "container", "service", "job", "name")
_ON: Final = ("Hostname", "node", "nodename", "instance", "cluster")
# A share of the level below which a movement isn't worth a word.
_FLAT: Final = 0.05
# A longer course is told by the medians of so many parts.
_PARTS: Final = 48


class Window(NamedTuple):
    """A series of which the last hour is told."""

    times: Floats
    values: Floats
    subject: str
    metric: str
    unit: str


def build_metric_chunks(record: Record, batch_id: str, ingested_at: str) -> list[Chunk]:
    """Return a chunk per series of a `query_range` answer, or per alert of an answer of `/api/v1/alerts`.

    Raises:
        ValueError: The record is neither.
    """
    data = parse_answer(record)
    if "alerts" in data:
        return [build_alert_chunk(alert, record, batch_id, ingested_at) for alert in data["alerts"]]
    if data.get("resultType") != "matrix":
        raise ValueError(f"expected alerts or resultType 'matrix', got {data.get('resultType')!r}")
    chunks = (_build_chunk(series, record, batch_id, ingested_at) for series in data["result"])
    return [chunk for chunk in chunks if chunk is not None]


def parse_answer(record: Record) -> dict[str, Any]:
    """Return the data of a successful answer of Prometheus.

    Raises:
        ValueError: The record is no such answer.
    """
    body = read_object(record["value"])
    if (
        not isinstance(body, dict)
        or body.get("status") != "success"
        or not isinstance(body.get("data"), dict)
    ):
        raise ValueError("expected a Prometheus answer with status 'success' and data")
    data: dict[str, Any] = body["data"]
    return data


def _build_chunk(series: dict[str, Any], record: Record, batch_id: str, ingested_at: str) -> Chunk | None:
    points = [(float(time), float(value)) for time, value in series["values"]]
    finite = np.array([point for point in points if math.isfinite(point[1])])
    if not len(finite):
        return None
    headers = record["headers"]
    query = headers.get("query", record["key"])
    labels = {name: str(value) for name, value in series["metric"].items()}
    metric = labels.get("__name__", "")
    subject = name_subject(headers.get("title") or metric or query, labels)
    unit = headers.get("unit") or find_unit(metric)
    window = Window(finite[:, 0], finite[:, 1], subject, metric, unit)
    episodes = [e for e in find_episodes(window.values) if window.times[e.end - 1] > _begin_of_hour(window)]
    title = (f"{subject} [{metric}]" if metric and metric not in subject else subject)[:200]
    gist = describe_state(window, episodes)
    begin, end = (_to_time(time) for time in (max(_begin_of_hour(window), window.times[0]), window.times[-1]))
    hour = end.replace(minute=0, second=0, microsecond=0)
    return Chunk(
        chunk_id=make_id("metric_window", query, labels, hour.isoformat()),
        doc_id=make_id("metric_window", query, labels),
        source=f"prometheus:{query}",
        kind="metric_window",
        title=title,
        heading_path="",
        text=describe_window(window, episodes, query),
        gist=gist,
        content_hash=hash_content(title, "", gist),
        began_at=begin.isoformat(),
        observed_at=end.isoformat(),
        ingested_at=ingested_at,
        cluster=labels.get("cluster", ""),
        namespace=labels.get("namespace", ""),
        service=labels.get("service", labels.get("job", "")),
        severity="warning" if episodes else "info",
        labels=labels,
        acl=["public"],
        cite={"type": "promql", "query": query, "start": begin.isoformat(), "end": end.isoformat()},
        batch_id=batch_id,
        source_offset=record["offset"] + 1,
    )


def _to_time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _begin_of_hour(window: Window) -> float:
    return float(window.times[-1]) - HOUR_S


def name_subject(title: str, labels: dict[str, str]) -> str:
    """Return what is measured, of what and where, with the labels that tell it from its like.

    Example:
        >>> name_subject("GPU memory used", {"Hostname": "trainer-0", "gpu": "0", "job": "dcgm"})
        'GPU memory used on trainer-0 (gpu 0)'
        >>> name_subject("Memory used", {"job": "redis", "instance": "10.0.0.1:6379"})
        'Memory used of redis on 10.0.0.1:6379'
    """
    of = next((name for name in _OF if labels.get(name)), "")
    on = next((name for name in _ON if labels.get(name)), "")
    # An exporter tells of others: its own job and address are no news beside theirs.
    exporter = {"job", "instance"} if of == "pod" or on == "Hostname" else set()
    of = "" if of in exporter else of
    told = {of, on, "__name__", *exporter}
    rest = ", ".join(f"{name} {value}" for name, value in sorted(labels.items()) if name not in told)
    subject = title + (f" of {labels[of]}" if of else "") + (f" on {labels[on]}" if on else "")
    return f"{subject} ({rest})" if rest else subject


def describe_state(window: Window, episodes: list[Episode]) -> str:
    """Return the words that stay while the figures change: what is embedded.

    Example:
        >>> describe_state(Window(np.zeros(1), np.zeros(1), "Memory used of redis", "redis_memory", ""), [])
        'Memory used of redis is as usual. redis_memory'
    """
    if not episodes:
        state = "is as usual"
    elif episodes[-1].end == len(window.values):
        state = "is unusual now: an anomaly"
    else:
        state = "was unusual for a while: an anomaly that is over"
    return f"{window.subject} {state}. {window.metric}".strip()


def describe_window(window: Window, episodes: list[Episode], query: str) -> str:
    """Put the last hour of a series into words and figures, what matters most in the first sentence.

    Args:
        window: The series, with what was before the hour.
        episodes: The anomalies of the hour.
        query: The PromQL that was asked.
    """
    recent = window.times > _begin_of_hour(window)
    times, values = window.times[recent], window.values[recent]
    show = _Show(window.unit, _to_time(times[-1]))
    figures = ", ".join(
        f"{name} {show.value(value)}"
        for name, value in (
            ("lowest", values.min()),
            ("median", np.median(values)),
            ("highest", values.max()),
        )
    )
    begin, end = show.time(_to_time(times[0])), show.time(show.now)
    lines = [
        _describe_anomaly(window, episodes, show),
        f"From {begin} to {end} UTC: {figures}; {describe_course(times, values, show)}.",
        *_describe_history(window, show),
    ]
    if window.metric.endswith("_total") and "(" not in query:
        lines.append("It is a counter, which only grows: its rate tells more.")
    return "\n".join([*lines, f"PromQL: {query}"])


class _Show(NamedTuple):
    """How figures and times of a window are written."""

    unit: str
    now: datetime

    def value(self, value: float) -> str:
        return format_value(float(value), self.unit)

    def time(self, time: datetime) -> str:
        return f"{time:%H:%M}" if time.date() == self.now.date() else f"{time:%Y-%m-%d %H:%M}"

    def range(self, low: float, high: float) -> str:
        ends = self.value(low), self.value(high)
        return ends[0] if ends[0] == ends[1] else f"between {ends[0]} and {ends[1]}"


def _describe_history(window: Window, show: _Show) -> list[str]:
    """Return how the series went over all that is known of it, if that is longer than the hour."""
    begin = float(window.times[0])
    if begin > _begin_of_hour(window):
        return []
    numbers = np.floor((window.times - begin) / (window.times[-1] - begin) * _PARTS)
    parts = [numbers == part for part in range(_PARTS) if (numbers == part).any()]
    times = np.array([window.times[part][0] for part in parts])
    course = describe_course(times, np.array([np.median(window.values[part]) for part in parts]), show)
    return [f"Since {show.time(_to_time(begin))} UTC: {course}."]


def _describe_anomaly(window: Window, episodes: list[Episode], show: _Show) -> str:
    last = show.value(window.values[-1])
    when = f"{show.now:%Y-%m-%d %H:%M} UTC"
    before = window.values[window.times <= _begin_of_hour(window)]
    if episodes:
        episode = episodes[-1]
        begin = show.time(_to_time(window.times[episode.begin]))
        usually = f"usually {show.range(episode.low, episode.high)} (anomaly score {episode.score:.2f})"
        if episode.end == len(window.values):
            return f"{window.subject} is unusual since {begin} UTC: {last} at {when}, {usually}."
        over = show.time(_to_time(window.times[episode.end]))
        inside = window.values[episode.begin : episode.end]
        most = show.value(find_extreme(inside, episode.low, episode.high))
        return (
            f"{window.subject} was unusual from {begin} to {over} UTC: {most}, {usually}; {last} at {when}."
        )
    if len(window.values) < LEARN or not len(before):
        known = "1 point is" if len(window.values) == 1 else f"{len(window.values)} points are"
        return f"{window.subject} is {last} at {when}; what is usual isn't known yet: only {known} there."
    low, high = find_range(before)
    if low <= window.values[-1] <= high:
        return f"{window.subject} is as usual: {last} at {when}, usually {show.range(low, high)}."
    return f"{window.subject} moves as usual: {last} at {when}, before {show.range(low, high)}."


def describe_course(times: Floats, values: Floats, show: _Show) -> str:
    """Return whether the values stepped, rise, fall or stay: whatever explains them best.

    Args:
        times: Seconds, of the hour's points.
        values: As many values.
        show: How to write them.
    """
    slope, step = find_slope(times, values), find_step(values)
    least = _FLAT * max(abs(float(np.median(values))), np.finfo(float).tiny)
    if step and abs(step.after - step.before) < least:
        step = None
    if slope and abs(slope.per_second) * (times[-1] - times[0]) < least:
        slope = None
    if step and not (slope and slope.left_over < step.left_over):
        at = show.time(_to_time(times[step.place]))
        return f"changed at {at} UTC from {show.value(step.before)} to {show.value(step.after)}"
    if slope:
        way = "rising" if slope.per_second > 0 else "falling"
        return f"{way} by {show.value(abs(slope.per_second) * HOUR_S)} an hour"
    return "steady"
