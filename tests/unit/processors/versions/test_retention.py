"""When a slice is closed, and which ones go."""

from datetime import UTC, datetime, timedelta

import pytest

from processors.versions import retention
from processors.versions.retention import Slice

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def make_slices(*opened_days_ago: float, size: int = 10) -> list[Slice]:
    return [
        Slice(index=f"s{number}", number=number, opened_at=NOW - days * DAY, size_bytes=size)
        for number, days in enumerate(opened_days_ago, start=1)
    ]


@pytest.mark.parametrize(
    ("age", "size", "number"),
    [
        (timedelta(hours=23, minutes=59), 99, 3),
        (timedelta(hours=24), 99, 4),
        (timedelta(0), 100, 4),
    ],
)
def test_a_slice_is_closed_by_age_or_by_size(age: timedelta, size: int, number: int) -> None:
    written = Slice(index="s3", number=3, opened_at=NOW - age, size_bytes=size)
    older = make_slices(9, 8, size=10**9)
    assert retention.choose_number([*older, written], 3, NOW, DAY, 100) == number


def test_a_slice_that_nothing_was_written_to_yet_is_not_closed() -> None:
    assert retention.choose_number(make_slices(9, 8), 3, NOW, DAY, 1) == 3


def test_age_counts_from_when_a_slice_was_closed() -> None:
    held = make_slices(20, 14.1, 13.9, 0)
    assert retention.choose_doomed(held, 4, NOW, 14 * DAY, 1000) == ["s1"]
    assert retention.choose_doomed(held, 4, NOW, 13 * DAY, 1000) == ["s1", "s2"]


def test_size_takes_the_oldest_until_the_rest_fits() -> None:
    held = make_slices(4, 3, 2, 1)
    assert retention.choose_doomed(held, 4, NOW, 14 * DAY, 40) == []
    assert retention.choose_doomed(held, 4, NOW, 14 * DAY, 39) == ["s1"]
    assert retention.choose_doomed(held, 4, NOW, 14 * DAY, 20) == ["s1", "s2"]


def test_the_written_slice_never_goes() -> None:
    held = make_slices(90, 80, 70)
    assert retention.choose_doomed(held, 3, NOW, DAY, 0) == ["s1", "s2"]
    assert retention.choose_doomed(held[:1], 1, NOW, DAY, 0) == []
    # The next one is not opened before something is written to it: the last one counts as closed just now.
    assert retention.choose_doomed(held, 4, NOW, DAY, 1000) == ["s1", "s2"]
    assert retention.choose_doomed([], 1, NOW, DAY, 0) == []


def test_slices_are_looked_at_once_in_some_minutes() -> None:
    meta = {"slices_checked_at": NOW.isoformat()}
    assert not retention.is_check_due(meta, NOW + retention.CHECK_EVERY - timedelta(seconds=1))
    assert retention.is_check_due(meta, NOW + retention.CHECK_EVERY)
    assert retention.is_check_due({"slices_checked_at": None}, NOW)
