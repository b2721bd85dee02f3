"""What is wrong for long without anybody suffering from it is no news."""

from datetime import timedelta
from typing import Final

from processors.knowledge.incidents.health import age
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.world import World

LONG: Final = timedelta(hours=24)
"""What nobody has complained of for so long is how things are."""


def is_news(world: World, ref: Ref) -> bool:
    """Tell whether an object was made or changed lately."""
    return age(world, ref) <= LONG
