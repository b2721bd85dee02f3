"""A counter that begins anew is a restart, no anomaly; one that grows otherwise than before is one."""

import numpy as np
import pytest

from processors.knowledge.metrics.counters import is_counter
from tests.unit.processors.knowledge.metrics.records import build_series


def count(*parts: tuple[int, float]) -> list[str]:
    """Return a counter of parts of so many minutes with so much a minute; each part begins anew."""
    chance = np.random.default_rng(5)
    grown = [np.cumsum(gain * (1 + 0.1 * chance.random(minutes))) for minutes, gain in parts]
    return [f"{value:.6g}" for value in np.concatenate(grown)]


def test_a_restart_is_told_and_is_no_anomaly() -> None:
    chunk = build_series(count((690, 5), (30, 5)), "jobs_total")
    first = chunk["text"].splitlines()[0]
    assert first.startswith("jobs_total of till grows as usual: by 0.08")
    assert first.endswith("It began anew at 10:31 UTC: a restart, no anomaly.")
    assert "unusual" not in chunk["text"] + chunk["gist"]
    assert chunk["severity"] == "info"
    assert "From 10:01 to 11:00 UTC: grew by 30" in chunk["text"]


def test_a_counter_that_begins_anew_at_nothing_is_no_anomaly() -> None:
    values = [str(5 * minute) for minute in (*range(690), *range(30))]
    chunk = build_series(values, "jobs_total")
    assert chunk["severity"] == "info"
    assert "It began anew at 10:31 UTC: a restart, no anomaly." in chunk["text"]


def test_several_restarts_are_counted() -> None:
    text = build_series(count((300, 5), (300, 5), (50, 5), (40, 5), (30, 5)), "jobs_total")["text"]
    assert "It began anew at 10:31 UTC, and 3 times earlier: a restart, no anomaly." in text
    assert "unusual" not in text


def test_a_restart_of_hours_ago_is_told_with_its_time() -> None:
    assert (
        "It began anew at 04:01 UTC: a restart"
        in build_series(count((300, 5), (420, 5)), "jobs_total")["text"]
    )


def test_a_short_counter_that_began_anew_is_told_too() -> None:
    chunk = build_series(["90", "95", "1", "5"], "jobs_total")
    assert (
        "what is usual isn't known yet: only 4 points are there. It began anew at 10:59 UTC" in chunk["text"]
    )
    assert chunk["severity"] == "info"


def test_a_counter_that_grows_far_faster_is_unusual() -> None:
    values = np.concatenate((np.cumsum(np.full(690, 5.0)), 3450 + np.cumsum(np.full(30, 500.0))))
    chunk = build_series([str(value) for value in values], "errors_total")
    assert chunk["text"].startswith("errors_total of till grows unusually since 10:31 UTC: by 8.33 a second")
    assert chunk["severity"] == "warning"


def test_the_fall_of_a_rate_or_of_a_gauge_is_no_restart() -> None:
    values = [*["100"] * 689, "95", *["0"] * 30]
    for name in ("sessions", "jobs:rate5m", "pods_count"):
        assert "anew" not in build_series(values[:-1], name)["text"]


@pytest.mark.parametrize(
    ("metric", "query", "expected"),
    [
        ("x_total", "x_total", True),
        ("x_total", 'x_total{path="/a-b(c)"}', True),
        ("x_total", "last_over_time(x_total[5m])", True),
        ("", "sum by (job) (x_total)", True),
        ("", "sum by (job) (rate(x_total[5m]))", False),
        ("", "increase(x_total[1h])", False),
        ("", "x_total / y_total", False),
        ("x_seconds_sum", "x_seconds_sum", True),
        ("memory_bytes", "memory_bytes", False),
    ],
)
def test_counters_are_told_by_name_and_query(metric: str, query: str, expected: bool) -> None:
    assert is_counter(metric, query, np.array([50.0, 60.0, 1.0, 2.0])) is expected
