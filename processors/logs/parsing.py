"""Log records as shippers send them, as normalised lines: ECS or OpenTelemetry names, JSON or plain text."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypedDict

from processors.logs.access import HttpRequest, raise_severity, read_request
from processors.logs.parts import read_part
from processors.record import Record
from processors.services import find_app
from processors.untrusted import read_object

MAX_MESSAGE: Final = 16_000
"""Characters of a message that are looked at; what comes after belongs to no pattern anybody could read."""

_SEVERITIES: Final = (
    ("critical", re.compile(r"\b(?:FATAL|CRITICAL|PANIC|EMERG|ALERT)\b")),
    ("error", re.compile(r"\b(?:ERROR|ERR|Traceback|Exception)\b")),
    ("warning", re.compile(r"\b(?:WARN|WARNING)\b")),
    ("debug", re.compile(r"\b(?:DEBUG|TRACE)\b")),
)
_SEVERITY_NAMES: Final = {
    "alert": "critical", "crit": "critical", "emerg": "critical", "emergency": "critical",
    "fatal": "critical", "panic": "critical", "err": "error", "severe": "error", "warn": "warning",
    "notice": "info", "information": "info", "informational": "info", "trace": "debug", "verbose": "debug",
}  # fmt: skip
_MESSAGE: Final = ("message", "body", "log", "msg")
_TIME: Final = ("@timestamp", "timeUnixNano", "time", "timestamp", "ts")
_SERVICE: Final = (
    "service.name", "resource.service.name", "resource.attributes.service.name",
)  # fmt: skip
_LABELS: Final = ("kubernetes.labels", "kubernetes.pod_labels")
_CONTAINER: Final = (
    "kubernetes.container.name", "kubernetes.container_name", "container.name",
)  # fmt: skip
_NAMESPACE: Final = (
    "kubernetes.namespace",
    "kubernetes.namespace_name",
    "kubernetes.pod_namespace",
    "resource.attributes.k8s.namespace.name",
)
_CLUSTER: Final = (
    "k8s.cluster.name",
    "resource.attributes.k8s.cluster.name",
    "orchestrator.cluster.name",
    "kubernetes.cluster",
    "cluster_name",
)
_SEVERITY: Final = ("log.level", "severityText", "severity_text", "severity", "level")
_POD: Final = ("kubernetes.pod.name", "kubernetes.pod_name", "resource.attributes.k8s.pod.name")
_HOST: Final = ("host.name", "host.hostname", "resource.attributes.host.name")
_IDENTIFIERS: Final = (
    *_POD, *_HOST, "kubernetes.node.name", "container.id", "trace.id", "trace_id", "traceId", "span.id",
    "http.request.id", "request_id", "requestId", "event.id", "user.id", "transaction.id",
)  # fmt: skip
_LEADING_TIME: Final = re.compile(
    r"\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?)"
)
# A sender's clock may be wrong; what lies further ahead of the broker's would stay "newest" for ever.
_AHEAD: Final = timedelta(minutes=10)


class LogLine(TypedDict):
    """One normalised log record, with its place in Kafka.

    `stream` names the file or container that wrote it: lines of one stream may continue each other.
    `identifiers` are values from the record's fields that a question may name. `clock_ms` is the
    broker's time. `http` is the request that a line of an access log tells of. `is_part` says that a runtime
    cut the line, and the stream's next line goes on in its midst.
    """

    topic: str
    partition: int
    offset: int
    clock_ms: int
    observed_at: str
    service: str
    cluster: str
    namespace: str
    severity: str
    message: str
    stream: str
    file: str
    identifiers: list[str]
    http: HttpRequest | None
    is_part: bool


def parse_logs(record: Record) -> list[LogLine]:
    """Return the lines that a log record holds, all of them with its offset.

    Raises:
        ValueError: It holds none that can be read.
    """
    return [parse_log(record)]


def parse_log(record: Record) -> LogLine:
    """Normalise a log record: a JSON object in ECS or OpenTelemetry names, or a line of plain text.

    Raises:
        ValueError: The record is empty, no UTF-8 text, broken JSON, or has no message.

    Example:
        >>> record = {"topic": "t", "partition": 0, "offset": 7, "timestamp_ms": 0, "key": "shop",
        ...           "headers": {}, "value": "2026-11-21 07:00:00,5 WARN slow"}
        >>> line = parse_log(record)
        >>> line["service"], line["severity"], line["observed_at"][:19]
        ('shop', 'warning', '1970-01-01T00:00:00')
    """
    body = _read_body(record)
    message = next((found for name in _MESSAGE if isinstance(found := body.get(name), str)), None)
    if message is None:
        raise ValueError(f"the record has none of the fields {', '.join(_MESSAGE)} with text")
    written = message
    message, output, is_part = read_part(body, written)
    message = (message if is_part else message.rstrip())[:MAX_MESSAGE]
    body, message = _unwrap(body, message)
    apps = (find_app(_look_up(body, name)) for name in _LABELS)
    named = _find_text(body, _SERVICE) or _text(body.get("service"))
    service = (
        named or next(filter(None, apps), "") or _find_text(body, _CONTAINER) or record["key"] or "unknown"
    )
    file = _find_text(body, ("log.file.path", "file"))
    stream = "|".join((service, _find_text(body, _HOST), _find_text(body, _POD), file, output))
    level = _find_text(body, _SEVERITY).lower()
    http = read_request(body, message)
    return LogLine(
        topic=record["topic"],
        partition=record["partition"],
        offset=record["offset"],
        clock_ms=record["timestamp_ms"],
        observed_at=_find_time(body, written[:MAX_MESSAGE], record["timestamp_ms"]),
        service=service,
        cluster=_find_text(body, _CLUSTER),
        namespace=_find_text(body, _NAMESPACE),
        severity=raise_severity(_SEVERITY_NAMES.get(level, level) or find_severity(message), http),
        message=message,
        stream=stream,
        file=file,
        identifiers=list(dict.fromkeys(filter(None, (_text(_look_up(body, name)) for name in _IDENTIFIERS)))),
        http=http,
        is_part=is_part,
    )


def _read_body(record: Record) -> dict[str, Any]:
    value = record["value"]
    if value is None:
        raise ValueError("the message is not UTF-8 text")
    # Only an object or a list can be meant as JSON; a line that says `12` or `null` is a line.
    if not value.lstrip().startswith(("{", "[{", '["', "[]")):
        return {"message": value}
    return read_object(value)


def _unwrap(body: dict[str, Any], message: str) -> tuple[dict[str, Any], str]:
    """Take the fields out of a message that is itself a JSON object, as many services write."""
    if not (message.startswith("{") and message.endswith("}")):
        return body, message
    try:
        inner = read_object(message)
    except ValueError:
        return body, message
    said = _find_text(inner, (*_MESSAGE, "event"))
    return (
        ({**inner, **body, "level": _find_text(inner, _SEVERITY)}, said) if said.strip() else (body, message)
    )


def _find_text(body: dict[str, Any], names: Iterable[str]) -> str:
    return next((found for name in names if (found := _text(_look_up(body, name)))), "")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _look_up(body: dict[str, Any], name: str) -> Any:
    """A field by its dotted name, however much of it is written as nested objects."""
    if name in body:
        return body[name]
    head, _, tail = name.partition(".")
    while tail:
        inner = body.get(head)
        if isinstance(inner, dict):
            return _look_up(inner, tail)
        step, _, tail = tail.partition(".")
        head = f"{head}.{step}"
    return None


def _find_time(body: dict[str, Any], message: str, clock_ms: int) -> str:
    clock = datetime.fromtimestamp(clock_ms / 1000, UTC)
    stated = next((found for name in _TIME if (found := body.get(name)) is not None), None)
    if stated is None and (match := _LEADING_TIME.match(message)):
        stated = match[1].replace(",", ".")
    moment = clock if stated is None else _read_time(stated)
    return (clock if moment > clock + _AHEAD else moment).isoformat()


def _read_time(stated: Any) -> datetime:
    """Read ISO 8601, or seconds, milliseconds, microseconds or nanoseconds since 1970 by their size."""
    if isinstance(stated, str) and not stated.replace(".", "", 1).isdecimal():
        moment = datetime.fromisoformat(stated)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    seconds = float(stated)
    while seconds > 1e11:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC)


def find_severity(message: str) -> str:
    """Return the severity that a line names, or "info".

    Example:
        >>> find_severity("2026-11-21 [WARN ][o.o.node] disk usage")
        'warning'
    """
    return next((name for name, pattern in _SEVERITIES if pattern.search(message)), "info")


def is_noise(line: LogLine, patterns: Iterable[re.Pattern[str]]) -> bool:
    """Tell whether nobody will ever ask for a line: it is blank, for debugging, or known as noise.

    Args:
        line: The line.
        patterns: Whatever one of these finds is noise.

    Example:
        >>> is_noise({"severity": "info", "message": "GET /healthz 200"}, [re.compile("/healthz 200")])
        True
    """
    message = line["message"]
    return not message or line["severity"] == "debug" or any(pattern.search(message) for pattern in patterns)
