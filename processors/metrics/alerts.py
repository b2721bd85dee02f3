"""Alerts of Prometheus in, `alert` chunks out: what fires or fired, since when, and what its author said."""

import re
from datetime import UTC, datetime
from typing import Any, Final

from processors.chunk import ENDED, Chunk, hash_content, make_id
from processors.record import Record

RESOLVED: Final = "inactive"
"""What Prometheus calls an alert that doesn't fire; its API leaves such alerts out, the collector says so."""

_NUMBER: Final = re.compile(r"\d[\d.,:]*")
_FRACTION: Final = re.compile(r"(\.\d{6})\d+")
# Annotations that are told, in this order.
_TOLD: Final = ("summary", "description", "message")
_LINKED: Final = ("runbook_url", "dashboard_url")


def build_alert_chunk(alert: dict[str, Any], record: Record, batch_id: str, ingested_at: str) -> Chunk:
    """Return the chunk of an alert as `/api/v1/alerts` shows it.

    Its identity is the alert's labels and the time it became active: what fires again is another chunk. The
    record's headers tell what Prometheus says elsewhere: `expression`, and of a resolved alert `ended_at`.

    Raises:
        LookupError: The alert has no name, state or time.
        ValueError: Its time is none.
    """
    labels: dict[str, str] = {name: str(value) for name, value in alert["labels"].items()}
    name, since = labels["alertname"], _read_time(alert["activeAt"])
    is_over = alert["state"] == RESOLVED
    read_at = datetime.fromtimestamp(record["timestamp_ms"] / 1000, UTC)
    seen = _read_time(record["headers"]["ended_at"]) if is_over else max(read_at, since)
    title = name_alert(labels)
    gist = (
        f"{title} {'is resolved' if is_over else 'is firing'}. {_NUMBER.sub('', _summarise(alert))}".strip()
    )
    return Chunk(
        chunk_id=make_id("alert", labels, since.isoformat()),
        doc_id=make_id("alert", labels),
        source="prometheus:alerts",
        kind="alert",
        title=title[:200],
        heading_path="",
        text=describe_alert(alert, title, since, seen, record["headers"].get("expression", "")),
        gist=gist,
        content_hash=hash_content(title[:200], "", gist),
        began_at=since.isoformat(),
        observed_at=seen.isoformat(),
        ingested_at=ingested_at,
        cluster=labels.get("cluster", ""),
        namespace=labels.get("namespace", ""),
        service=labels.get("service", labels.get("job", "")),
        severity="info" if is_over else labels.get("severity", "warning"),
        labels=labels,
        values=[ENDED] if is_over else [],
        acl=["public"],
        cite={
            "type": "alert",
            "alert": name,
            "labels": labels,
            "since": since.isoformat(),
            "state": "resolved" if is_over else alert["state"],
            "query": record["headers"].get("expression", ""),
        },
        batch_id=batch_id,
        source_offset=record["offset"] + 1,
    )


def _read_time(text: str) -> datetime:
    # Prometheus writes nanoseconds, Python reads microseconds.
    return datetime.fromisoformat(_FRACTION.sub(r"\1", text)).astimezone(UTC)


def name_alert(labels: dict[str, str]) -> str:
    """Return an alert's name with the labels that tell it from its like.

    Example:
        >>> name_alert({"alertname": "ProcessDown", "severity": "critical", "job": "redis"})
        'Alert ProcessDown (job redis)'
    """
    rest = ", ".join(f"{n} {v}" for n, v in sorted(labels.items()) if n not in ("alertname", "severity"))
    return f"Alert {labels['alertname']}" + (f" ({rest})" if rest else "")


def _summarise(alert: dict[str, Any]) -> str:
    notes = alert.get("annotations", {})
    return " ".join(str(notes[name]).strip() for name in _TOLD if notes.get(name))


def describe_alert(
    alert: dict[str, Any], title: str, since: datetime, seen: datetime, expression: str
) -> str:
    """Put an alert into words, its state in the first sentence.

    Args:
        alert: As Prometheus shows it.
        title: Its name.
        since: When it became active.
        seen: When it was seen last, or ended.
        expression: Its rule's PromQL, if known.
    """
    severity = f", severity {alert['labels']['severity']}" if alert["labels"].get("severity") else ""
    said = _summarise(alert) or "Its author wrote no summary."
    begin = f"{since:%Y-%m-%d %H:%M} UTC"
    if alert["state"] == RESOLVED:
        first = f"{title} is resolved: it fired from {begin} to {seen:%Y-%m-%d %H:%M} UTC{severity}. {said}"
    else:
        first = f"{title} is {alert['state']} since {begin}{severity}: {said}"
    lines = [first]
    if alert.get("value") and alert["state"] != RESOLVED:
        lines.append(f"Value {float(alert['value']):.4g} at {seen:%Y-%m-%d %H:%M} UTC.")
    notes = alert.get("annotations", {})
    lines += [
        f"{name.removesuffix('_url').capitalize()}: {notes[name]}" for name in _LINKED if notes.get(name)
    ]
    if expression:
        lines.append(f"PromQL: {expression}")
    return "\n".join(lines)
