"""Counters, which only grow: a fall is a restart, after which they begin anew."""

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_WORD_BEFORE_BRACKET: Final = re.compile(r"\b(\w{1,50})\s{0,5}\(")
_SELECTED: Final = re.compile(r"\{[^{}]{0,2000}\}|\[[^\[\]]{0,50}\]")
_ARITHMETIC: Final = re.compile(r"[-+*/%^<>=!]")
# What is made of counters by these is a counter; a rate is none.
_KEEPING: Final = frozenset(
    {"sum", "max", "min", "avg", "by", "without", "topk", "bottomk", "sort", "sort_desc", "last_over_time"}
)
# Gauges are named like this as well, such as `pg_stat_activity_count`.
_AMBIGUOUS: Final = ("_count", "_sum", "_bucket")
# A counter that begins anew begins near nothing; a gauge falls to wherever it falls.
_ANEW: Final = 0.1


def is_counter(metric: str, query: str, values: Floats) -> bool:
    """Tell whether a series is a raw counter, by its name or, where that may mean a gauge, by its course.

    Args:
        metric: Its name; PromQL's functions drop it.
        query: The PromQL that was asked.
        values: Finite ones, oldest first.

    Example:
        >>> grown = np.array([1.0, 5.0, 9.0])
        >>> is_counter("jobs_total", "jobs_total", grown), is_counter("", "sum(jobs_total)", grown)
        (True, True)
        >>> is_counter("jobs_total", "rate(jobs_total[5m])", grown), is_counter("memory", "memory", grown)
        (False, False)
        >>> is_counter("pods_count", "pods_count", np.array([9.0, 8.0, 9.0]))
        False
    """
    bare = _SELECTED.sub("", query)
    functions = {name.lower() for name in _WORD_BEFORE_BRACKET.findall(bare)}
    if functions - _KEEPING or _ARITHMETIC.search(bare):
        return False
    name = metric or next((word for word in re.findall(r"\w+", bare) if word.endswith("_total")), "")
    if name.endswith("_total"):
        return True
    fallen = find_resets(values)
    grows = len(values) > 1 and values.max() > values.min()
    return name.endswith(_AMBIGUOUS) and grows and bool((values[fallen] <= _ANEW * values[fallen - 1]).all())


def find_resets(values: Floats) -> NDArray[np.intp]:
    """Return the places at which a counter began anew.

    Example:
        >>> find_resets(np.array([3.0, 5.0, 0.0, 2.0])).tolist()
        [2]
    """
    return np.flatnonzero(np.diff(values) < 0) + 1


def join_restarts(values: Floats) -> Floats:
    """Return what a counter would stand at if it had never begun anew.

    Example:
        >>> join_restarts(np.array([3.0, 5.0, 0.0, 2.0])).tolist()
        [3.0, 5.0, 5.0, 7.0]
    """
    lost = np.zeros(len(values))
    places = find_resets(values)
    lost[places] = values[places - 1]
    return np.asarray(values + np.cumsum(lost))


def measure_growth(times: Floats, values: Floats) -> Floats:
    """Return what a counter gains a second up to each point.

    The first point's is taken from the second. What was counted just before a restart is lost, so the point
    after one has that of the point before.

    Example:
        >>> times = np.array([0.0, 10.0, 20.0, 30.0])
        >>> measure_growth(times, np.array([3.0, 5.0, 0.0, 4.0])).tolist()
        [0.2, 0.2, 0.2, 0.4]
    """
    if len(values) < 2:
        return np.zeros(len(values))
    growth = np.diff(values) / np.diff(times)
    growth = np.concatenate((np.maximum(growth[:1], 0.0), growth))
    for place in find_resets(values):
        growth[place] = growth[place - 1]
    return growth
