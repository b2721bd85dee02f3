"""What a record of metrics holds: series and alerts, whoever sent them, in the form of Prometheus' API."""

from datetime import datetime
from typing import Any, Final, NamedTuple

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
    """The parts of a record that can be read, and how many can't; `notes` must be told with each of them."""

    series: list[dict[str, Any]]
    alerts: list[dict[str, Any]]
    notes: list[str]
    left_out: int
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
        return _keep_readable([], read_listed_alerts(body, clock), [], is_instant=False)
    if not isinstance(body, dict):
        raise PoisonError(f"{_EXPECTED}, got {type(body).__name__}")
    if is_notification(body):
        alerts, notes = read_notification(body)
        return _keep_readable([], alerts, notes, is_instant=False)
    if isinstance(body.get("resourceMetrics"), list):
        return _keep_readable(read_otlp(body), [], [], is_instant=False)
    if isinstance(body.get("timestamps"), list) and isinstance(body.get("values"), list):
        points = [list(pair) for pair in zip(body["timestamps"], body["values"], strict=False)]
        name = body["metric"].get("__name__") if isinstance(body.get("metric"), dict) else None
        return _keep_readable([{**body, "values": points, "query": name}], [], [], is_instant=False)
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
        return _keep_readable([], _as_list(data["alerts"]), notes, is_instant=False)
    kind, result = data.get("resultType"), data.get("result")
    if kind not in ("matrix", "vector", "scalar") or not isinstance(result, list):
        raise PoisonError(f"expected a result of type 'matrix', 'vector' or 'scalar', got {kind!r}")
    if kind == "scalar":
        return _keep_readable([{"metric": {}, "value": result}], [], notes, is_instant=True)
    return _keep_readable(result, [], notes, is_instant=kind == "vector")


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _keep_readable(series: list[Any], alerts: list[Any], notes: list[str], *, is_instant: bool) -> Answer:
    readable = [one for one in series if _is_series(one)][:MOST_PARTS]
    known = [one for one in alerts if _is_alert(one)][:MOST_PARTS]
    left_out = len(series) + len(alerts) - len(readable) - len(known)
    return Answer(readable, known, notes, left_out, is_instant)


def _is_series(series: Any) -> bool:
    return (
        isinstance(series, dict)
        and isinstance(series.get("metric"), dict)
        and any(isinstance(series.get(name), list) for name in _POINTS)
    )


def _is_alert(alert: Any) -> bool:
    return isinstance(alert, dict) and isinstance(alert.get("labels"), dict) and bool(alert["labels"])
