"""How long the platform's own work may take before it is ended; docs/reference/time-limits.md lists all.

Whatever hangs must not hold up what comes after it, and whatever only takes long must not be ended and begun
again for ever. So a limit inside of another one is the shorter, and those of batches grow with their size.
"""

from datetime import timedelta
from typing import Final

from processors.settings import Settings

# What the slowest machine that was measured embeds, with half of it to spare.
_SLOWEST_TEXTS_PER_S: Final = 12
_SPARE: Final = timedelta(minutes=10)

SHORT: Final = timedelta(minutes=15)
"""For a task that moves, parses or writes one batch, or asks one source."""

LONG: Final = timedelta(hours=2)
"""For a task that reads all documents, or deletes what is old."""


def limit_embedding(settings: Settings) -> timedelta:
    """Return how long the embedding of a micro-batch may take: each of its events may be a new text.

    Example:
        >>> limit_embedding(Settings.model_construct(max_events_per_run=36_000))
        datetime.timedelta(seconds=3600)
    """
    return _SPARE + timedelta(seconds=settings.max_events_per_run / _SLOWEST_TEXTS_PER_S)


def limit_rebuild(settings: Settings) -> timedelta:
    """Return how long a run may take that builds a version, with its gate and its reading in the shadow."""
    return timedelta(hours=settings.rebuild_hours, seconds=settings.shadow_seconds)


def limit_watch(settings: Settings) -> timedelta:
    """Return how long a run may take that watches the cluster: what it finds at first is listed before."""
    return SHORT + timedelta(seconds=settings.watch_seconds)
