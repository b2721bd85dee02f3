"""What the sentences about Kubernetes objects have in common: how something is, since when, and why."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from processors.knowledge.fields import Object, take_object, take_objects
from processors.knowledge.times import AHEAD, read_moment

SETTLING: Final = timedelta(minutes=10)
"""How long something that was just made may take until it works; what takes longer is wrong."""

_LISTED: Final = 12


class Verdict(NamedTuple):
    """The first thing that a person would want to know of an object.

    Attributes:
        predicate: Goes on after the object's name: "was restarted 4 times; it now waits in CrashLoopBackOff".
        gist: The same without counts and times.
        severity: error, warning or info.
    """

    predicate: str
    gist: str
    severity: str


class StateDescription(NamedTuple):
    """What is told of an object's state.

    Attributes:
        verdict: Its first sentence.
        moments: When something about it changed.
        details: Further sentences.
        labels: Figures for programs, and names of what it is related to.
    """

    verdict: Verdict
    moments: list[datetime]
    details: list[str]
    labels: dict[str, str]


Describer = Callable[[Object, datetime], StateDescription]
"""Describes an object as it was at the broker's time of its record."""


def is_new(object_: Object, now: datetime) -> bool:
    """Tell whether an object was made so recently that it may still be on its way."""
    made = read_moment(take_object(object_, "metadata").get("creationTimestamp"), now)
    return made is not None and now - made < SETTLING


def read_moments(now: datetime, *times: object) -> list[datetime]:
    """Return the times that can be believed, in UTC.

    Args:
        now: The broker's time; what lies ahead of it is no time at which something happened.
        *times: As the API gives them, which may be missing, zero or absurd.

    Example:
        >>> from datetime import UTC
        >>> now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        >>> read_moments(now, "2026-11-21T10:02:11Z", None, "0001-01-01T00:00:00Z", "2099-01-01T00:00:00Z")
        [datetime.datetime(2026, 11, 21, 10, 2, 11, tzinfo=datetime.timezone.utc)]
    """
    moments = (read_moment(time, now) for time in times)
    return [moment for moment in moments if moment is not None and moment <= now + AHEAD]


def list_moments(object_: Object, now: datetime, *times: object) -> list[datetime]:
    """Return when an object was made, when its conditions changed, and the other times given."""
    conditions = [c.get("lastTransitionTime") for c in take_objects(object_, "status", "conditions")]
    made = take_object(object_, "metadata").get("creationTimestamp")
    return read_moments(now, made, *conditions, *times)


def say_moment(moment: datetime) -> str:
    """Return a moment for a sentence.

    Example:
        >>> from datetime import UTC
        >>> say_moment(datetime(2026, 11, 21, 10, 2, 11, tzinfo=UTC))
        '10:02:11 UTC on 2026-11-21'
    """
    return f"{moment:%H:%M:%S} UTC on {moment:%Y-%m-%d}"


def say_when(time: object, now: datetime, before: str = "at") -> str:
    """Return a time for a sentence with a blank before it, or nothing if it can't be believed.

    Args:
        time: As the API gives it.
        now: The broker's time.
        before: The preposition.

    Example:
        >>> from datetime import UTC
        >>> now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        >>> say_when("2026-11-21T10:02:11Z", now), say_when("0001-01-01T00:00:00Z", now)
        (' at 10:02:11 UTC on 2026-11-21', '')
    """
    return "".join(f" {before} {say_moment(moment)}" for moment in read_moments(now, time))


def say_times(count: int) -> str:
    """Return how often something happened.

    Example:
        >>> say_times(1), say_times(4)
        ('once', '4 times')
    """
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def say_names(names: Iterable[str]) -> str:
    """Return names in a row, of many only the first.

    Example:
        >>> say_names(["a", "b", "a"])
        'a, b'
    """
    told = list(dict.fromkeys(name for name in names if name))
    rest = f" and {len(told) - _LISTED} more" if len(told) > _LISTED else ""
    return ", ".join(told[:_LISTED]) + rest


def say_labels(labels: dict[str, str]) -> str:
    """Return labels or a selector for a sentence.

    Example:
        >>> say_labels({"app": "shop", "tier": "web"})
        'app=shop, tier=web'
    """
    return say_names(f"{name}={value}" for name, value in sorted(labels.items()))
