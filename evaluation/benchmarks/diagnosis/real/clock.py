"""Two clocks: that of the machine, and that of the story, in which a few seconds are minutes.

The API server writes the machine's time. What it did while a town was built is told as of three days ago. In
the window after that the story goes on ten times as fast, but never by more than a minute in a round of the
kubelets: on a busy machine it waits for them. The window ends at noon.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from evaluation.benchmarks.diagnosis.cluster import NOON, minutes, write_time
from evaluation.benchmarks.diagnosis.town import LONG_AGO

LONGEST: Final = 14
"""Minutes of the story that a window has."""

OPENED: Final = NOON - minutes(LONGEST)
"""When in the story a window begins."""

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


class Clock(NamedTuple):
    """When things were, on the machine and in the story.

    Attributes:
        began: When the cluster was started.
        stretch: Seconds of the story in a second of the window, at most.
        moments: Of the window, by the machine's time and the story's, in their order; empty before it.
    """

    began: datetime
    stretch: float
    moments: tuple[tuple[datetime, datetime], ...] = ()


def read_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


def open_window(clock: Clock, now: datetime) -> Clock:
    """Return a clock whose window begins now."""
    return clock._replace(moments=((now, OPENED),))


def go_on(clock: Clock, now: datetime) -> Clock:
    """Return a clock that has gone on until now, by a minute of the story at most.

    Example:
        >>> clock = open_window(Clock(OPENED, stretch=10), OPENED)
        >>> [str(read_story(go_on(clock, OPENED + minutes(m))) - OPENED) for m in (0.05, 1)]
        ['0:00:30', '0:01:00']
    """
    real, told = clock.moments[-1]
    told = min(told + (now - real) * clock.stretch, told + minutes(1), NOON)
    return clock._replace(moments=(*clock.moments, (now, told)))


def read_story(clock: Clock) -> datetime:
    """Return where the story is, in whole seconds."""
    return clock.moments[-1][1].replace(microsecond=0) if clock.moments else LONG_AGO


def to_told(clock: Clock, at: datetime) -> datetime:
    """Return when in the story something was."""
    return _translate([*clock.moments], at, LONG_AGO)


def to_real(clock: Clock, told: datetime) -> datetime:
    """Return when on the machine something of the story was."""
    return _translate([(story, real) for real, story in clock.moments], told, clock.began)


def _translate(moments: list[tuple[datetime, datetime]], at: datetime, before: datetime) -> datetime:
    """Return the place between moments, or the last of them; before the first it is another."""
    after = bisect_right(moments, at, key=lambda one: one[0])
    if not after:
        return before
    if after == len(moments):
        return moments[-1][1]
    (begin, told), (end, last) = moments[after - 1 : after + 1]
    return told + (last - told) * ((at - begin) / (end - begin))


def tell(clock: Clock, value: Any) -> Any:
    """Return what the API server gave with the times of the story."""
    return _change(value, lambda text: write_time(_round(to_told(clock, datetime.fromisoformat(text)))))


def untell(clock: Clock, value: Any) -> Any:
    """Return what is to be written into the API server with the times of the machine."""
    return _change(value, lambda text: write_time(_round(to_real(clock, datetime.fromisoformat(text)))))


def _round(at: datetime) -> datetime:
    return datetime.fromtimestamp(round(at.timestamp()), UTC)


def _change(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {name: _change(one, change) for name, one in value.items()}
    if isinstance(value, list):
        return [_change(one, change) for one in value]
    if isinstance(value, str) and _TIME.fullmatch(value):
        return change(value)
    return value
