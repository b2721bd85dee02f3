"""The names and times that a run and an hour of runs both have."""

from datetime import datetime
from typing import Any, Final

from processors.knowledge.fields import take, take_text
from processors.knowledge.times import bound_moment, read_moment
from processors.knowledge.untrusted import PoisonError

LONGEST_TITLE: Final = 160
"""Characters of a title."""


def require_text(body: dict[str, Any], name: str) -> str:
    """Return a name that a record can't be told without.

    Raises:
        PoisonError: It is missing.
    """
    if not (text := take_text(body, name)):
        raise PoisonError(f"the record has no {name!r}")
    return text


def read_span(body: dict[str, Any], clock: datetime) -> tuple[datetime, datetime]:
    """Return when something began and ended: the broker's time where Airflow's can't be believed.

    Example:
        >>> from datetime import UTC
        >>> now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        >>> read_span({"end_date": "2099-01-01T00:00:00Z"}, now) == (now, now)
        True
    """
    ended = bound_moment(read_moment(take(body, "end_date"), clock), clock)
    began = bound_moment(read_moment(take(body, "start_date"), clock), ended)
    return min(began, ended), ended
