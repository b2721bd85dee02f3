"""What a real cluster did in seconds is told as of minutes, and can be written back."""

from datetime import UTC, datetime, timedelta

from evaluation.benchmarks.diagnosis.cluster import NOON, minutes
from evaluation.benchmarks.diagnosis.real.clock import (
    OPENED,
    Clock,
    go_on,
    open_window,
    read_story,
    tell,
    to_real,
    to_told,
    untell,
)
from evaluation.benchmarks.diagnosis.town import LONG_AGO

BEGAN = datetime(2030, 1, 1, 8, tzinfo=UTC)
OPEN = BEGAN + timedelta(minutes=2)
SECOND = timedelta(seconds=1)


def run_clock(*seconds: int) -> Clock:
    """Return a clock that was looked at after so many seconds of its window."""
    clock = open_window(Clock(BEGAN, stretch=10), OPEN)
    for second in seconds:
        clock = go_on(clock, OPEN + second * SECOND)
    return clock


def test_a_window_of_84_seconds_is_the_quarter_of_an_hour_before_noon() -> None:
    assert read_story(run_clock()) == NOON - minutes(14) == OPENED
    assert read_story(run_clock(*range(1, 85))) == NOON
    assert read_story(run_clock(*range(1, 100))) == NOON


def test_the_story_waits_for_a_machine_that_is_busy() -> None:
    clock = run_clock(30, 60)
    assert read_story(clock) == OPENED + minutes(2)
    assert to_told(clock, OPEN + 15 * SECOND) == OPENED + minutes(0.5)


def test_what_was_before_the_window_was_three_days_ago() -> None:
    clock = run_clock(1, 2)
    assert to_told(clock, OPEN - SECOND) == LONG_AGO
    assert to_told(Clock(BEGAN, stretch=10), OPEN) == LONG_AGO
    assert to_real(clock, LONG_AGO) == BEGAN


def test_whole_seconds_of_the_machine_come_back_as_they_were() -> None:
    clock = run_clock(1, 2, 3, 30, 36, 80)
    for second in range(81):
        at = OPEN + second * SECOND
        assert abs(to_real(clock, to_told(clock, at)) - at) < SECOND / 1000


def test_only_times_of_an_object_are_changed() -> None:
    clock = run_clock(*range(1, 85))
    conditions = [{"message": "since 08:02:06Z"}]
    object_ = {"status": {"startTime": "2030-01-01T08:02:06Z", "conditions": conditions}}
    told = tell(clock, object_)
    assert told["status"]["startTime"] == "2026-11-21T11:47:00Z"
    assert told["status"]["conditions"] == conditions
    assert untell(clock, told) == object_
