"""Prometheus' answers in, chunks out: the last hour of a series in words. Alerts are in `alerts` beside it.

A record is a `query_range` answer that reaches further back than the hour that is told of: the hours before
say what is usual. The chunk is named after its series and the hour of its last point, so that within an hour
each answer replaces the one before, and every hour keeps one window. An instant answer and a histogram have
windows of their own.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import numpy as np

from processors.knowledge.chunk_factory import Description, Reading
from processors.knowledge.faults import note_fault
from processors.knowledge.metrics.alerts import describe_alert
from processors.knowledge.metrics.anomalies import find_episodes
from processors.knowledge.metrics.answers import read_answer
from processors.knowledge.metrics.counters import is_counter, join_restarts, measure_growth
from processors.knowledge.metrics.courses import to_time
from processors.knowledge.metrics.describing import Window, begin_of_hour, describe_state, describe_window
from processors.knowledge.metrics.histograms import describe_quantiles, read_average
from processors.knowledge.metrics.points import Points, choose_places, find_absence, read_points
from processors.knowledge.metrics.subjects import name_subject
from processors.knowledge.metrics.units import find_unit
from processors.knowledge.record import Record
from processors.knowledge.times import bound_moment, read_clock, read_moment
from processors.knowledge.untrusted import PoisonError

# Looking for anomalies takes time that grows with the square of the points: of more, every second or third
# is looked at. Twelve hours with a point a minute are 720.
_MOST_POINTS: Final = 1_440
_MOST_POINTS_OF_ALL: Final = 24_000
_LONGEST_NAME: Final = 200


def describe_metrics(record: Record) -> Reading:
    """Return what is told of each series of Prometheus' answer, or of each alert of whatever tells of alerts.

    Raises:
        PoisonError: The record is neither, or nothing in it can be read.
    """
    clock = read_clock(record["timestamp_ms"])
    answer = read_answer(record["value"], clock)
    at_once = ("at once",) if answer.is_instant else ()
    most = min(_MOST_POINTS, _MOST_POINTS_OF_ALL // max(len(answer.series), 1))
    of_series = [[*_read_windows(series, record, clock, most)] for series in answer.series]
    pointless = [one for one, windows in zip(answer.series, of_series, strict=True) if not windows]
    left_out = answer.left_out + len(pointless)
    if left_out and not answer.alerts and not any(of_series):
        raise PoisonError(f"none of {left_out} series or alerts has labels, and points of numbers or a state")
    told = [f"Besides, {left_out} could not be read or were too many, and are left out."] if left_out else []
    notes = [*answer.notes, *told]
    alerts = [describe_alert(alert, record, notes) for alert in answer.alerts]
    windows = [
        _describe(window, (*form, *at_once), notes) for windows in of_series for form, window in windows
    ]
    for series in pointless:
        named = str(series["metric"])[:_LONGEST_NAME]
        note_fault(answer.faults, f"the series {named}", "no point with a time and a number")
    return Reading([*alerts, *windows], answer.faults)


def _read_windows(
    series: dict[str, Any], record: Record, clock: datetime, most: int
) -> Iterator[tuple[tuple[str, ...], Window]]:
    """Yield what can be told of a series, its values and its histograms' averages, each with its own name."""
    labels = {name: str(value) for name, value in sorted(series["metric"].items())}
    values = read_points(_list_pairs(series, "value", "values"), clock)
    if len(values.times):
        yield (), _make_window(values, labels, series, record, clock, most)
    histograms = _list_pairs(series, "histogram", "histograms")
    averages = read_points([(time, read_average(histogram)) for time, histogram in histograms], clock)
    if len(averages.times):
        window = _make_window(averages, labels, series, record, clock, most, of="Average of ")
        yield ("average",), window._replace(details=describe_quantiles(histograms[-1][1], window.unit))


def _list_pairs(series: dict[str, Any], one: str, many: str) -> list[tuple[Any, Any]]:
    """Return the pairs of time and value under a name for one point and under a name for many."""
    points = [series.get(one), *(series[many] if isinstance(series.get(many), list) else [])]
    return [(point[0], point[1]) for point in points if isinstance(point, list) and len(point) > 1]


def _make_window(
    points: Points,
    labels: dict[str, str],
    series: dict[str, Any],
    record: Record,
    clock: datetime,
    most: int,
    of: str = "",
) -> Window:
    headers = record["headers"]
    metric = labels.get("__name__", "")
    query = headers.get("query") or str(series.get("query") or record["key"])
    finite = np.flatnonzero(np.isfinite(points.values))
    finite = finite[choose_places(len(finite), most)]
    times, values = points.times[finite], points.values[finite]
    counts = not of and is_counter(metric, query, values)
    asked = bound_moment(read_moment(headers.get("end"), clock), clock)
    return Window(
        times=times,
        values=values,
        level=join_restarts(values) if counts else values,
        watched=measure_growth(times, values) if counts else values,
        is_counter=counts,
        last=float(points.times[-1]),
        absence=find_absence(points, asked.timestamp()),
        subject=of + name_subject(headers.get("title") or metric or query, labels),
        metric=metric,
        unit=headers.get("unit") or str(series.get("unit") or find_unit(metric)),
        query=query,
        labels=labels,
    )


def _describe(window: Window, form: tuple[str, ...], notes: list[str]) -> Description:
    metric, query, labels = window.metric, window.query, window.labels
    begin_s = begin_of_hour(window)
    episodes = [e for e in find_episodes(window.watched) if window.times[e.end - 1] > begin_s]
    is_named = not metric or metric in window.subject
    title = (window.subject if is_named else f"{window.subject} [{metric}]")[:200]
    gist = describe_state(window, episodes)
    begin = to_time(max(begin_s, window.times.min(initial=window.last)))
    end = to_time(window.last)
    hour = end.replace(minute=0, second=0, microsecond=0)
    is_alarming = window.absence.is_alarming if window.absence else bool(episodes)
    return Description(
        kind="metric_window",
        identity=("metric_window", query, labels, hour.isoformat(), *form),
        document=("metric_window", query, labels, *form),
        source=f"prometheus:{query}",
        title=title,
        text="\n".join([*describe_window(window, episodes), *notes]),
        gist=gist,
        began_at=begin.isoformat(),
        observed_at=end.isoformat(),
        cluster=labels.get("cluster", ""),
        namespace=labels.get("namespace", ""),
        service=labels.get("service", labels.get("job", "")),
        severity="warning" if is_alarming else "info",
        labels=labels,
        cite={"type": "promql", "query": query, "start": begin.isoformat(), "end": end.isoformat()},
    )
