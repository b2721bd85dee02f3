"""When a line was written: by its fields, else by the time at its beginning, else by Kafka's broker."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from processors.knowledge.flat_fields import Fields
from processors.knowledge.times import AHEAD, match_moment, read_moment

TIME_FIELDS: Final = (
    "@timestamp", "timestamp", "time", "ts", "@t", "timeunixnano", "datetime", "datetimedate", "eventtime",
    "sourcerealtimetimestamp", "realtimetimestamp", "asctime", "instant", "timemillis", "date", "t",
    "timecreated", "timegenerated", "timereported", "eventcreated", "starttime", "logtime", "writtenat",
    "observedtimeunixnano", "observedtimestamp", "receivetimestamp", "createdat",
    "timeiso8601", "timelocal", "requestreceivedtimestamp", "stagetimestamp",
    "eventsystemtimecreated#attributessystemtime",
)  # fmt: skip
"""Plain names of the fields that may say when, the surest first; the first that can be believed counts."""

_HEAD: Final = 500
_WORDS: Final = 10
_SEPARATORS: Final = str.maketrans("\t|", "  ")
# A priority, the letter of klog or Ruby, Redis' process and role: what may stand before the time.
_BEFORE: Final = re.compile(
    r"(?:<\d{1,3}>(?:1 )?)?(?:[IWEF](?=\d{4})|[DIWEFA], |\[[CDEIW] (?=\d{6} )|\d+:[MSCX] |\[\d+\] "
    # A load balancer's protocol, WebLogic's marks.
    r"|(?:https?|h2|grpcs|wss?) (?=\d{4}-)|####(?=<))?[\[(\"'<|\s]{0,3}"
)
_WORD: Final = re.compile(r"(?:(?P<key>[\w@.\"]{1,16})[=:]{1,2}\s?)?[\[(\"'|]{0,3}(?=\d|[A-Z][a-z]{2}[ ,])")
_PROSE: Final = re.compile(r"[a-z]{2,}+(?!\S)")
_KEYS: Final = frozenset(("ts", "time", "timestamp", "t", "date", "datetime", "asctime", "@timestamp"))
_EPOCH: Final = re.compile(r"(?:\d{10}(?:\.\d{1,9})?|\d{13})(?![\w./-])")
# An access log's time stands in brackets behind a name that may be any word; Windows and audit mark it, too.
_MARKED: Final = re.compile(r"\[(?=\d\d/[A-Z][a-z]{2}/\d{4}:)|<TimeCreated SystemTime=['\"]|\bmsg=audit\(")
# Some write the time as the last of a line's pairs.
_PAIR: Final = re.compile(r"\w{1,30}=")
_LATER: Final = re.compile(r"(?<!\S)(?:ts|time|timestamp)=\"?(?=\d{4}-\d\d-\d\d[Tt ])")


def find_moment(layers: Iterable[Fields], text: str, clock: datetime) -> datetime:
    """Return when an event happened, as far as it can be believed.

    Args:
        layers: The event's fields, the outermost first.
        text: Its line.
        clock: The broker's time of its record.

    Example:
        >>> from datetime import UTC
        >>> now = datetime(2026, 11, 21, 7, tzinfo=UTC)
        >>> find_moment([{"time": "soon"}], "E1121 06:59:00.000123 1 a.go:1] lost", now).isoformat()
        '2026-11-21T06:59:00.000123+00:00'
        >>> find_moment([{"ts": 0}], "a line", now) == now
        True
    """
    stated = (layer[name] for layer in layers for name in TIME_FIELDS if name in layer)
    read = (read_moment(value, clock) for value in stated)
    return next(filter(None, (_bound(moment, clock) for moment in read)), None) or _read_line(text, clock)


def _read_line(text: str, clock: datetime) -> datetime:
    head = text[:_HEAD].translate(_SEPARATORS)
    return next(filter(None, (_bound(_match(head, at, clock), clock) for at in _find_places(head))), clock)


def _bound(moment: datetime | None, clock: datetime) -> datetime | None:
    return moment if moment is not None and moment <= clock + AHEAD else None


def _find_places(head: str) -> Iterator[int]:
    """Yield where a line's own time may begin: at its words before the first one of prose."""
    before = _BEFORE.match(head)
    at = before.end() if before else 0
    yield at
    for _ in range(_WORDS):
        if (word := _WORD.match(head, at)) and (not word["key"] or word["key"].strip('"') in _KEYS):
            yield word.end()
        if _PROSE.match(head, at) or (at := head.find(" ", at) + 1) == 0:
            break
    yield from (match.end() for match in _MARKED.finditer(head))
    if _PAIR.match(head):
        yield from (match.end() for match in _LATER.finditer(head))


def _match(head: str, at: int, clock: datetime) -> datetime | None:
    if epoch := _EPOCH.match(head, at):
        # A number in the midst of a line is a time only where its name says so.
        is_named = at < _NEAR_BEGIN or head[max(0, at - 2) : at].strip("\"' ").endswith(("=", ":", "("))
        return read_moment(epoch[0], clock) if is_named else None
    found = match_moment(head[at:], clock)
    # A date alone says nothing of when in that day a line was written.
    return found[0] if found and found[1] > _DATE_ALONE else None


_NEAR_BEGIN: Final = 3
_DATE_ALONE: Final = len("2026-11-21")
