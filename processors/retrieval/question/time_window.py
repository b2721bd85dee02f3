"""The time that a question asks about, and a phrase that says it."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(weeks=1)
AROUND_MINUTE: Final = timedelta(minutes=10)
"""A time is rarely meant to the minute."""


class TimeWindow(NamedTuple):
    """A span of time in UTC."""

    begin: datetime
    end: datetime


class TimePhrase(NamedTuple):
    """A phrase's place in the question, and what it means in local time without a zone."""

    place: tuple[int, int]
    begin: datetime
    end: datetime
    # "This morning": a clock time is looked for in it, "this afternoon at 2" is 14:00.
    is_part: bool = False


def start_of_day(moment: datetime) -> datetime:
    """Return the midnight with which the day of a moment begins."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
