"""What is wrong for long without anybody suffering from it is no news."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from processors.knowledge.incidents.health import age, is_stale
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.world import World

_CALM: Final = ("", "info", "debug", "none")

LONG: Final = timedelta(hours=24)
"""What nobody has complained of for so long is how things are."""


def is_news(world: World, ref: Ref) -> bool:
    """Tell whether an object was made or changed lately."""
    return age(world, ref) <= LONG


def is_felt(world: World, ref: Ref) -> bool:
    """Tell whether an object is new, or something in its namespace complains now."""
    return is_news(world, ref) or any(
        place == (ref.cluster, ref.namespace) for place in _list_complaints(world)
    )


def _list_complaints(world: World) -> Iterator[tuple[str, str]]:
    """Yield where logs or alerts tell of trouble, or events that aren't stale."""
    for seen in world.others:
        if seen["kind"] in ("log_pattern", "alert") and seen["severity"] not in _CALM:
            yield seen["cluster"], seen["namespace"]
    for about, events in world.events.items():
        if any(one["severity"] not in _CALM and not is_stale(world, one, about) for one in events):
            yield about.cluster, about.namespace
