"""The time that a page is from."""

from datetime import datetime

from processors.knowledge.times import bound_moment, read_moment


def date_page(stated: object, clock: datetime) -> str:
    """Return when a page was changed last, in ISO 8601.

    Args:
        stated: What its source says; what can't be believed counts as now.
        clock: The time, with its zone. Nothing is from later than that.

    Example:
        >>> from datetime import UTC
        >>> now = datetime(2026, 11, 21, 7, tzinfo=UTC)
        >>> date_page("2026-10-02T07:00:00.000Z", now)
        '2026-10-02T07:00:00+00:00'
        >>> date_page(None, now) == date_page("2031-01-01T00:00:00Z", now) == date_page(0, now)
        True
    """
    return min(bound_moment(read_moment(stated, clock), clock), clock).isoformat()
