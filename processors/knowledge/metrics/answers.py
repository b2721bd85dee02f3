"""What a record of metrics holds: series and alerts, whoever sent them, in the form of Prometheus' API."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from processors.knowledge.faults import note_fault
from processors.knowledge.metrics.notifications import is_notification, read_listed_alerts, read_notification
from processors.knowledge.metrics.otlp import read_otlp
from processors.knowledge.untrusted import PoisonError, read_json

_EXPECTED: Final = (
    "expected an answer of Prometheus with status 'success' and data, a series with values and timestamps, "
    "OTLP's resourceMetrics, or Alertmanager's alerts"
)
_POINTS: Final = ("values", "value", "histograms", "histogram")
MOST_PARTS: Final = 500
"""So many series and alerts of a record are told; each is a chunk."""

_MOST_NOTES: Final = 3
_LONGEST_NOTE: Final = 300


class Answer(NamedTuple):
    """The parts of a record that can be read, and which can't; `notes` must be told with each of them.

    `left_out` counts those that can't be read and those that are too many; `faults` names the former.
    """

    series: list[dict[str, Any]]
    alerts: list[dict[str, Any]]
    notes: list[str]
    left_out: int
    faults: list[str]
    is_instant: bool


def read_answer(value: str | None, clock: datetime) -> Answer:
    """Return what a record holds.

    A part that can't be read takes no other along: it is counted.

    Args:
        value: The record's.
        clock: When the broker got it.

    Raises:
        PoisonError: It is none of the forms that are known, or an error.
    """
    if not value or not value.strip():
        raise PoisonError("the record is empty")
    body = read_json(value)
    if isinstance(body, list) and body:
        return _keep_alerts(read_listed_alerts(body, clock), [], "")
    if not isinstance(body, dict):
        raise PoisonError(f"{_EXPECTED}, got {type(body).__name__}")
    if is_notification(body):
        alerts, notes = read_notification(body)
        return _keep_alerts(alerts, notes, "alerts")
    if isinstance(body.get("resourceMetrics"), list):
        faults: list[str] = []
        answer = _keep_series(read_otlp(body, faults), [], "series", is_instant=False)
        return answer._replace(faults=[*faults, *answer.faults])
    if isinstance(body.get("timestamps"), list) and isinstance(body.get("values"), list):
        points = [list(pair) for pair in zip(body["timestamps"], body["values"], strict=False)]
        name = body["metric"].get("__name__") if isinstance(body.get("metric"), dict) else None
        return _keep_series([{**body, "values": points, "query": name}], [], "series", is_instant=False)
    return _read_prometheus(body)


def _read_prometheus(body: dict[str, Any]) -> Answer:
    if body.get("status") == "error":
        raise PoisonError(f"Prometheus answered with an error: {body.get('errorType')}: {body.get('error')}")
    data = body.get("data")
    if body.get("status") != "success" or not isinstance(data, dict):
        raise PoisonError(f"{_EXPECTED}, got {', '.join([*body][:10]) or 'nothing'}")
    notes = [
        f"Prometheus remarked: {str(note)[:_LONGEST_NOTE]}"
        for name in ("warnings", "infos")
        for note in _as_list(body.get(name))[:_MOST_NOTES]
    ]
    if "alerts" in data:
        return _keep_alerts(_as_list(data["alerts"]), notes, "data.alerts")
    kind, result = data.get("resultType"), data.get("result")
    if kind not in ("matrix", "vector", "scalar") or not isinstance(result, list):
        raise PoisonError(f"expected a result of type 'matrix', 'vector' or 'scalar', got {kind!r}")
    if kind == "scalar":
        return _keep_series([{"metric": {}, "value": result}], notes, "data.result", is_instant=True)
    return _keep_series(result, notes, "data.result", is_instant=kind == "vector")


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _keep_series(series: list[Any], notes: list[str], place: str, *, is_instant: bool) -> Answer:
    kept, faults = _keep(series, place, _is_series, "expected a series with its labels and points")
    return Answer(kept, [], notes, len(series) - len(kept), faults, is_instant)


def _keep_alerts(alerts: list[Any], notes: list[str], place: str) -> Answer:
    kept, faults = _keep(alerts, place, _is_alert, "expected an alert with labels")
    return Answer([], kept, notes, len(alerts) - len(kept), faults, is_instant=False)


def _keep(
    parts: list[Any], place: str, is_readable: Callable[[Any], bool], expected: str
) -> tuple[list[Any], list[str]]:
    """Return the first of the parts that can be read, and the places of those that can't."""
    kept: list[Any] = []
    faults: list[str] = []
    for number, part in enumerate(parts):
        if is_readable(part):
            kept.append(part)
        else:
            note_fault(faults, f"{place}[{number}]", expected)
    return kept[:MOST_PARTS], faults


def _is_series(series: Any) -> bool:
    return (
        isinstance(series, dict)
        and isinstance(series.get("metric"), dict)
        and any(isinstance(series.get(name), list) for name in _POINTS)
    )


def _is_alert(alert: Any) -> bool:
    return isinstance(alert, dict) and isinstance(alert.get("labels"), dict) and bool(alert["labels"])
