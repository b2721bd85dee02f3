"""Points of a series as somebody sent them: what can be read of them, at times that can be believed."""

import math
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processors.knowledge.times import AHEAD, EARLIEST, read_moment

Floats = NDArray[np.float64]

STALE_S: Final = 300.0
"""So long Prometheus takes a point for the present one; what is older has no present value."""

_MISSED_STEPS: Final = 3
# Squares of larger numbers are infinite.
_LARGEST: Final = 1e150


class Points(NamedTuple):
    """Times in seconds since 1970, oldest first and each once, and as many values, finite or not."""

    times: Floats
    values: Floats


def read_points(stated: Iterable[tuple[Any, Any]], clock: datetime) -> Points:
    """Return the points that have a number for a value, empty if there is none.

    A time ahead of the broker's, or of the years before 1990, is none. Where no point has another, their
    sender's clock is wrong: they are moved so that the last one has the broker's time. Otherwise such points
    are left out.

    Args:
        stated: Pairs of a time in any of the usual writings and a value, as a number or as text.
        clock: When the broker got the record.

    Example:
        >>> from datetime import UTC
        >>> clock = datetime(2026, 11, 21, 7, tzinfo=UTC)
        >>> read_points([(0, "1"), (60, "NaN"), (120, None)], clock).times - clock.timestamp()
        array([-60.,   0.])
    """
    read = [(_read_seconds(time, clock), read_number(value)) for time, value in stated]
    numbers = np.array([pair for pair in read if pair[1] is not None], dtype=float).reshape(-1, 2)
    times, values = _settle_times(numbers[:, 0], clock), numbers[:, 1]
    sound = ~np.isnan(times)
    times, values = times[sound], values[sound]
    # Of points at one time the last one counts; `unique` gives the first.
    times, places = np.unique(times[::-1], return_index=True)
    return Points(times, values[::-1][places])


def _read_seconds(time: Any, clock: datetime) -> float:
    moment = read_moment(time, clock)
    if moment is not None:
        return moment.timestamp()
    number = read_number(time)
    return math.nan if number is None else number


def read_number(value: Any) -> float | None:
    """Return a number that JSON holds as one or as text, or None if it is none.

    Example:
        >>> [read_number(value) for value in (5, "2.5", "+Inf", "many", True)]
        [5.0, 2.5, inf, None, None]
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return math.copysign(math.inf, number) if abs(number) > _LARGEST else number


def _settle_times(times: Floats, clock: datetime) -> Floats:
    """Return the times with NaN in place of those that can't be believed."""
    now = clock.timestamp()
    earliest, latest = EARLIEST.timestamp(), now + AHEAD.total_seconds()
    believed = np.where((times >= earliest) & (times <= latest), times, np.nan)
    if not len(times) or not np.isnan(believed).all():
        return believed
    last = times[np.isfinite(times)].max(initial=-math.inf)
    moved = times - last + now if math.isfinite(last) else np.full(len(times), np.nan)
    moved = np.where((moved >= earliest) & (moved <= now), moved, np.nan)
    if np.isnan(moved).all():
        moved[-1] = now
    return moved


def choose_places(count: int, most: int) -> NDArray[np.intp]:
    """Return at most so many places out of a number of them, evenly and the last one among them.

    Example:
        >>> choose_places(10, 4).tolist()
        [0, 3, 6, 9]
    """
    step = -(-count // most) if count else 1
    return np.arange(count - 1, -1, -step)[::-1]


def find_tolerance(times: Floats) -> float:
    """Return how many seconds may pass between two points before one is missing.

    Example:
        >>> find_tolerance(np.arange(5) * 60.0), find_tolerance(np.arange(5) * 3600.0)
        (300.0, 10800.0)
    """
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    return max(STALE_S, _MISSED_STEPS * step)


def find_holes(times: Floats) -> list[tuple[float, float]]:
    """Return between which points some are missing.

    Example:
        >>> find_holes(np.array([0.0, 60.0, 120.0, 900.0, 960.0]))
        [(120.0, 900.0)]
    """
    places = np.flatnonzero(np.diff(times) > find_tolerance(times))
    return [(float(times[place]), float(times[place + 1])) for place in places]


class Absence(NamedTuple):
    """Why a series has no value at present, in words, and since when, in seconds since 1970."""

    words: str
    since: float
    is_alarming: bool


def find_absence(points: Points, asked: float) -> Absence | None:
    """Return why a series has no value at present, None if it has one.

    That nothing was there to be divided or counted is usual; that a series ended or is infinite isn't.

    Args:
        points: At least one.
        asked: Up to when its values were asked for, in seconds since 1970.

    Example:
        >>> find_absence(Points(np.array([0.0, 60.0]), np.array([1.0, 2.0])), 900.0)
        Absence(words='has had no value', since=60.0, is_alarming=True)
        >>> find_absence(Points(np.array([0.0, 60.0]), np.array([1.0, np.nan])), 60.0).words
        'has not been a number'
    """
    last = float(points.times[-1])
    if last < asked - find_tolerance(points.times):
        return Absence("has had no value", last, is_alarming=True)
    if math.isfinite(points.values[-1]):
        return None
    present = np.flatnonzero(np.isfinite(points.values))
    since = float(points.times[present[-1] + 1 if len(present) else 0])
    if math.isnan(points.values[-1]):
        return Absence("has not been a number", since, is_alarming=False)
    return Absence("has been infinite", since, is_alarming=True)
