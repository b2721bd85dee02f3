"""Log records as shippers send them, as normalised lines, whatever envelope they come in."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, TypedDict

from processors.knowledge.logs.access import HttpRequest, raise_severity, read_request
from processors.knowledge.logs.envelopes import Event, read_events
from processors.knowledge.logs.field_levels import find_level
from processors.knowledge.logs.line_times import find_moment
from processors.knowledge.logs.names import (
    find_cluster,
    find_file,
    find_namespace,
    find_service,
    list_identifiers,
    list_placed,
    name_stream,
)
from processors.knowledge.logs.opening import Opened, open_event
from processors.knowledge.logs.parts import read_part
from processors.knowledge.logs.rendering import render_event
from processors.knowledge.logs.severity import find_severity
from processors.knowledge.record import Record
from processors.knowledge.times import read_clock
from processors.knowledge.untrusted import PoisonError


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


class ParsedLogs(NamedTuple):
    """The lines of a record, and in words what of it could not be read, each with its place in the record."""

    lines: list[LogLine]
    faults: list[str]


def parse_logs(record: Record) -> ParsedLogs:
    """Return the lines that a log record holds, all of them with its offset.

    Raises:
        PoisonError: The record is empty, or JSON that is cut off, nested without end or holds no event.

    Example:
        >>> record = {"topic": "t", "partition": 0, "offset": 7, "timestamp_ms": 1_795_244_400_000,
        ...           "key": "shop", "headers": {}, "value": "2026-11-21 06:59:00,5 WARN slow"}
        >>> (line,) = parse_logs(record).lines
        >>> line["service"], line["severity"], line["observed_at"][:19]
        ('shop', 'warning', '2026-11-21T06:59:00')
    """
    if record["value"] is None:
        raise PoisonError("the record is empty")
    clock = read_clock(record["timestamp_ms"])
    faults: list[str] = []
    events = read_events(record["value"], faults)
    return ParsedLogs([_make_line(open_event(event), record, clock) for event in events], faults)


def _make_line(opened: Opened, record: Record, clock: datetime) -> LogLine:
    layers = opened.layers
    output, is_part = _read_output(opened.bodies)
    http = read_request(layers, opened.text or "")
    told = render_event(opened, http)
    message = told if is_part else told.rstrip()
    # What a service says of itself counts more than what its wrapping says.
    stated = next(filter(None, map(find_level, reversed(layers))), "")
    service = find_service(layers, record["key"])
    placed = list_placed(layers)
    return LogLine(
        topic=record["topic"],
        partition=record["partition"],
        offset=record["offset"],
        clock_ms=record["timestamp_ms"],
        observed_at=find_moment(layers, opened.head or message, clock).isoformat(),
        service=service,
        cluster=find_cluster(placed) or record["headers"].get("cluster", ""),
        namespace=find_namespace(placed),
        severity=raise_severity(stated or find_severity(opened.head + message), http),
        message=message,
        stream=f"{name_stream(placed, service)}|{output}",
        file=find_file(placed),
        identifiers=list_identifiers(placed),
        http=http,
        is_part=is_part,
    )


def _read_output(bodies: list[Event]) -> tuple[str, bool]:
    """Return the stream that a container's runtime names, and whether the runtime cut the line."""
    parts = [read_part(body, "") for body in bodies]
    return next((output for _, output, _ in parts if output), ""), any(is_part for _, _, is_part in parts)


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
