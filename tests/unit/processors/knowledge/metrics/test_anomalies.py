"""What the detector must find and must not, on series made for it."""

import numpy as np
import pytest

from processors.knowledge.metrics.anomalies import LEARN, THRESHOLD, Floats, score_points, silence_repeats

PERIOD = 48


def make_season(periods: int, seed: int = 0) -> Floats:
    """Days with a peak each, and some noise."""
    time = np.arange(periods * PERIOD)
    peak = 40 * np.exp(-(((time % PERIOD) - PERIOD / 2) ** 2) / 20)
    return np.asarray(20 + peak + np.random.default_rng(seed).normal(0, 0.5, len(time)))


@pytest.mark.parametrize("seed", range(5))
def test_a_seasonal_peak_that_comes_again_is_no_anomaly(seed: int) -> None:
    assert score_points(make_season(8, seed))[3 * PERIOD :].max() < THRESHOLD


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("spike", [90.0, -20.0])
def test_a_spike_beyond_the_season_is_found_where_it_is(seed: int, spike: float) -> None:
    values = make_season(8, seed)
    values[300] = spike
    scores = score_points(values)
    assert scores[300] >= THRESHOLD
    assert scores[3 * PERIOD : 300].max() < THRESHOLD


@pytest.mark.parametrize("seed", range(5))
def test_a_known_level_at_the_wrong_time_is_found(seed: int) -> None:
    values = make_season(21, seed)
    night = 20 * PERIOD
    values[night] = values[night - PERIOD // 2]
    assert score_points(values)[night] >= THRESHOLD


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("scale", "shift"), [(1e9, 0.0), (1e-3, 5.0), (-3.0, 40.0)])
def test_scale_and_shift_change_no_score(seed: int, scale: float, shift: float) -> None:
    values = make_season(6, seed)
    values[250] += 60
    np.testing.assert_allclose(score_points(values * scale + shift), score_points(values), atol=1e-6)


@pytest.mark.parametrize("known", [LEARN, 150, 263, 300])
def test_later_points_change_no_earlier_score(known: int) -> None:
    values = make_season(8)
    values[260:263] += 50
    np.testing.assert_array_equal(score_points(values[:known]), score_points(values)[:known])


def test_a_flat_line_is_usual_and_any_step_of_it_is_not() -> None:
    values = np.ones(200)
    assert score_points(values).max() == 0.0
    values[150:] = 0.0
    scores = score_points(values)
    assert scores[150] >= THRESHOLD
    assert scores[151:].max() < THRESHOLD


def test_a_difference_of_arithmetic_is_no_step() -> None:
    values = np.full(200, 0.3)
    values[150:] = 0.1 + 0.2
    assert score_points(values).max() < THRESHOLD


def test_a_steady_growth_is_usual() -> None:
    assert score_points(np.arange(400.0)).max() < THRESHOLD


@pytest.mark.parametrize("count", [0, 1, 15, 16, LEARN])
def test_a_short_series_has_no_anomaly_yet(count: int) -> None:
    values = np.random.default_rng(1).normal(size=count)
    assert score_points(values).tolist() == [0.0] * count


def test_an_alarm_is_repeated_when_surpassed_or_after_a_rest() -> None:
    scores = np.array([0.7, 0.7, 0.8, 0.7, 0.7, 0.7])
    assert silence_repeats(scores, 2).tolist() == [0.7, 0.0, 0.8, 0.0, 0.0, 0.0]
    assert silence_repeats(np.array([0.7, 0.1, 0.1, 0.7]), 2)[3] == 0.7
