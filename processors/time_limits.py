"""How long the platform's own work may take before it is ended; docs/reference/time-limits.md lists all.

Whatever hangs must not hold up what comes after it, and whatever only takes long must not be ended and begun
again for ever. So a limit inside of another one is the shorter, and those of batches grow with their size.
"""

from datetime import timedelta
from typing import Final

from processors.settings import Settings
from processors.settings.processing import Events
from processors.settings.sources import Kubernetes

# What the slowest machine that was measured embeds, with half of it to spare.
_SLOWEST_TEXTS_PER_S: Final = 12
_SPARE: Final = timedelta(minutes=10)

SHORT: Final = timedelta(minutes=15)
"""For a task that moves, parses or writes one batch, or asks one source."""

LONG: Final = timedelta(hours=2)
"""For a task that reads all documents, or deletes what is old."""


def limit_embedding(events: Events) -> timedelta:
    """Return how long the embedding of a micro-batch may take: each of its events may be a new text.

    Example:
        >>> limit_embedding(Events.model_construct(max_per_run=36_000))
        datetime.timedelta(seconds=3600)
    """
    return _SPARE + timedelta(seconds=events.max_per_run / _SLOWEST_TEXTS_PER_S)


def limit_rebuild(settings: Settings) -> timedelta:
    """Return how long a run may take that builds a version, with its gate and its reading in the shadow."""
    return timedelta(hours=settings.versions.rebuild_hours, seconds=settings.shadow.seconds)


def limit_watch(kubernetes: Kubernetes) -> timedelta:
    """Return how long a run may take that watches the cluster: what it finds at first is listed before."""
    return SHORT + timedelta(seconds=kubernetes.watch_seconds)
