"""Times of every usual writing are read, and what can't be true is no time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from processors.knowledge.times import bound_moment, match_moment, read_moment

NOW = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)
HOUR_AGO = "2026-11-21T06:30:00"


@pytest.mark.parametrize(
    "stated",
    [
        "2026-11-21T06:30:00Z", "2026-11-21 06:30:00", "2026-11-21 06:30:00,000", "2026-11-21T06:30Z",
        "2026-11-21T09:30:00.000000999+03:00", "2026-11-21T01:30:00.000000001-05:00",
        "2026-11-21T12:00:00+0530",
        "2026-11-21T09:30:00+03", "2026/11/21 06:30:00", "2026.11.21 06:30:00", "2026-11-21_06:30:00",
        "2026-11-21 06:30:00 UTC", "2026-11-21 09:30:00 MSK", "2026-11-21-06:30:00",
        "21/Nov/2026:06:30:00 +0000", "21/Nov/2026:09:30:00 +0300", "[21/Nov/2026:06:30:00 +0000]",
        "21-Nov-2026 06:30:00.000", "21 Nov 2026 06:30:00.000", "Sat, 21 Nov 2026 06:30:00 GMT",
        "Sat, 21 Nov 2026 01:30:00 EST", "Sat Nov 21 06:30:00.000123 2026", "Sat Nov 21 06:30:00 UTC 2026",
        "Nov 21 06:30:00", "Sat Nov 21 06:30:00", "1121 06:30:00.000123", "11-21 06:30:00.000",
        "26/11/21 06:30:00", "20261121T063000Z", "20261121-06:30:00:000", "261121 063000",
        "21.11.2026 06:30:00", "21.11.2026, 09:30:00 MSK", "11/21/2026, 6:30:00 AM", "21/11/2026 06:30:00",
        "Nov 21, 2026 6:30:00 AM", "21-Nov-2026::06:30:00", "11.21 06:30:00",
        "21-Nov-2026 09:30:00 Europe/Moscow", "21-Nov-2026 06:30:00 Nowhere/Known",
        "  2026-11-21T06:30:00Z ",
        1_795_242_600, 1_795_242_600.0004, 1_795_242_600_000, 1_795_242_600_000_000,
        1_795_242_600_000_000_000,
        "1795242600", "1795242600.000", "1795242600000", "1795242600000000000", "1.7952426e9",
        {"$date": "2026-11-21T06:30:00Z"}, {"$date": {"$numberLong": "1795242600000"}},
        {"seconds": 1_795_242_600, "nanos": 999}, {"epochSecond": 1_795_242_600, "nanoOfSecond": 123_000},
    ],
)  # fmt: skip
def test_a_writing_is_read(stated: Any) -> None:
    moment = read_moment(stated, NOW)
    assert moment is not None
    assert moment.tzinfo is UTC
    assert moment.isoformat()[:19] == HOUR_AGO


@pytest.mark.parametrize(
    "stated",
    [
        None, "", " ", "-", "null", True, [], {}, {"$date": None}, {"seconds": None}, "now", "12", 0, 1, -1,
        10**400, 1e999,
        float("nan"), float("-inf"), -6795364578871345152, "1e999", "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "0000-00-00 00:00:00", "2026-13-01", "2026-02-30T00:00:00Z", "2026-11-21T25:00:00Z", "9" * 400,
        "2026-11-21T06:30:00Z and more", "99999-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59",
        "1980-01-06T00:00:00Z",
        "1121 06:61:00", "Foo 21 06:30:00", "²",
    ],
)  # fmt: skip
def test_what_is_no_believable_time_is_none(stated: Any) -> None:
    assert read_moment(stated, NOW) is None


def test_a_missing_year_is_the_last_one_that_lies_not_ahead() -> None:
    newyear = datetime(2027, 1, 1, 0, 0, 5, tzinfo=UTC)
    assert [
        found.year if (found := read_moment(stated, clock)) else None
        for stated, clock in (
            ("Dec 31 23:59:59", newyear), ("Jan  1 00:00:01", newyear), ("Jan  1 00:05:00", newyear),
            ("Jan  1 00:30:00", newyear), ("Feb 29 12:00:00", datetime(2025, 3, 1, tzinfo=UTC)),
            ("Dec 31 23:59:59", datetime(2026, 12, 31, 23, 58, tzinfo=UTC)),
        )
    ] == [2026, 2027, 2027, 2026, 2024, 2026]  # fmt: skip


def test_a_leap_second_is_the_last_of_its_minute() -> None:
    moment = read_moment("2016-12-31T23:59:60Z", NOW)
    assert moment == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_a_time_leads_a_line() -> None:
    assert match_moment("2026-11-21 06:30:00,123 WARN slow", NOW) == (
        datetime(2026, 11, 21, 6, 30, 0, 123_000, UTC),
        23,
    )
    assert match_moment("took 12 ms", NOW) is None


def test_only_a_time_between_the_bounds_is_believed() -> None:
    ahead, too_far = NOW + timedelta(minutes=9), NOW + timedelta(minutes=11)
    assert [bound_moment(moment, NOW) for moment in (ahead, too_far, None)] == [ahead, NOW, NOW]
    assert bound_moment(datetime(1, 1, 1, tzinfo=UTC), NOW) == NOW


@pytest.mark.parametrize(
    ("stated", "hour"),
    [
        ("11/20/2026, 12:30:00 AM", 0),
        ("11/20/2026, 12:30:00 PM", 12),
        ("11/20/2026 1:30 pm", 13),
        ("Nov 20, 2026 11:30:00 PM", 23),
    ],
)
def test_halves_of_the_day_are_read(stated: str, hour: int) -> None:
    moment = read_moment(stated, NOW)
    assert moment is not None
    assert (moment.hour, moment.minute) == (hour, 30)
