"""Days and parts of days that a question names: "yesterday evening", "on 20 November", "с понедельника"."""

import re
from calendar import monthrange
from datetime import datetime, timedelta

from processors.retrieval.question import time_patterns as patterns
from processors.retrieval.question.time_patterns import search_first
from processors.retrieval.question.time_window import DAY, TimePhrase, start_of_day


def find_day(text: str, now: datetime) -> list[TimePhrase]:
    """Find a day or a part of one; the first of what is returned is what they mean.

    Args:
        text: A question.
        now: Local time without a zone.
    """
    match = search_first(patterns.DAYS, text)
    begin = _read_day(match, now) if match else None
    if match is None or begin is None:
        return _find_part(text, now)
    night = search_first(patterns.NIGHTS, text[: match.start()] + " " * len(match[0]) + text[match.end() :])
    if night:
        evening = begin + timedelta(hours=21)
        evening -= DAY if evening >= now else timedelta(0)
        day = TimePhrase(match.span(), evening, evening + timedelta(hours=9), is_part=True)
        return [day, day._replace(place=night.span())]
    adjacent = patterns.PART_OF_DAY.match(text, match.end())
    part = adjacent or search_first(patterns.DAY_PARTS, text)
    end = begin + DAY
    if part:
        first, last = _read_part(part)
        begin, end = begin + first, begin + last
    day = TimePhrase(
        match.span(), begin, now if match.groupdict().get("since") else end, is_part=part is not None
    )
    return [day, day._replace(place=part.span())] if part else [day]


def _read_day(match: re.Match[str], now: datetime) -> datetime | None:
    """Return the midnight with which a day begins, or nothing if there is no such day."""
    groups, today = match.groupdict(), start_of_day(now)
    for name, text in groups.items():
        if name.startswith("named") and text:
            return today - int(name.removeprefix("named")) * DAY
    if groups.get("weekday"):
        wanted = _place_of(groups["weekday"], patterns.WEEKDAYS)
        return today - ((today.weekday() - wanted) % 7 or 7 * ("last" in match[0].lower())) * DAY
    if groups.get("iso"):
        year, month, day = map(int, re.split("[-/]", groups["iso"]))
    else:
        month = int(groups.get("month_number") or 0) or _place_of(groups["month"], patterns.MONTHS) + 1
        year, day = int(groups["year"] or 0), int(groups["day"])
    # Eight years hold a 29 February in any case.
    years = [year] if year else range(now.year, now.year - 9, -1)
    days = (
        datetime(year, month, day)
        for year in years
        if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
    )
    return next((day for day in days if day <= now or year), None)


def _place_of(word: str, names: tuple[str, ...]) -> int:
    return next(n for n, name in enumerate(names) if re.fullmatch(name, word, re.IGNORECASE))


def _find_part(text: str, now: datetime) -> list[TimePhrase]:
    """Find a night or a part of today, or of yesterday if it hasn't begun today."""
    if match := search_first(patterns.NIGHTS, text):
        is_this = "tonight" in match[0].lower() and now.hour >= 6
        begin = start_of_day(now) + (timedelta(hours=18) if is_this else timedelta(hours=-3))
        end = now if match["since"] else begin + timedelta(hours=12 if is_this else 9)
        return [TimePhrase(match.span(), begin, end, is_part=True)]
    if match := search_first(patterns.DAY_PARTS, text):
        first, last = _read_part(match)
        begin, end = start_of_day(now) + first, start_of_day(now) + last
        if begin >= now or "last" in match[0].lower():
            begin, end = begin - DAY, end - DAY
        return [TimePhrase(match.span(), begin, now if match["since"] else end, is_part=True)]
    return []


def _read_part(match: re.Match[str]) -> tuple[timedelta, timedelta]:
    hours = next(
        (a, b) for pattern, a, b in patterns.PARTS if re.fullmatch(pattern, match["part"], re.IGNORECASE)
    )
    return timedelta(hours=hours[0]), timedelta(hours=hours[1])
