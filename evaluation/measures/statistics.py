"""How far a mean may be off by chance, and whether one version is really better than another.

Query sets are small, so a mean over them moves when other queries are drawn. Both functions draw again and
again from the measured values and assume no distribution; the drawing is scipy's.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypedDict

import numpy as np
import numpy.typing as npt
from scipy import stats


class Interval(NamedTuple):
    """Where a mean lies with the given confidence."""

    low: float
    high: float


class Comparison(TypedDict):
    """A candidate against the live version on the same queries.

    `difference` is the candidate's mean less the live one's, `low` and `high` bound it, `p_value` tells how
    often chance alone makes a difference as large, and `queries` on how many pairs this rests.
    """

    difference: float
    low: float
    high: float
    p_value: float
    queries: int


def bootstrap_interval(
    values: Sequence[float], *, confidence: float = 0.95, resamples: int = 2_000, seed: int = 0
) -> Interval:
    """Return the percentile bootstrap interval of a mean.

    As many values as there are get drawn with replacement, many times; the interval holds the middle share
    of the means (Efron, Tibshirani: "An Introduction to the Bootstrap", 1993, chapter 13).

    Args:
        values: One for each query; at least one.
        confidence: Share of the resampled means inside, in (0, 1).
        resamples: How often the values are drawn.
        seed: The same seed gives the same interval.

    Raises:
        ValueError: There is no value, or a number is out of its range.

    Example:
        >>> bootstrap_interval([0.5, 0.5, 0.5])
        Interval(low=0.5, high=0.5)
    """
    _check(values, confidence, resamples)
    if len(values) == 1:
        # scipy draws from two values at least.
        return Interval(float(values[0]), float(values[0]))
    found = stats.bootstrap(
        [np.asarray(values, dtype=np.float64)],
        np.mean,
        n_resamples=resamples,
        confidence_level=confidence,
        # BCa has no interval where all values are equal, as perfect queries are.
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Interval(float(found.low), float(found.high))


def compare_paired(
    candidate: Sequence[float],
    live: Sequence[float],
    *,
    confidence: float = 0.95,
    resamples: int = 5_000,
    seed: int = 0,
) -> Comparison:
    """Compare two versions query by query.

    The interval is the percentile bootstrap of the mean difference. The p-value is that of the two-sided
    paired randomisation test, in which each query's two values change places by the toss of a coin (Smucker,
    Allan, Carterette: "A Comparison of Statistical Significance Tests for Information Retrieval Evaluation",
    CIKM 2007). Of few queries all tosses are counted out.

    Args:
        candidate: One value for each query; at least one.
        live: The live version's values of the same queries in the same order.
        confidence: Share of the resampled differences inside the interval, in (0, 1).
        resamples: How often is drawn and tossed; no p-value is below 1/`resamples`.
        seed: The same seed gives the same comparison.

    Raises:
        ValueError: The two don't have as many values, or there is none, or a number is out of its range.

    Example:
        >>> compare_paired([1.0, 0.0], [1.0, 0.0])["p_value"]
        1.0
    """
    differences = _subtract(candidate, live)
    _check(candidate, confidence, resamples)
    low, high = bootstrap_interval(
        differences.tolist(), confidence=confidence, resamples=resamples, seed=seed
    )
    return Comparison(
        difference=float(differences.mean()),
        low=low,
        high=high,
        p_value=_toss(differences, resamples, seed),
        queries=differences.size,
    )


def average_change(candidate: Sequence[float], live: Sequence[float]) -> float:
    """Return the `difference` of `compare_paired` alone, without the many draws that the rest of it takes.

    Args:
        candidate: One value for each query; at least one.
        live: The live version's values of the same queries in the same order.

    Raises:
        ValueError: The two don't have as many values, or there is none.

    Example:
        >>> average_change([1.0, 0.5], [0.5, 0.5])
        0.25
    """
    return float(_subtract(candidate, live).mean())


def _subtract(candidate: Sequence[float], live: Sequence[float]) -> npt.NDArray[np.float64]:
    if len(candidate) != len(live):
        raise ValueError(f"both must have the same queries, got {len(candidate)} and {len(live)} values")
    _require_values(candidate)
    return np.asarray(candidate, dtype=np.float64) - np.asarray(live, dtype=np.float64)


def _toss(differences: npt.NDArray[np.float64], resamples: int, seed: int) -> float:
    """Return how often tosses of a coin alone make a mean difference at least as large."""
    if differences.size == 1:
        # Either toss makes the same one; scipy tosses for two values at least.
        return 1.0
    # Of one sample, scipy turns the signs: what changing places does to a difference.
    tossed = stats.permutation_test(
        [differences],
        lambda signed, axis: np.abs(signed.mean(axis=axis)),
        permutation_type="samples",
        alternative="greater",
        n_resamples=resamples,
        rng=np.random.default_rng(seed),
    )
    return float(tossed.pvalue)


def _check(values: Sequence[float], confidence: float, resamples: int) -> None:
    _require_values(values)
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be in (0, 1), got {confidence}")
    if resamples < 1:
        raise ValueError(f"resamples must be at least 1, got {resamples}")


def _require_values(values: Sequence[float]) -> None:
    if not len(values):
        raise ValueError("there is no value to draw from")
