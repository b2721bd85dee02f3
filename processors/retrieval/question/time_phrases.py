"""Time phrases of a question, in English and Russian: "yesterday between 10 and 11", "за последние 2 часа".

What people say about time is of a few kinds: how long back, a day or a part of it, and times of the clock.
A phrase that may mean something else ("between 10 and 20 pods") is left alone: no window is better than a
wrong one.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from processors.retrieval.question import time_patterns as patterns
from processors.retrieval.question.time_clock import find_clock
from processors.retrieval.question.time_days import find_day
from processors.retrieval.question.time_patterns import search_first
from processors.retrieval.question.time_window import (
    AROUND_MINUTE,
    DAY,
    WEEK,
    TimePhrase,
    TimeWindow,
    start_of_day,
)
from processors.retrieval.question.veiling import veil_names


class TimedQuestion(NamedTuple):
    """A question without its time phrase, and the window that the phrase means.

    A time that is still to come is no window yet, and stays in the text.
    """

    text: str
    window: TimeWindow | None
    names_time: bool


_WORDS: Final = re.compile(r"\w")
# Who pastes a whole log asks about the log.
_READ_CHARACTERS: Final = 1_000


def find_window(question: str, now: datetime, zone: tzinfo = UTC) -> TimedQuestion:
    """Find the time that a question asks about.

    A clock time without a day is the last such time, a day without a year the last such day. A window that
    would reach beyond now ends now; one that would begin later is none.

    Args:
        question: In English or Russian.
        now: The time of the question, with a time zone.
        zone: The zone of the one who asks; a time with `UTC` after it is in UTC all the same.

    Example:
        >>> now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        >>> text, window, _ = find_window("What failed yesterday between 10 and 11?", now)
        >>> text, window.begin.isoformat(), window.end.isoformat()
        ('What failed?', '2026-11-20T10:00:00+00:00', '2026-11-20T11:00:00+00:00')
        >>> find_window("Какие ошибки были за последние 2 часа?", now).window.begin.hour
        10
    """
    zone = UTC if re.search(r"\d(?:z|\s*(?:utc|gmt))\b", question, re.IGNORECASE) else zone
    local = now.astimezone(zone).replace(tzinfo=None)
    # A veil leaves all in its place.
    read = veil_names(question[:_READ_CHARACTERS])
    found = _find_back(read, local) or _find_iso(read, local) or _find_calendar(read, local)
    found = _look_before(read, found)
    if not found:
        return TimedQuestion(question, None, names_time=False)
    begin, end = (moment.replace(tzinfo=zone).astimezone(UTC) for moment in found[0][1:3])
    if begin >= now:
        return TimedQuestion(question, None, names_time=True)
    text = question
    for start, stop in sorted({one.place for one in found}, reverse=True):
        text = f"{text[:start]} {text[stop:]}"
    text = re.sub(r"\s+(?=[?!.,;:)])", "", " ".join(text.split())).strip(" ,;:")
    window = TimeWindow(begin, min(end, now.astimezone(UTC)))
    return TimedQuestion(text if _WORDS.search(text) else question, window, names_time=True)


def _find_back(text: str, now: datetime) -> list[TimePhrase]:
    """Find "in the last 2 hours", "15 minutes ago" and "last week"."""
    if match := search_first(patterns.LAST_WEEK, text):
        monday = start_of_day(now) - now.weekday() * DAY
        return [TimePhrase(match.span(), monday - WEEK, monday)]
    if match := search_first(patterns.THIS_WEEK, text):
        return [TimePhrase(match.span(), start_of_day(now) - now.weekday() * DAY, now)]
    if match := search_first(patterns.BACK, text):
        return [TimePhrase(match.span(), now - _read_amount(match)[0], now)]
    if (match := search_first(patterns.BACK_SHORTLY, text)) and not patterns.ANY_HOUR.search(text):
        return [TimePhrase(match.span(), now - _read_amount(match)[0], now)]
    if match := search_first(patterns.AGO, text):
        amount, unit = _read_amount(match)
        then = now - amount
        if match["since"]:
            return [TimePhrase(match.span(), start_of_day(then) if unit == DAY else then, now)]
        if unit == DAY:
            return [TimePhrase(match.span(), start_of_day(then), start_of_day(then) + DAY)]
        # The further back, the less exactly it is meant.
        around = unit / 2 if unit == WEEK else max(timedelta(minutes=5), min(amount / 3, timedelta(hours=1)))
        return [TimePhrase(match.span(), then - around, then + around)]
    return []


def _look_before(text: str, found: list[TimePhrase]) -> list[TimePhrase]:
    """Return the two weeks before a day, if the question says so: "before yesterday", "до вчерашнего дня".

    What is before a time of the clock is mostly what led up to it, which is looked for around it.
    """
    if len(found) != 1 or found[0].end - found[0].begin < DAY or patterns.WAS_WELL.search(text):
        return found
    before = patterns.BEFORE.search(text, 0, found[0].place[0])
    if before is None:
        return found
    until = found[0].begin
    return [TimePhrase(before.span(), until - 2 * WEEK, until), *found]


def _read_amount(match: re.Match[str]) -> tuple[timedelta, timedelta]:
    number = (match["number"] or "one").lower()
    unit = next(
        length for pattern, length in patterns.UNITS if re.fullmatch(pattern, match["unit"], re.IGNORECASE)
    )
    return (float(number) if number.isdigit() else patterns.NUMBERS[number]) * unit, unit


def _find_iso(text: str, now: datetime) -> list[TimePhrase]:
    """Find times as logs write them, and spans of two of them."""
    try:
        if match := search_first(patterns.ISO_SPAN, text):
            return [TimePhrase(match.span(), _read_iso(match["from"]), _read_iso(match["to"]))]
        if match := search_first(patterns.ISO_POINT, text):
            moment = _read_iso(match["from"])
            begin, end = (moment, now) if match["since"] else (moment - AROUND_MINUTE, moment + AROUND_MINUTE)
            return [TimePhrase(match.span(), begin, end)]
    except ValueError:
        return []
    return []


def _read_iso(text: str) -> datetime:
    return datetime.fromisoformat(f"{text[:10]}T{text[10:].strip(' T')[:5]}")


def _find_calendar(text: str, now: datetime) -> list[TimePhrase]:
    """Find a day, a part of it and times of the clock; the first of what is returned is what they mean."""
    days = find_day(text, now)
    for day in days:
        # Its digits are no clock time; what stands behind it stays where it is.
        text = text[: day.place[0]] + " " * (day.place[1] - day.place[0]) + text[day.place[1] :]
    clock = find_clock(text, days[0] if days else None, now)
    return [*([clock] if clock else []), *days]
