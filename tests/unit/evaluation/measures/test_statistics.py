"""Intervals and tests agree with what probability theory says of the same data."""

import itertools
import math

import numpy as np
import pytest

from evaluation.measures.statistics import bootstrap_interval, compare_paired


def test_the_interval_of_a_share_agrees_with_the_normal_approximation() -> None:
    values = [1.0] * 120 + [0.0] * 80
    interval = bootstrap_interval(values)
    half = 1.96 * math.sqrt(0.6 * 0.4 / 200)
    assert interval.low == pytest.approx(0.6 - half, abs=0.01)
    assert interval.high == pytest.approx(0.6 + half, abs=0.01)


def test_more_confidence_and_fewer_queries_widen_the_interval() -> None:
    values = np.random.default_rng(1).random(50).tolist()

    def width(values: list[float], confidence: float) -> float:
        low, high = bootstrap_interval(values, confidence=confidence)
        return high - low

    assert width(values, 0.99) > width(values, 0.9)
    assert width(values[:10], 0.95) > width(values, 0.95)


def test_95_of_100_intervals_hold_the_true_mean() -> None:
    random = np.random.default_rng(2)
    holds = 0
    for seed in range(200):
        low, high = bootstrap_interval(random.beta(2, 1, 100).tolist(), resamples=500, seed=seed)
        holds += low <= 2 / 3 <= high
    assert 180 <= holds <= 198


def test_the_p_value_is_that_of_all_sign_changes_counted_out() -> None:
    differences = [0.3, 0.1, -0.05, 0.2, 0.4, -0.1, 0.25, 0.0]
    outcomes = [
        abs(sum(sign * difference for sign, difference in zip(signs, differences, strict=True)))
        for signs in itertools.product((-1, 1), repeat=len(differences))
    ]
    exact = sum(outcome >= sum(differences) - 1e-9 for outcome in outcomes) / len(outcomes)
    compared = compare_paired(differences, [0.0] * len(differences), resamples=20_000)
    assert compared["p_value"] == pytest.approx(exact, abs=0.01)


def test_a_clear_loss_is_told_from_noise() -> None:
    random = np.random.default_rng(3)
    live = random.uniform(0.5, 1, 100)
    worse = compare_paired((live - random.uniform(0, 0.2, 100)).tolist(), live.tolist())
    assert worse["difference"] == pytest.approx(-0.1, abs=0.02)
    assert worse["high"] < 0
    assert worse["p_value"] < 0.001
    noise = compare_paired((live + random.normal(0, 0.1, 100)).tolist(), live.tolist())
    assert noise["low"] < 0 < noise["high"]
    assert noise["p_value"] > 0.05


def test_the_sign_tells_who_won() -> None:
    won = compare_paired([0.9, 0.8, 1.0], [0.5, 0.6, 0.7])
    lost = compare_paired([0.5, 0.6, 0.7], [0.9, 0.8, 1.0])
    assert won["difference"] == pytest.approx(0.3)
    assert won["low"] > 0 > lost["high"]
    assert won["queries"] == 3


def test_the_same_data_give_the_same_answer() -> None:
    values = np.random.default_rng(4).random(20).tolist()
    assert bootstrap_interval(values) == bootstrap_interval(values)
    assert compare_paired(values, values[::-1]) == compare_paired(values, values[::-1])


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ([], {}, "no value"),
        ([1.0], {"confidence": 1.0}, r"confidence must be in \(0, 1\), got 1.0"),
        ([1.0], {"resamples": 0}, "at least 1, got 0"),
    ],
)
def test_what_cannot_be_drawn_from_is_an_error(
    values: list[float], options: dict[str, float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        bootstrap_interval(values, **options)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=message):
        compare_paired(values, values, **options)  # type: ignore[arg-type]


def test_pairs_need_the_same_queries() -> None:
    with pytest.raises(ValueError, match="got 2 and 1"):
        compare_paired([1.0, 0.0], [1.0])


@pytest.mark.parametrize("change", [-1.0, 0.0, 0.5])
def test_one_query_alone_proves_nothing(change: float) -> None:
    compared = compare_paired([0.5 + change], [0.5])
    assert (compared["low"], compared["high"], compared["p_value"]) == (change, change, 1.0)
