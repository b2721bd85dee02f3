"""What ended an incident: the last change of its object while it was there."""

from collections.abc import Sequence
from datetime import datetime

from processors.knowledge.chunk import Chunk
from processors.knowledge.incidents.changes import list_changes
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.observation import Observation
from processors.knowledge.incidents.world import build_world


def find_help(observations: Sequence[Observation], incident: Chunk, now: datetime) -> str:
    """Return what changed of an incident's object since it began, in a sentence without its end, or nothing.

    Args:
        observations: Those by which it was found to be over; only they are told of.
        incident: Its passage.
        now: When they were read.
    """
    world = build_world(observations, now)
    kind, _, name = incident["labels"].get("object", "").partition("/")
    object_ = Ref(incident["cluster"], incident["namespace"], kind, name)
    if object_ in world.gone:
        return f"{object_} was deleted"
    began = datetime.fromisoformat(incident["began_at"])
    changes = list_changes(world, [object_], now)
    return next((change.says for change in changes if change.at >= began), "")
