"""Log lines in, `log_pattern` chunks out: a thousand equal lines become one chunk with count and samples."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final, TypedDict

from drain3 import TemplateMiner
from drain3.masking import MaskingInstruction
from drain3.template_miner_config import TemplateMinerConfig

from processors.chunk import Chunk, hash_content, make_id
from processors.record import Record

SAMPLES: Final = 4
"""How many different lines of a pattern, the newest ones, are kept."""

_SEVERITIES: Final = (
    ("critical", re.compile(r"\b(?:FATAL|CRITICAL|PANIC|EMERG|ALERT)\b")),
    ("error", re.compile(r"\b(?:ERROR|ERR|Traceback|Exception)\b")),
    ("warning", re.compile(r"\b(?:WARN|WARNING)\b")),
)
_MASKS: Final = tuple(
    MaskingInstruction(pattern, name)
    for pattern, name in (
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?", "TIME"),
        (r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b", "ADDRESS"),
        (r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID"),
        (r"\b0x[0-9a-f]+\b", "HEX"),
        (r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", "NUM"),
    )
)

# A line's own time is no part of a headline.
_TIME_MASK: Final = re.compile(r"\[?<TIME>(?:,<NUM>)?\]?\s*")


class LogEvent(TypedDict):
    """One normalised log line, with its place in Kafka."""

    topic: str
    partition: int
    offset: int
    observed_at: str
    service: str
    namespace: str
    severity: str
    message: str
    file: str
    template: str


class PatternSummary(TypedDict):
    """What is told of the log lines of one template: where and when they were, how many, the newest ones."""

    topic: str
    partition: int
    start_offset: int
    end_offset: int
    begin: str
    end: str
    service: str
    namespace: str
    severity: str
    template: str
    file: str
    count: int
    samples: list[str]


def parse_log(record: Record) -> LogEvent:
    """Normalise a log record in ECS or OpenTelemetry field names.

    Raises:
        ValueError: The record is no JSON object, or has no message.
    """
    if record["value"] is None:
        raise ValueError("the message is not UTF-8 text")
    body = json.loads(record["value"])
    if not isinstance(body, dict):
        raise ValueError(f"expected a JSON object, got {type(body).__name__}")
    message = body.get("message") or body.get("body")
    if not isinstance(message, str) or not message.strip():
        raise ValueError("the record has no field 'message' with text")
    return LogEvent(
        topic=record["topic"],
        partition=record["partition"],
        offset=record["offset"],
        observed_at=_read_time(body.get("@timestamp"), record["timestamp_ms"]),
        service=_look_up(body, "service.name") or _look_up(body, "kubernetes.container.name") or "unknown",
        namespace=_look_up(body, "kubernetes.namespace"),
        severity=_look_up(body, "log.level").lower() or find_severity(message),
        message=message.strip(),
        file=_look_up(body, "log.file.path"),
        template="",
    )


def _look_up(body: dict[str, Any], name: str) -> str:
    value: Any = body.get(name)
    if value is None:
        value = body
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _read_time(value: object, timestamp_ms: int) -> str:
    if isinstance(value, str):
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    return datetime.fromtimestamp(timestamp_ms / 1000, UTC).isoformat()


def find_severity(message: str) -> str:
    """Return the severity that a line names, or "info".

    Example:
        >>> find_severity("2026-11-21 [WARN ][o.o.node] disk usage")
        'warning'
    """
    return next((name for name, pattern in _SEVERITIES if pattern.search(message)), "info")


def add_templates(events: list[LogEvent]) -> list[list[LogEvent]]:
    """Name each event's template and return the events of each pattern together.

    Lines are mined per partition and service in the order of their offsets. A batch that is read again with
    more lines at its end therefore puts the lines it had before into the same patterns, with the same first
    line: that is what makes a pattern's chunk id stable.
    """
    ordered = sorted(events, key=lambda e: (e["topic"], e["partition"], e["service"], e["offset"]))
    streams = groupby(ordered, key=lambda e: (e["topic"], e["partition"], e["service"]))
    return [pattern for _, stream in streams for pattern in _mine(stream)]


def _mine(events: Iterable[LogEvent]) -> list[list[LogEvent]]:
    config = TemplateMinerConfig()
    config.masking_instructions = list(_MASKS)
    miner = TemplateMiner(config=config)
    patterns: dict[int, list[LogEvent]] = {}
    for event in events:
        patterns.setdefault(miner.add_log_message(event["message"])["cluster_id"], []).append(event)
    templates = {cluster.cluster_id: cluster.get_template() for cluster in miner.drain.clusters}
    return [
        [{**event, "template": templates[number]} for event in found] for number, found in patterns.items()
    ]


def summarise_pattern(pattern: list[LogEvent]) -> PatternSummary:
    """Return what is told of the lines of one template and one partition, given in the order of offsets."""
    first = pattern[0]
    times = sorted(event["observed_at"] for event in pattern)
    newest = sorted(pattern, key=lambda event: event["observed_at"])
    samples = list(dict.fromkeys(event["message"] for event in reversed(newest)))[:SAMPLES]
    return PatternSummary(
        topic=first["topic"],
        partition=first["partition"],
        start_offset=first["offset"],
        end_offset=pattern[-1]["offset"],
        begin=times[0],
        end=times[-1],
        service=first["service"],
        namespace=first["namespace"],
        severity=first["severity"],
        template=first["template"],
        file=first["file"],
        count=len(pattern),
        samples=samples[::-1],
    )


def build_log_chunk(pattern: PatternSummary, batch_id: str, ingested_at: str) -> Chunk:
    """Return the chunk that stands for the lines of one pattern.

    Args:
        pattern: The lines' summary; its first place names the chunk.
        batch_id: The run that read them.
        ingested_at: When it read them.
    """
    headline = _TIME_MASK.sub("", pattern["template"])
    title = f"{pattern['service']}: {headline}"[:160]
    text = "\n".join((_describe(pattern), *pattern["samples"]))
    return Chunk(
        chunk_id=make_id("log_pattern", pattern["topic"], pattern["partition"], pattern["start_offset"]),
        doc_id=make_id("log_pattern", pattern["service"], pattern["template"]),
        source=pattern["topic"],
        kind="log_pattern",
        title=title,
        heading_path="",
        text=text,
        content_hash=hash_content(title, "", text),
        observed_at=pattern["end"],
        ingested_at=ingested_at,
        cluster="",
        namespace=pattern["namespace"],
        service=pattern["service"],
        severity=pattern["severity"],
        labels={"template": pattern["template"], "count": str(pattern["count"])},
        acl=["public"],
        cite={
            "type": "log",
            **{name: pattern[name] for name in ("topic", "partition", "start_offset", "end_offset", "file")},
        },
        batch_id=batch_id,
    )


def _describe(pattern: PatternSummary) -> str:
    begin, end = pattern["begin"][:19], pattern["end"][:19]
    span = f"at {end} UTC" if begin == end else f"between {begin} and {end} UTC"
    lines = "1 log line" if pattern["count"] == 1 else f"{pattern['count']} log lines"
    return f"{lines} of {pattern['service']} ({pattern['severity']}) {span}:"
