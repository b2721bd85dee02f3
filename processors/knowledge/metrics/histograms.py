"""Native histograms of Prometheus as numbers: their average, and quantiles estimated from their buckets."""

import math
from collections.abc import Sequence
from typing import Any, Final

from processors.knowledge.metrics.points import read_number
from processors.knowledge.metrics.units import format_value

QUANTILES: Final = (0.5, 0.95)


def read_average(histogram: Any) -> float | None:
    """Return the mean of what a histogram counted, NaN if it counted nothing, None if it can't be read.

    Example:
        >>> read_average({"count": "10", "sum": "3.5"}), read_average({"count": "0", "sum": "0"})
        (0.35, nan)
    """
    count, total = read_count(histogram), _read_number(histogram, "sum")
    if count is None or total is None:
        return None
    return total / count if count else math.nan


def read_count(histogram: Any) -> float | None:
    """Return how many values a histogram counted, None if it doesn't say."""
    return _read_number(histogram, "count")


def estimate_quantile(histogram: Any, share: float) -> float | None:
    """Return the value that a share of a histogram's values doesn't exceed; None where no bucket tells.

    The values are taken to lie evenly within their bucket.

    Args:
        histogram: `{"count", "sum", "buckets"}`, each bucket `[rule, left, right, count]`, lowest first.
        share: Between 0 and 1.

    Example:
        >>> estimate_quantile({"buckets": [[0, "0", "1", "5"], [0, "1", "2", "5"]]}, 0.75)
        1.5
    """
    buckets = [_read_bucket(bucket) for bucket in _list_buckets(histogram)]
    sound = sorted(bucket for bucket in buckets if bucket is not None)
    wanted = share * sum(count for _, _, count in sound)
    for left, right, count in sound:
        if count >= wanted and count:
            return left + (right - left) * wanted / count
        wanted -= count
    return None


def _list_buckets(histogram: Any) -> Sequence[Any]:
    buckets = histogram.get("buckets") if isinstance(histogram, dict) else None
    return buckets if isinstance(buckets, list) else []


def _read_bucket(bucket: Any) -> tuple[float, float, float] | None:
    if not isinstance(bucket, list) or len(bucket) < 4:
        return None
    left, right, count = (read_number(part) for part in bucket[1:4])
    if left is None or right is None or count is None or count < 0:
        return None
    # The outermost buckets may be open; their inner bound is all that is known of them.
    bounds = [bound for bound in (left, right) if math.isfinite(bound)]
    return (min(bounds), max(bounds), count) if bounds and math.isfinite(count) else None


def _read_number(histogram: Any, name: str) -> float | None:
    return read_number(histogram.get(name)) if isinstance(histogram, dict) else None


def describe_quantiles(histogram: Any, unit: str) -> str:
    """Return a sentence about a histogram's quantiles, nothing if its buckets don't tell them.

    Example:
        >>> describe_quantiles({"count": "10", "buckets": [[0, "0.1", "0.2", "10"]]}, "seconds")
        'Of 10 values half were at most about 150 ms, 95 % at most about 195 ms, by its buckets.'
    """
    half, most = (estimate_quantile(histogram, share) for share in QUANTILES)
    count = read_count(histogram)
    if half is None or most is None or count is None:
        return ""
    return (
        f"Of {count:.6g} values half were at most about {format_value(half, unit)}, "
        f"95 % at most about {format_value(most, unit)}, by its buckets."
    )
