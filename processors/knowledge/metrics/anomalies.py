"""Anomalies in a metric: how much further a value is from all that was seen before than any lately was.

A conformal nearest-neighbour detector, after Burnaev and Ishimtsev: "Conformalized density- and
distance-based anomaly detection in time-series data", 2016 (arXiv 1608.04585), with the left discords of Lu
and others: "Matrix Profile XXIV: Scaling Time Series Anomaly Detection to Trillions of Datapoints and
Ultra-fast Arriving Data Streams", KDD 2022, as the measure of strangeness. A point's novelty is the
distance of the values that end at it to their nearest neighbour among all values before. What repeats, a
daily peak for example, has a near neighbour and is no novelty; that takes no period and no model. The
novelty is then divided by the largest of the last `MEMORY` novelties. Above 1 the point is stranger than
each of them, which by exchangeability has a probability of at most 1/MEMORY where nothing has changed. That
is done twice, for the value alone and for the course of the last `COURSE` values, and averaged: the one
sees a level that never was, the other a known level at the wrong time.

Nothing looks ahead: the score of a point is the same whether or not later ones are known.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COURSE: Final = 16
"""How many values make a course."""
MEMORY: Final = 750
"""How many novelties a novelty is compared with."""
THRESHOLD: Final = 0.65
"""A score from which on a point is called unusual."""
LEARN: Final = 128
"""So many points are needed before the first score."""

_HISTORY: Final = 30_000
# The nearest of few neighbours is far by chance: such distances are no measure for later ones.
_FEW: Final = 64
# Below this share of the largest value a difference is arithmetic, not news.
_RESOLUTION: Final = 1e-6
# An episode is over when so many points in a row are usual.
_BACK: Final = 3
# A share of the usual range that a value may be outside and still count as back.
_MARGIN: Final = 0.1


def score_points(values: Floats) -> Floats:
    """Return the anomaly score of each point, from 0 (seen before) to 1; 0.5 equals the strangest lately.

    Args:
        values: Finite values at equal steps of time, oldest first. The first `LEARN` get 0.

    Example:
        >>> calm = np.sin(np.arange(300) / 5)
        >>> scores = score_points(np.append(calm, 3.0))
        >>> bool(scores[:-1].max() < THRESHOLD < scores[-1])
        True
    """
    ratios = (_compare(_measure_novelty(values, length), values) for length in (1, COURSE))
    ratio = sum(ratios, start=np.zeros(len(values))) / 2
    ratio[:LEARN] = 0.0
    return np.asarray(ratio / (1 + ratio))


def _measure_novelty(values: Floats, length: int) -> Floats:
    """Return the root mean square distance of each course to the nearest one that ended before it began."""
    novelty = np.zeros(len(values))
    if len(values) < length:
        return novelty
    courses = sliding_window_view(values, length)
    for place in range(length + _FEW - 1, len(courses)):
        earlier = courses[max(0, place - _HISTORY) : place - length + 1]
        differences = earlier - courses[place]
        nearest = np.einsum("ij,ij->i", differences, differences).min()
        novelty[place + length - 1] = np.sqrt(nearest / length)
    return novelty


def _compare(novelty: Floats, values: Floats) -> Floats:
    """Return each novelty divided by the largest of those before it."""
    lately = sliding_window_view(np.concatenate((np.zeros(MEMORY), novelty)), MEMORY)[: len(novelty)]
    smallest = _RESOLUTION * np.maximum.accumulate(np.abs(values)) + np.finfo(float).tiny
    return np.asarray(novelty / np.maximum(lately.max(axis=1), smallest))


def silence_repeats(scores: Floats, rest: int) -> Floats:
    """Return the scores with 0 for every point that is no stranger than one of the `rest` points before it.

    An anomaly lasts, and one alarm for it is enough: whoever was told of a score is told again when it is
    surpassed, or after a rest.

    Example:
        >>> silence_repeats(np.array([0.1, 0.9, 0.8, 0.9, 0.95]), 2).tolist()
        [0.1, 0.9, 0.0, 0.0, 0.95]
    """
    before = sliding_window_view(np.concatenate((np.full(rest, -np.inf), scores)), rest)[: len(scores)]
    return np.where(scores > before.max(axis=1), scores, 0.0)


class Episode(NamedTuple):
    """An anomaly: its first point, the point behind its last, how strange it is, and the range it left."""

    begin: int
    end: int
    score: float
    low: float
    high: float


def find_episodes(values: Floats) -> list[Episode]:
    """Return the anomalies of a series, oldest first; the last one ends at `len(values)` if it goes on.

    An episode begins at a point whose score reaches `THRESHOLD` and goes on until some points in a row are
    back within what was usual before it. An unusual course of usual values is an episode of one point.

    Example:
        >>> calm = np.sin(np.arange(300) / 5)
        >>> [(e.begin, e.end) for e in find_episodes(np.concatenate((calm, [3.0, 3.1, 3.0], calm[:20])))]
        [(300, 303)]
    """
    scores = score_points(values)
    episodes: list[Episode] = []
    for begin in np.flatnonzero(scores >= THRESHOLD).tolist():
        if episodes and begin < episodes[-1].end:
            continue
        low, high = find_range(values[:begin])
        margin = _MARGIN * (high - low)
        outside = (values[begin:] < low - margin) | (values[begin:] > high + margin)
        back = sliding_window_view(np.append(outside, [False] * _BACK), _BACK).any(axis=1)
        end = begin + max(1, int(np.argmin(back)) if not back.all() else len(outside))
        episodes.append(Episode(begin, end, float(scores[begin:end].max()), low, high))
    return episodes


def find_range(values: Floats) -> tuple[float, float]:
    """Return between which values a series usually is: 98 % of it."""
    low, high = np.quantile(values, [0.01, 0.99], method="closest_observation")
    return float(low), float(high)


def find_extreme(values: Floats, low: float, high: float) -> float:
    """Return the value that is furthest from a range.

    Args:
        values: At least one, shape (n_points,), in the unit of the series.
        low: The range's lowest value.
        high: The range's highest value.

    Example:
        >>> find_extreme(np.array([9.0, 30.0, -5.0]), 0.0, 10.0)
        30.0
    """
    return float(values[np.argmax(np.maximum(values - high, low - values))])
