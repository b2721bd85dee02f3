"""Which objects are told again although nothing about them changed.

That an object waits for too long changes nothing about it, so no watch says so: it must be looked at again.
And a version that is built anew from Kafka's history knows only what was told within the topic's retention.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from processors.knowledge.fields import Object, take, take_text
from processors.knowledge.kubernetes.describers import DESCRIBERS
from processors.knowledge.kubernetes.states import describe_state
from processors.knowledge.times import read_moment

_UNSETTLED_EVERY: Final = timedelta(hours=1)


def choose_resynced(listed: str, now: datetime) -> Callable[[Object], bool] | None:
    """Return which objects of a kind are to be told again, or None while that isn't due.

    Every hour these are the ones that wait for something or aren't as they should be, and all of them on the
    first occasion of a day.

    Args:
        listed: When the kind was told again last, in ISO 8601; empty: never.
        now: With its zone.

    Example:
        >>> from datetime import UTC
        >>> now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        >>> choose_resynced("2026-11-21T11:30:00+00:00", now) is None
        True
        >>> choose_resynced("2026-11-20T11:30:00+00:00", now)({"kind": "Service", "metadata": {"name": "s"}})
        True
    """
    last = read_moment(listed, now)
    if last is None or last.date() != now.date():
        return lambda _: True
    return (lambda object_: is_unsettled(object_, now)) if now - last >= _UNSETTLED_EVERY else None


def is_unsettled(object_: Object, now: datetime) -> bool:
    """Tell whether what is told of an object may become something else by time alone.

    Example:
        >>> from datetime import UTC
        >>> pod = {"kind": "Pod", "metadata": {"name": "p"}, "status": {"phase": "Pending"}}
        >>> is_unsettled(pod, datetime(2026, 11, 21, tzinfo=UTC))
        True
    """
    kind = take_text(object_, "kind")
    if kind not in DESCRIBERS:
        return False
    waits = take_text(object_, "status", "phase") == "Pending" or kind == "CronJob"
    if waits or take(object_, "metadata", "deletionTimestamp"):
        return True
    return describe_state(object_, now, is_changed=False).severity != "info"
