"""Times as other systems write them, and whether they can be believed.

A sender's clock may be reset, run ahead, or not be known at all; what it says is believed only between two
bounds. Everything else has the time at which Kafka's broker got the record.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
"""Clocks that were reset stand at 1970 or 1980, and Go's and .NET's zero time is of the year 1."""

AHEAD: Final = timedelta(minutes=10)
"""A clock may run ahead of the broker's by so much; what lies further ahead would stay "newest" for ever."""

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONES: Final = {
    "": 0, "z": 0, "utc": 0, "gmt": 0, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3, "est": -5,
    "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip

_CLOCK: Final = r"(?P<H>\d\d):(?P<M>\d\d)(?::(?P<S>\d\d)(?:[.,:](?P<f>\d{1,9}))?)?"
_HALF_DAY: Final = (
    r"(?P<H>\d\d?):(?P<M>\d\d)(?::(?P<S>\d\d)(?:[.,:](?P<f>\d{1,9}))?)?(?:[ \u202f](?P<p>[AaPp][Mm]))?"
)
_ZONE: Final = (
    r"(?: ?(?P<z>Z|z\b|[+-]\d\d(?::?\d\d)?|(?:UTC|GMT|CES?T|EES?T|MSK|[ECMP][SD]T)\b"
    r"|[A-Z][a-z]{1,15}/[A-Z][A-Za-z_]{1,30}))?"
)
_NAME: Final = r"(?P<b>[A-Z][a-z]{2})"
_DAY_NAME: Final = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?"
_WRITINGS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # DB2 and Blue Gene: 2026-11-21-07.00.00.123456
        r"(?P<Y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)-(?P<H>\d\d)\.(?P<M>\d\d)\.(?P<S>\d\d)(?:\.(?P<f>\d{1,9}))?",
        # ISO 8601, RFC 3339, and the like with slashes or dots: 2026-11-21T07:00:00.123456789+03:00
        rf"(?P<Y>\d{{4}})(?P<sep>[-/.])(?P<m>\d\d)(?P=sep)(?P<d>\d\d)(?:[Tt ,_-]{{1,2}}{_CLOCK}{_ZONE})?",
        # German and Russian: 21.11.2026 07:00:00; American: 11/21/2026, 7:00:00 AM; British: 21/11/2026 07:00
        rf"(?P<d>\d\d)\.(?P<m>\d\d)\.(?P<Y>\d{{4}})[ T,]{{1,2}}{_CLOCK}{_ZONE}",
        rf"(?P<m>0?[1-9]|1[0-2])/(?P<d>\d\d?)/(?P<Y>\d{{4}}),? {_HALF_DAY}{_ZONE}",
        rf"(?P<d>\d\d?)/(?P<m>\d\d?)/(?P<Y>\d{{4}}),? {_HALF_DAY}{_ZONE}",
        # java.util.logging: Nov 21, 2026 7:00:00 AM
        rf"{_NAME} (?P<d>\d\d?), (?P<Y>\d{{4}}),? {_HALF_DAY}{_ZONE}",
        # Common log format, Tomcat, Redis, RFC 1123: Sat, 21 Nov 2026 07:00:00 GMT
        rf"{_DAY_NAME}(?P<d>\d\d?)[/ -]{_NAME}[/ -](?P<Y>\d{{4}})(?:::|[: ]){_CLOCK}{_ZONE}",
        # Apache's error log and C's ctime: Sat Nov 21 07:00:00.123456 2026
        rf"{_DAY_NAME}{_NAME} {{1,2}}(?P<d>\d\d?) {_CLOCK}{_ZONE} (?P<Y>\d{{4}})",
        # Syslog of Cisco's firewalls, with a year: Nov 21 2026 07:00:00
        rf"{_NAME} {{1,2}}(?P<d>\d\d?) (?P<Y>\d{{4}}) {_CLOCK}{_ZONE}",
        # Syslog of RFC 3164, without a year: Nov  1 07:00:00
        rf"{_DAY_NAME}{_NAME} {{1,2}}(?P<d>\d\d?) {_CLOCK}{_ZONE}",
        # klog, without a year: 1121 07:00:00.000123
        rf"(?P<m>\d\d)(?P<d>\d\d) {_CLOCK}",
        # Android and Proxifier, without a year: 11-21 07:00:00.123, 11.21 07:00:00
        rf"(?P<m>\d\d)[-.](?P<d>\d\d) {_CLOCK}",
        # Two digits of the year, as Spark writes: 26/11/21 07:00:00
        rf"(?P<y>1[5-9]|[2-9]\d)/(?P<m>\d\d)/(?P<d>\d\d) {_CLOCK}",
        # Or as IBM writes: 11/21/26 07:00:00, 11/21/26, 07:00:00:123 UTC
        rf"(?P<m>0?[1-9]|1[0-2])/(?P<d>\d\d?)/(?P<y>\d\d),? {_HALF_DAY}{_ZONE}",
        # Basic format: 20261121T070000Z, 20261121-07:00:00:123, and 261121 070000 of HDFS
        rf"(?P<Y>\d{{4}})(?P<m>\d\d)(?P<d>\d\d)[T -](?:{_CLOCK}|(?P<H2>\d\d)(?P<M2>\d\d)(?P<S2>\d\d)){_ZONE}",
        # CockroachDB and Tornado: 261121 07:00:00.123456
        rf"(?P<y>\d\d)(?P<m>\d\d)(?P<d>\d\d) {_CLOCK}",
        r"(?P<y>\d\d)(?P<m>\d\d)(?P<d>\d\d) (?P<H2>\d\d)(?P<M2>\d\d)(?P<S2>\d\d)(?!\d)",
    )
)
# Only these begin with a letter, that of a day's or month's name, and only the others with a digit.
_NAMED: Final = tuple(each for each in _WRITINGS if each.pattern.startswith((_NAME, _DAY_NAME)))
_NUMBERED: Final = tuple(
    each for each in _WRITINGS if not each.pattern.startswith((_NAME, _DAY_NAME + _NAME))
)
_NUMBER: Final = re.compile(r"-?\d{1,30}(?:\.\d{0,30})?(?:[eE][+-]?\d{1,3})?")
# Seconds, milliseconds, microseconds or nanoseconds since 1970 are told by their size.
_UNITS: Final = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (0.0, 1.0))


def read_moment(stated: object, clock: datetime) -> datetime | None:
    """Return the moment that something states, in UTC, or None if it is none that can be believed.

    Text without a zone is UTC. Where the year is missing it is the last one that doesn't lie ahead.

    Args:
        stated: A text in one of the usual writings; seconds, milliseconds, microseconds or nanoseconds since
            1970, as a number or as text; or MongoDB's, Protobuf's or Log4j's object of a time.
        clock: When the broker got the record, with its zone.

    Example:
        >>> now = datetime(2026, 11, 21, 7, tzinfo=UTC)
        >>> read_moment("2026-11-21T09:59:00.123456789+03:00", now).isoformat()
        '2026-11-21T06:59:00.123456+00:00'
        >>> read_moment("Dec 24 18:00:00", now).isoformat()
        '2025-12-24T18:00:00+00:00'
        >>> [read_moment(stated, now) for stated in ("0001-01-01T00:00:00Z", float("inf"), "", 0)]
        [None, None, None, None]
    """
    if isinstance(stated, Mapping):
        return _read_object(stated, clock)
    if isinstance(stated, str):
        text = stated.strip().strip("[]\"'").strip()
        if not _NUMBER.fullmatch(text):
            found = match_moment(text, clock)
            return found[0] if found and found[1] == len(text) else None
        stated = text
    elif isinstance(stated, bool) or not isinstance(stated, int | float):
        return None
    return _believe(_read_number(stated))


def match_moment(text: str, clock: datetime) -> tuple[datetime, int] | None:
    """Return the moment that stands at the beginning of a text, and where its writing ends.

    Args:
        text: Such as a log line.
        clock: When the broker got the record, with its zone.

    Example:
        >>> now = datetime(2026, 11, 21, 7, tzinfo=UTC)
        >>> match_moment("2026/11/21 06:59:00 [error] 31#31: upstream", now)
        (datetime.datetime(2026, 11, 21, 6, 59, tzinfo=datetime.timezone.utc), 19)
    """
    for writing in _NAMED if text[:1].isalpha() else _NUMBERED:
        if match := writing.match(text):
            moment = _believe(_read_match(match.groupdict(), clock))
            return (moment, match.end()) if moment else None
    return None


def bound_moment(moment: datetime | None, clock: datetime) -> datetime:
    """Return the moment, or the broker's time where there is none or it lies ahead of that.

    Example:
        >>> now = datetime(2026, 11, 21, 7, tzinfo=UTC)
        >>> bound_moment(datetime(2099, 1, 1, tzinfo=UTC), now) == bound_moment(None, now) == now
        True
    """
    return clock if moment is None or not EARLIEST <= moment <= clock + AHEAD else moment


def read_clock(timestamp_ms: int) -> datetime:
    """Return the broker's time of a record, given in milliseconds since 1970.

    Example:
        >>> read_clock(1_795_244_400_500).isoformat()
        '2026-11-21T07:00:00.500000+00:00'
    """
    return datetime.fromtimestamp(timestamp_ms / 1000, UTC)


def _read_object(stated: Mapping[str, Any], clock: datetime) -> datetime | None:
    for name in ("$date", "$numberLong"):
        if name in stated:
            return read_moment(stated[name], clock)
    for whole, part in (("seconds", "nanos"), ("epochSecond", "nanoOfSecond")):
        if whole in stated:
            seconds, nanos = _read_number(stated[whole]), _read_number(stated.get(part) or 0)
            if seconds and nanos is not None:
                return _believe(seconds + timedelta(microseconds=nanos.timestamp() // 1000))
    return None


def _read_number(stated: Any) -> datetime | None:
    try:
        number = float(stated)
        size = next(unit for least, unit in _UNITS if abs(number) >= least)
        return datetime.fromtimestamp(number / size, UTC) if math.isfinite(number) else None
    except (ValueError, TypeError, OverflowError, OSError, StopIteration):
        return None


def _read_match(part: dict[str, str | None], clock: datetime) -> datetime | None:
    month = part.get("m") or (part.get("b") or "").lower()
    number = int(month) if month.isdecimal() else _MONTHS.index(month) + 1 if month in _MONTHS else 0
    year = part.get("Y") or (f"20{part['y']}" if part.get("y") else None)
    fraction = (part.get("f") or "").ljust(6, "0")[:6]
    clock_parts = [part.get(name) or part.get(f"{name}2") or "0" for name in "HMS"]
    hour, minute, second = map(int, clock_parts)
    if half := part.get("p"):
        hour = hour % 12 + 12 * (half.lower() == "pm")
    rest = (number, int(part["d"] or 0), hour, minute, second, int(fraction))
    zone = _read_zone(part.get("z") or "")
    if year:
        return _make_moment(int(year), rest, zone)
    for guess in (clock.year + 1, clock.year, clock.year - 1):
        moment = _make_moment(guess, rest, zone)
        if moment and moment <= clock + AHEAD:
            return moment
    return None


def _make_moment(year: int, rest: tuple[int, ...], zone: tzinfo) -> datetime | None:
    month, day, hour, minute, second, micro = rest
    try:
        # A leap second is told as the last moment of its minute.
        return datetime(year, month, day, hour, minute, min(second, 59), micro, zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=1_000)
def _read_zone(text: str) -> tzinfo:
    if "/" in text:
        return _find_place(text)
    if text[:1] not in ("+", "-"):
        return timezone(timedelta(hours=_ZONES[text.lower()]))
    digits = text[1:].replace(":", "").ljust(4, "0")
    minutes = min(int(digits[:2]) * 60 + int(digits[2:]), 23 * 60)
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))


@lru_cache(maxsize=1_000)
def _find_place(name: str) -> tzinfo:
    """Return the zone that is named after a place; one that nobody knows is UTC."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _believe(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and moment >= EARLIEST else None
