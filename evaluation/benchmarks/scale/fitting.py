"""Costs as a power of the size, `cost = factor * size ** slope`: a straight line of their logarithms."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np


class Law(NamedTuple):
    """How a cost grows.

    Attributes:
        factor: The cost at size 1, in the cost's unit.
        slope: 0: it doesn't grow; 1: ten times the chunks cost ten times as much.
    """

    factor: float
    slope: float

    def predict(self, size: float) -> float:
        """Return the cost at a size."""
        return float(self.factor * size**self.slope)


def fit_law(costs: Mapping[int, float]) -> Law:
    """Return the law that lies closest to the costs, by least squares of their logarithms.

    Args:
        costs: Size to cost; at least two, all above 0.

    Raises:
        ValueError: There are fewer than two sizes, or a cost is not above 0.

    Example:
        >>> law = fit_law({10: 20.0, 100: 200.0, 1000: 2000.0})
        >>> round(law.slope, 6), round(law.predict(10_000))
        (1.0, 20000)
    """
    if len(costs) < 2 or min(costs.values()) <= 0:
        raise ValueError(f"a law needs two sizes and costs above 0: {dict(costs)}")
    slope, logarithm = np.polyfit(np.log(list(costs)), np.log(list(costs.values())), 1)
    return Law(float(np.exp(logarithm)), float(slope))


def miss(law: Law, size: int, seen: float) -> float:
    """Return how far a law's prediction is from what was seen, as a share of that; above 0: it said too much.

    Args:
        law: Of the cost.
        size: At which it was measured.
        seen: The cost there.

    Example:
        >>> miss(Law(2.0, 1.0), 100, 160.0)
        0.25
    """
    return law.predict(size) / seen - 1
