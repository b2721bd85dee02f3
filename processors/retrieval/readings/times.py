"""Moments and spans as a reading tells them."""

from datetime import datetime

from processors.retrieval.question.time_window import TimeWindow
from processors.retrieval.readings.reading import Language


def say_moment(moment: datetime, now: datetime) -> str:
    """Return a moment, with its day if that isn't today's.

    Example:
        >>> from datetime import UTC, timedelta
        >>> now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        >>> say_moment(now - timedelta(minutes=5), now), say_moment(now - timedelta(days=1), now)
        ('11:55 UTC', '2026-11-20 12:00 UTC')
    """
    day = "" if moment.date() == now.date() else f"{moment:%Y-%m-%d} "
    return f"{day}{moment:%H:%M} UTC"


def say_window(window: TimeWindow, now: datetime, language: Language) -> str:
    """Return a window in the words of a sentence.

    Args:
        window: The time asked about.
        now: The time of the question.
        language: Of the sentence.

    Example:
        >>> from datetime import UTC, timedelta
        >>> now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        >>> say_window(TimeWindow(now - timedelta(hours=1), now), now, "en")
        'between 11:00 and 12:00 UTC'
        >>> say_window(TimeWindow(now - timedelta(hours=1), now), now, "ru")
        'с 11:00 до 12:00 UTC'
    """
    begin, end = window
    days = "" if begin.date() == end.date() == now.date() else "%Y-%m-%d "
    first, last = (f"{moment:{days}%H:%M}" for moment in (begin, min(end, now)))
    return f"с {first} до {last} UTC" if language == "ru" else f"between {first} and {last} UTC"
