"""What is told of a run or an hour, and the names and times that both have."""

from datetime import datetime
from typing import Any, NamedTuple

from processors.knowledge.fields import take, take_text
from processors.knowledge.times import bound_moment, read_moment
from processors.knowledge.untrusted import PoisonError


class Told(NamedTuple):
    """What is told of a run, or of a DAG's runs in an hour.

    Attributes:
        dag_id: The DAG.
        identity: What tells it from others.
        title: Its heading.
        lines: Its sentences; empty ones are left out.
        gist: What stays when times and counts change.
        began_at: When it began.
        observed_at: When it ended.
        severity: error, warning or info.
        labels: Figures for programs.
        values: Further words by which it is found.
        cite: How to find it again.
    """

    dag_id: str
    identity: tuple[str, ...]
    title: str
    lines: list[str]
    gist: str
    began_at: datetime
    observed_at: datetime
    severity: str
    labels: dict[str, str]
    values: list[str]
    cite: dict[str, str]


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
