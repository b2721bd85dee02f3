"""A series as people write of it: its figures and times, its course, and where values are missing."""

from datetime import UTC, datetime
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processors.knowledge.metrics.points import find_holes
from processors.knowledge.metrics.trends import find_slope, find_step
from processors.knowledge.metrics.units import format_value

Floats = NDArray[np.float64]

HOUR_S: Final = 3600

# A share of the level below which a movement isn't worth a word.
_FLAT: Final = 0.05
_NAMED: Final = 3


class Show(NamedTuple):
    """How figures and times of a series are written."""

    unit: str
    now: datetime

    def value(self, value: float) -> str:
        """Return a figure with the unit."""
        return format_value(float(value), self.unit)

    def time(self, seconds: float) -> str:
        """Return the time of seconds since 1970, with its day if that isn't the present one."""
        time = to_time(seconds)
        return f"{time:%H:%M}" if time.date() == self.now.date() else f"{time:%Y-%m-%d %H:%M}"

    def range(self, low: float, high: float) -> str:
        """Return two figures as what lies between them, or one if they read alike."""
        ends = self.value(low), self.value(high)
        return ends[0] if ends[0] == ends[1] else f"between {ends[0]} and {ends[1]}"


def to_time(seconds: float) -> datetime:
    """Return seconds since 1970 as a time in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def describe_holes(times: Floats, show: Show) -> list[str]:
    """Return when values are missing within the hour."""
    holes = find_holes(times)
    named = ", ".join(f"from {show.time(begin)} to {show.time(end)} UTC" for begin, end in holes[-_NAMED:])
    more = f" and in {len(holes) - _NAMED} more spans" if len(holes) > _NAMED else ""
    return [f"No value {named}{more}."] if holes else []


def describe_course(times: Floats, values: Floats, show: Show) -> str:
    """Return whether the values stepped, rise, fall or stay: whatever explains them best.

    Args:
        times: Seconds, of the hour's points.
        values: As many values.
        show: How to write them.
    """
    slope, step = find_slope(times, values), find_step(values)
    least = _FLAT * max(abs(float(np.median(values))), np.finfo(float).tiny)
    if step and abs(step.after - step.before) < least:
        step = None
    if slope and abs(slope.per_second) * (times[-1] - times[0]) < least:
        slope = None
    if step and not (slope and slope.left_over < step.left_over):
        at = show.time(times[step.place])
        return f"changed at {at} UTC from {show.value(step.before)} to {show.value(step.after)}"
    if slope:
        way = "rising" if slope.per_second > 0 else "falling"
        return f"{way} by {show.value(abs(slope.per_second) * HOUR_S)} an hour"
    return "steady"
