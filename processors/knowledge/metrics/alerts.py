"""Alerts of Prometheus in, `alert` chunks out: what fires or fired, since when, and what its author said."""

import math
import re
from datetime import datetime
from typing import Any, Final, NamedTuple

from processors.knowledge.chunk import ENDED
from processors.knowledge.chunk_factory import Description
from processors.knowledge.metrics.notifications import FIRING, RESOLVED
from processors.knowledge.metrics.points import read_number
from processors.knowledge.record import Record
from processors.knowledge.times import AHEAD, bound_moment, read_clock, read_moment

_NUMBER: Final = re.compile(r"\d[\d.,:]*")
# Annotations that are told, in this order.
_TOLD: Final = ("summary", "description", "message")
_LINKED: Final = ("runbook_url", "dashboard_url")


class _Course(NamedTuple):
    """When an alert became active, if that is known, and when it was seen last or ended."""

    since: datetime | None
    seen: datetime
    is_over: bool


def describe_alert(alert: dict[str, Any], record: Record, notes: list[str]) -> Description:
    """Return what is told of an alert as `/api/v1/alerts` shows it.

    Its identity is the alert's labels and the second in which it became active: what fires again is another
    chunk, and Alertmanager's word on the same alert replaces Prometheus'. The record's headers may tell what
    Prometheus says elsewhere: `expression`, and of a resolved alert `ended_at`.

    Args:
        alert: With `labels`; all else may be missing or odd.
        record: It stands in.
        notes: Sentences to be told with it.
    """
    labels: dict[str, str] = {name: str(value) for name, value in sorted(alert["labels"].items())}
    course = _read_course(alert, record)
    identity = course.since.replace(microsecond=0).isoformat() if course.since else "unknown"
    expression = record["headers"].get("expression") or alert.get("expression") or ""
    title = name_alert(labels)
    gist = f"{title} {'is resolved' if course.is_over else 'is firing'}. {_NUMBER.sub('', _summarise(alert))}"
    began = course.since or course.seen
    return Description(
        kind="alert",
        identity=("alert", labels, identity),
        document=("alert", labels),
        source="prometheus:alerts",
        title=title[:200],
        text="\n".join([*_describe_alert(alert, title, course, expression), *notes]),
        gist=gist.strip(),
        began_at=began.isoformat(),
        observed_at=course.seen.isoformat(),
        cluster=labels.get("cluster", ""),
        namespace=labels.get("namespace", ""),
        service=labels.get("service", labels.get("job", "")),
        severity="info" if course.is_over else labels.get("severity", "warning"),
        labels=labels,
        values=[ENDED] if course.is_over else [],
        cite={
            "type": "alert",
            "alert": labels.get("alertname", ""),
            "labels": labels,
            "since": began.isoformat(),
            "state": "resolved" if course.is_over else _name_state(alert),
            "query": expression,
        },
    )


def _read_course(alert: dict[str, Any], record: Record) -> _Course:
    clock = read_clock(record["timestamp_ms"])
    since = read_moment(alert.get("activeAt"), clock)
    if since is not None and since > clock + AHEAD:
        since = None
    is_over = alert.get("state") == RESOLVED
    ended = read_moment(alert.get("endedAt") or record["headers"].get("ended_at"), clock) if is_over else None
    seen = bound_moment(ended, clock)
    return _Course(since, max(seen, since) if since else seen, is_over)


def _name_state(alert: dict[str, Any]) -> str:
    return str(alert.get("state") or FIRING)


def name_alert(labels: dict[str, str]) -> str:
    """Return an alert's name with the labels that tell it from its like.

    Example:
        >>> name_alert({"alertname": "ProcessDown", "severity": "critical", "job": "redis"})
        'Alert ProcessDown (job redis)'
    """
    rest = ", ".join(f"{n} {v}" for n, v in sorted(labels.items()) if n not in ("alertname", "severity"))
    return f"Alert {labels.get('alertname', 'without a name')}" + (f" ({rest})" if rest else "")


def _read_notes(alert: dict[str, Any]) -> dict[str, str]:
    notes = alert.get("annotations")
    named = notes if isinstance(notes, dict) else {}
    return {name: str(note).strip() for name, note in named.items() if note}


def _summarise(alert: dict[str, Any]) -> str:
    notes = _read_notes(alert)
    return " ".join(notes[name] for name in _TOLD if name in notes)


def _describe_alert(alert: dict[str, Any], title: str, course: _Course, expression: str) -> list[str]:
    """Put an alert into words, its state in the first sentence."""
    severity = f", severity {alert['labels']['severity']}" if alert["labels"].get("severity") else ""
    said = _summarise(alert) or "Its author wrote no summary."
    begin = f"{course.since:%Y-%m-%d %H:%M} UTC" if course.since else "an unknown time"
    seen = f"{course.seen:%Y-%m-%d %H:%M} UTC"
    if course.is_over:
        lines = [f"{title} is resolved: it fired from {begin} to {seen}{severity}. {said}"]
    else:
        silenced = ", but silenced," if alert.get("isSilenced") else ""
        lines = [f"{title} is {_name_state(alert)}{silenced} since {begin}{severity}: {said}"]
        lines += _describe_value(alert.get("value"), seen)
    notes = _read_notes(alert)
    lines += [f"{name.removesuffix('_url').capitalize()}: {notes[name]}" for name in _LINKED if name in notes]
    return [*lines, f"PromQL: {expression}"] if expression else lines


def _describe_value(stated: Any, seen: str) -> list[str]:
    """Return what an alert's expression gave, if that is a number."""
    value = read_number(stated)
    if value is None:
        return []
    told = "not a number" if math.isnan(value) else f"{value:.4g}"
    return [f"Value {told} at {seen}."]
