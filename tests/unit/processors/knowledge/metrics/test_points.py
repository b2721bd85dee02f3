"""A series without a present value says so, and odd times and points mislead nobody."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from processors.knowledge.metrics.points import read_points
from tests.unit.processors.knowledge.metrics.records import build_series

CLOCK = datetime(2026, 11, 21, 11, tzinfo=UTC)
CALM = [f"{50 + 5 * np.sin(place / 9):.3f}" for place in range(700)]


def test_a_series_that_ended_is_never_as_usual() -> None:
    chunk = build_series(CALM, ago_s=20 * 60)
    assert chunk["text"].startswith(
        "queue_length of till has had no value since 2026-11-21 10:40 UTC: it was 53.8 at 10:40 UTC, "
        "up to then between 45 and 55."
    )
    assert "usual" not in chunk["text"] + chunk["gist"]
    assert chunk["severity"] == "warning"
    assert chunk["observed_at"] == "2026-11-21T10:40:00+00:00"


def test_a_series_has_ended_by_when_it_was_asked_for_not_by_when_the_record_came() -> None:
    in_time = build_series(CALM, ago_s=3600, end="2026-11-21T10:00:00+00:00")
    assert "is as usual" in in_time["text"]


def test_what_comes_once_an_hour_has_not_ended_after_half_of_one() -> None:
    assert "no value since" not in build_series(CALM[:50], ago_s=1800, step=3600)["text"]
    assert "no value since" in build_series(CALM[:50], ago_s=4 * 3600, step=3600)["text"]


@pytest.mark.parametrize(
    ("value", "said", "severity"),
    [
        ("NaN", "has not been a number since 2026-11-21 10:58 UTC: it was", "info"),
        ("+Inf", "has been infinite since 2026-11-21 10:58 UTC: it was", "warning"),
        ("-Inf", "has been infinite since 2026-11-21 10:58 UTC: it was", "warning"),
        ("1e300", "has been infinite since 2026-11-21 10:58 UTC: it was", "warning"),
    ],
)
def test_a_last_value_that_is_no_finite_number_is_told(value: str, said: str, severity: str) -> None:
    chunk = build_series([*CALM, value, value, value])
    assert said in chunk["text"].splitlines()[0]
    assert "usual" not in chunk["text"]
    assert chunk["severity"] == severity


def test_a_series_of_nothing_but_nan_is_told_as_such() -> None:
    assert build_series(["NaN", "NaN"])["text"].splitlines() == [
        "queue_length of till has not been a number since 2026-11-21 10:59 UTC: none of its points is one "
        "that can be compared.",
        "PromQL: queue_length",
    ]


def test_numbers_that_are_none_in_between_are_a_hole() -> None:
    holed = [*CALM, *["NaN"] * 10, *CALM[:8]]
    missing = [*CALM, *[None] * 10, *CALM[:8]]
    for chunk in (build_series(holed), build_series(missing)):
        assert "No value from 10:42 to 10:53 UTC." in chunk["text"]
        assert "no value since" not in chunk["text"]
    assert "No value" not in build_series([*CALM, None, None, *CALM[:8]])["text"]


def test_times_that_are_all_ahead_are_taken_for_the_brokers() -> None:
    points = read_points([(4_070_908_800, "5"), (4_070_908_860, "6")], CLOCK)
    assert (points.times - CLOCK.timestamp()).tolist() == [-60, 0]
    assert points.values.tolist() == [5, 6]


@pytest.mark.parametrize("time", [0, -1e18, float("inf"), float("nan"), None, "soon", 1e300, [], True])
def test_a_time_that_is_none_is_the_brokers(time: Any) -> None:
    assert read_points([(time, "5")], CLOCK).times.tolist() == [CLOCK.timestamp()]


def test_times_of_which_one_is_finite_are_moved_by_it() -> None:
    points = read_points([("+Inf", "1"), (-1, "2")], CLOCK)
    assert (points.times.tolist(), points.values.tolist()) == ([CLOCK.timestamp()], [2])


def test_one_time_ahead_is_left_out_beside_sound_ones() -> None:
    now = CLOCK.timestamp()
    points = read_points([(now - 60, "1"), (4_070_908_800, "2"), (0, "3"), (now, "4")], CLOCK)
    assert points.values.tolist() == [1, 4]


def test_points_come_in_order_and_each_once_whatever_the_unit_of_their_times() -> None:
    now = int(CLOCK.timestamp())
    points = read_points(
        [(now * 1000, 2), (now - 60, 1), ("2026-11-21T11:00:00Z", 3), (now, None), (now, "x")], CLOCK
    )
    assert points.times.tolist() == [now - 60, now]
    assert points.values.tolist() == [1, 3]


def test_a_window_of_times_ahead_is_told_at_the_brokers_time() -> None:
    chunk = build_series(["5", "5"], ago_s=-2_000_000_000)
    assert "queue_length of till is 5 at 2026-11-21 11:00 UTC" in chunk["text"]
    assert (chunk["began_at"][:16], chunk["observed_at"][:16]) == ("2026-11-21T10:59", "2026-11-21T11:00")
