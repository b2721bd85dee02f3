"""Slopes and steps that are there are found, and those that aren't are not."""

import numpy as np
import pytest
from scipy import stats

from processors.knowledge.metrics.trends import find_slope, find_step

TIMES = np.arange(60.0) * 60


def make_noise(seed: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.random.default_rng(seed).normal(0, 1, 60)


@pytest.mark.parametrize("seed", range(5))
def test_a_slope_is_found_through_noise_and_outliers(seed: int) -> None:
    values = make_noise(seed) + TIMES * 0.01
    values[[10, 50]] = 500, -500
    slope = find_slope(TIMES, values)
    assert slope is not None
    assert slope.per_second == pytest.approx(0.01, rel=0.15)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("place", [12, 30, 50])
def test_a_step_is_found_where_it_is(seed: int, place: int) -> None:
    values = make_noise(seed)
    values[place:] += 10
    step = find_step(values)
    assert step is not None
    assert step.place == place
    assert step.after - step.before == pytest.approx(10, abs=1.5)


def test_noise_has_neither() -> None:
    found = [(find_slope(TIMES, make_noise(seed)), find_step(make_noise(seed))) for seed in range(100)]
    assert found == [(None, None)] * 100


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0, 3.0], [5.0] * 60])
def test_what_is_short_or_flat_has_neither(values: list[float]) -> None:
    array = np.array(values)
    assert find_slope(TIMES[: len(array)], array) is None
    assert find_step(array) is None


def test_slopes_are_those_of_scipy_and_certain_by_its_test_too() -> None:
    random = np.random.default_rng(1)
    found = 0
    for count in random.integers(8, 120, 200):
        values = np.round(
            random.normal(0, 1, count) + TIMES[1] * np.arange(count) * random.choice([0, 0.001]), 1
        )
        slope = find_slope(np.arange(count) * 60.0, values)
        if slope:
            found += 1
            assert slope.per_second == pytest.approx(stats.theilslopes(values, np.arange(count) * 60.0).slope)
            assert stats.kendalltau(np.arange(count), values).pvalue <= 0.001
    assert 20 < found < 180
