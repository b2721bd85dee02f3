"""What is left of a limit, and the headers by which OpenAI's API tells it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Bucket:
    """What is left of a limit."""

    name: str
    limit: int
    remaining: int
    reset: float
    """Seconds until all of it is there again."""
    wait: float
    """Seconds until something of it is there."""


def describe_buckets(buckets: Iterable[Bucket]) -> dict[str, str]:
    """Return the headers by which OpenAI tells what is left.

    Example:
        >>> describe_buckets([Bucket("requests", 60, 59, 1.0, 0.0)])["x-ratelimit-remaining-requests"]
        '59'
    """
    headers = {}
    for bucket in buckets:
        headers[f"x-ratelimit-limit-{bucket.name}"] = str(bucket.limit)
        headers[f"x-ratelimit-remaining-{bucket.name}"] = str(bucket.remaining)
        headers[f"x-ratelimit-reset-{bucket.name}"] = show_seconds(bucket.reset)
    return headers


def show_seconds(seconds: float) -> str:
    """Return a time as OpenAI's headers have it.

    Example:
        >>> show_seconds(0.02), show_seconds(1.5), show_seconds(361.2)
        ('20ms', '1.5s', '6m1s')
    """
    if seconds < 1:
        return f"{math.ceil(seconds * 1000)}ms"
    if seconds < 60:
        return f"{math.ceil(seconds * 10) / 10:g}s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest}s"
