"""When a slice is closed, which ones go, and where chunks are written."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from processors.versions import slices
from processors.versions.slices import Slice

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
    assert slices.choose_number([*older, written], 3, NOW, DAY, 100) == number


def test_a_slice_that_nothing_was_written_to_yet_is_not_closed() -> None:
    assert slices.choose_number(make_slices(9, 8), 3, NOW, DAY, 1) == 3


def test_age_counts_from_when_a_slice_was_closed() -> None:
    held = make_slices(20, 14.1, 13.9, 0)
    assert slices.choose_doomed(held, 4, NOW, 14 * DAY, 1000) == ["s1"]
    assert slices.choose_doomed(held, 4, NOW, 13 * DAY, 1000) == ["s1", "s2"]


def test_size_takes_the_oldest_until_the_rest_fits() -> None:
    held = make_slices(4, 3, 2, 1)
    assert slices.choose_doomed(held, 4, NOW, 14 * DAY, 40) == []
    assert slices.choose_doomed(held, 4, NOW, 14 * DAY, 39) == ["s1"]
    assert slices.choose_doomed(held, 4, NOW, 14 * DAY, 20) == ["s1", "s2"]


def test_the_written_slice_never_goes() -> None:
    held = make_slices(90, 80, 70)
    assert slices.choose_doomed(held, 3, NOW, DAY, 0) == ["s1", "s2"]
    assert slices.choose_doomed(held[:1], 1, NOW, DAY, 0) == []
    # The next one is not opened before something is written to it: the last one counts as closed just now.
    assert slices.choose_doomed(held, 4, NOW, DAY, 1000) == ["s1", "s2"]
    assert slices.choose_doomed([], 1, NOW, DAY, 0) == []


def test_slices_are_looked_at_once_in_some_minutes() -> None:
    meta = {"slices_checked_at": NOW.isoformat()}
    assert not slices.is_check_due(meta, NOW + slices.CHECK_EVERY - timedelta(seconds=1))
    assert slices.is_check_due(meta, NOW + slices.CHECK_EVERY)
    assert slices.is_check_due({"slices_checked_at": None}, NOW)


def test_states_stay_in_the_base_and_the_rest_goes_to_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []
    written: list[Any] = []
    monkeypatch.setattr(slices, "find_places", lambda *_: {"old": "rag-v000001"})
    monkeypatch.setattr(slices, "open_slice", lambda *args: opened.append(args))
    monkeypatch.setattr("processors.stores.search.write_chunks", lambda *args: written.append(args) or [])
    kinds = {"state": "k8s_state", "run": "ml_run", "old": "log_pattern", "new": "metric_window"}
    chunks: Any = [{"chunk_id": name, "kind": kind} for name, kind in kinds.items()]
    assert slices.write_chunks("client", "rag-v000001", 2, chunks) == []  # type: ignore[arg-type]
    # A version of before there were slices holds everything in its base: that stays there too.
    places = {"old": "rag-v000001", "new": "rag-v000001-000002"}
    assert written == [("client", "rag-v000001", chunks, places)]
    assert opened == [("client", "rag-v000001", 2)]


def test_no_slice_is_opened_for_states_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "open_slice", lambda *_: pytest.fail("opened"))
    monkeypatch.setattr("processors.stores.search.write_chunks", lambda *_: [])
    chunks: Any = [{"chunk_id": "a", "kind": "alert"}]
    assert slices.write_chunks("client", "rag-v000001", 2, chunks) == []  # type: ignore[arg-type]
