"""Reads existing log indices in OpenSearch along: every line once, in the order of time.

A log index has no counter of arrival. So lines are read by their time, and the position holds the time from
which on to look again and the ids of the lines sent from there on. Each page of lines and the position behind
it are one Kafka transaction: whatever is killed, the next collection reads on behind the last whole page.

The position stays `log_overlap_seconds` behind the newest line, so a line that appears so late is still
found. One that appears later than that is missed: this is the price of asking by time.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypedDict

import structlog
from opensearchpy import OpenSearchException

from processors.knowledge import topics
from processors.knowledge.chunk import make_id
from processors.settings import Settings
from processors.settings.addresses import hide_logins
from processors.settings.sources import LogIndex
from processors.stores import kafka, log_index

log = structlog.get_logger(__name__)

_PAGE: Final = 5000
# Kafka takes 1 MB a message, and a line takes 33 bytes.
_REMEMBERED: Final = 20_000


class Place(TypedDict):
    """How far an index was read: look again from `from_ms` on, but not at `sent` (time by short id)."""

    from_ms: int
    sent: dict[str, int]


def collect_log_indices(settings: Settings) -> dict[str, int]:
    """Send the new lines of every configured index to `runlore.logs`.

    The value is the line's `_source`, the key its service or else its index, and the header `source` its
    index. An index that can't be read stops none of the others.

    Returns:
        Counts of lines sent by index.

    Raises:
        RuntimeError: Some index could not be read; the message names it.
    """
    sent, failures = {}, []
    for source in settings.collect.log_indices:
        name = hide_logins(f"{source.url}/{source.index}")
        try:
            sent[name] = _collect_index(settings, source, name)
        except OpenSearchException as error:
            log.warning("log index can't be read", index=name, error=str(error))
            failures.append(f"{name}: {error!r}")
    if failures:
        raise RuntimeError(f"RUNLORE_LOG_INDICES: {'; '.join(failures)}")
    return sent


def _collect_index(settings: Settings, source: LogIndex, name: str) -> int:
    client = log_index.open_log_index(source)
    collector = f"log-index/{name}"
    begin = datetime.now(UTC) - timedelta(hours=source.history_hours)
    held: Any = kafka.read_collected(settings.kafka, collector)
    place: Place = held or Place(from_ms=int(begin.timestamp() * 1000), sent={})
    cursor, count = place["from_ms"], 0
    while count < settings.collect.log_lines_per_collect:
        lines = log_index.read_lines(client, source, cursor, _PAGE)
        fresh = [line for line in lines if _identify(line) not in place["sent"]]
        place = move(place, lines, settings.collect.log_overlap_seconds * 1000)
        if fresh:
            messages = [_write_message(source, line) for line in fresh]
            kafka.send_collected(settings.kafka, collector, topics.LOGS, messages, dict(place))
        count += len(fresh)
        if len(lines) < _PAGE:
            break
        # The next page begins with the last time once more, for other lines may bear it, too.
        if lines[-1]["sort"][0] == cursor:
            raise RuntimeError(
                f"{name}: more than {_PAGE} lines bear the time {cursor}, so none can be read on"
            )
        cursor = lines[-1]["sort"][0]
    return count


def move(place: Place, lines: list[dict[str, Any]], overlap_ms: int) -> Place:
    """Return the place behind a page of lines.

    Args:
        place: How far the index was read before.
        lines: The page, oldest line first.
        overlap_ms: How far back lines may still come in late, in milliseconds.

    Example:
        >>> lines = [{"_index": "a", "_id": str(n), "sort": [n]} for n in (10, 20)]
        >>> place = move({"from_ms": 0, "sent": {}}, lines, 5)
        >>> place["from_ms"], list(place["sent"].values())
        (15, [20])
    """
    sent = place["sent"] | {_identify(line): line["sort"][0] for line in lines}
    from_ms = max(place["from_ms"], max(sent.values(), default=0) - overlap_ms)
    if len(sent) > _REMEMBERED:
        # What can't be remembered must not be looked at again.
        from_ms = max(from_ms, sorted(sent.values())[-_REMEMBERED - 1] + 1)
    return Place(from_ms=from_ms, sent={name: time for name, time in sent.items() if time >= from_ms})


def _identify(line: dict[str, Any]) -> str:
    return make_id(line["_index"], line["_id"])[:14]


def _write_message(source: LogIndex, line: dict[str, Any]) -> kafka.Message:
    fields: dict[str, Any] = line["_source"]
    if source.time_field != "@timestamp" and "@timestamp" not in fields:
        fields = {"@timestamp": datetime.fromtimestamp(line["sort"][0] / 1000, UTC).isoformat(), **fields}
    service = fields.get("service.name") or fields.get("service")
    name = service.get("name") if isinstance(service, dict) else service
    return str(name or line["_index"]), json.dumps(fields).encode(), {"source": line["_index"]}
