"""How a short series went: its slope, and the moment it changed its level, both without fear of outliers.

Why not by `scipy.stats`, with figures: docs/dependencies.md. The tests compare with it.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SLOPE_SIGNIFICANT: Final = 0.001
# Pettitt's test has little power near the ends, where the newest change is.
_STEP_SIGNIFICANT: Final = 0.005
_FEWEST: Final = 8


class Slope(NamedTuple):
    """A line through a series: what it gains per second, and what that leaves unexplained."""

    per_second: float
    left_over: float


class Step(NamedTuple):
    """A change of level before the point at `place`, and what two levels leave unexplained."""

    place: int
    before: float
    after: float
    left_over: float


def find_slope(times: Floats, values: Floats) -> Slope | None:
    """Return the slope of Theil and Sen, or None where the series doesn't rise or fall for certain.

    The median of the slopes between all pairs of points (Sen: "Estimates of the regression coefficient based
    on Kendall's tau", 1968). That there is a slope at all is tested as Mann (1945) and Kendall did, with the
    correction for ties, at 0.1 %.

    Args:
        times: Seconds.
        values: As many values.

    Example:
        >>> find_slope(np.arange(20.0), np.arange(20.0) * 3).per_second
        3.0
        >>> find_slope(np.arange(20.0), np.tile([1.0, 2.0], 10)) is None
        True
    """
    count = len(values)
    if count < _FEWEST:
        return None
    first, second = np.triu_indices(count, 1)
    rises = values[second] - values[first]
    ties = np.unique(values, return_counts=True)[1]
    spread = (count * (count - 1) * (2 * count + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    total = float(np.sign(rises).sum())
    if spread <= 0 or _two_sided(max(abs(total) - 1, 0) / np.sqrt(spread)) > _SLOPE_SIGNIFICANT:
        return None
    slope = float(np.median(rises / (times[second] - times[first])))
    rest = values - slope * times
    return Slope(slope, _deviate(rest))


def _two_sided(deviations: float) -> float:
    """Return a bound of the probability of so many standard deviations or more, to either side."""
    return float(2 * np.exp(-(deviations**2) / 2))


def find_step(values: Floats) -> Step | None:
    """Return where the level changed, or None where it didn't for certain.

    That it changed at all is tested as in Pettitt: "A non-parametric approach to the change-point problem",
    1979, at 0.5 %: by how many pairs the values before a place are smaller or larger than those after it.
    Where the numbers on both sides are unequal, the most one-sided place is drawn towards the middle; so the
    place is the one at which two medians leave the least unexplained.

    Example:
        >>> find_step(np.repeat([1.0, 5.0], 20)).place
        20
    """
    count = len(values)
    if count < _FEWEST:
        return None
    signs = np.sign(values[None, :] - values[:, None])
    sided = np.abs([signs[:place, place:].sum() for place in range(1, count)])
    most = float(sided.max())
    if 2 * np.exp(-6 * most**2 / (count**3 + count**2)) > _STEP_SIGNIFICANT:
        return None
    left_over = [_deviate(values[:place]) + _deviate(values[place:]) for place in range(1, count)]
    place = int(np.argmin(left_over)) + 1
    before, after = float(np.median(values[:place])), float(np.median(values[place:]))
    return Step(place, before, after, left_over[place - 1])


def _deviate(values: Floats) -> float:
    return float(np.abs(values - np.median(values)).sum())
