"""Whether an object is as it should be, and whether an old event still says anything of it."""

from datetime import datetime, timedelta
from typing import Final

from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.observation import Observation
from processors.knowledge.incidents.world import WORKLOADS, World

SETTLED: Final = timedelta(seconds=60)
"""What has been on its way for so long without being ready doesn't get on."""

RECENT_END: Final = timedelta(minutes=15)
"""So long after a container failed its pod counts as troubled, though it runs again."""

_REPEATED: Final = timedelta(hours=1)
_MANY: Final = 3


def read_time(text: str) -> datetime | None:
    """Return a time that a label holds, or None."""
    return datetime.fromisoformat(text) if text else None


def is_fine(world: World, ref: Ref) -> bool | None:
    """Tell whether an object is as it should be; None where its state can't say."""
    state = world.states.get(ref)
    if state is None:
        return None
    labels = state["labels"]
    if ref.kind == "Pod":
        if labels.get("phase") == "Succeeded":
            return True
        return labels.get("ready") == "True" and not has_failed_lately(world, ref)
    if ref.kind == "Job":
        return labels.get("outcome") == "Complete"
    if ref.kind in WORKLOADS and "desired" in labels:
        is_short = count(labels, "ready") < count(labels, "desired") or count(labels, "unavailable")
        return not is_short and not any(has_failed_lately(world, pod) for pod in list_pods(world, ref))
    if ref.kind == "Node":
        return labels.get("ready") == "True" and not labels.get("pressures") and not labels.get("cordoned")
    if ref.kind == "PersistentVolumeClaim":
        return labels.get("phase") == "Bound"
    return None


def has_failed_lately(world: World, pod: Ref) -> bool:
    """Tell whether a container of a pod ended badly a short while ago, or again and again."""
    labels = world.labels(pod)
    ended = read_time(labels.get("ended_at", ""))
    if ended is None or labels.get("exit_code") == "0":
        return False
    within = _REPEATED if count(labels, "restarts") >= _MANY else RECENT_END
    return world.now - ended <= within


def list_pods(world: World, maker: Ref) -> list[Ref]:
    """Return the pods of a workload, or of what it makes."""
    members = world.members.get(maker, [])
    return [member for member in members if member.kind == "Pod"]


def is_stale(world: World, event: Observation, about: Ref) -> bool:
    """Tell whether an event is about what is gone, was made anew, or is fine again.

    Args:
        world: All that is known.
        event: The event.
        about: The object that it happened to.
    """
    if about in world.gone:
        return True
    state = world.states.get(about)
    uid = event["labels"].get("object_uid")
    if state is not None and uid and state["cite"].get("uid") not in (uid, "", None):
        return True
    judged = is_fine(world, about)
    return (is_fine(world, world.find_maker(about)) if judged is None else judged) is True


def count(labels: dict[str, str], name: str) -> int:
    """Return a label that counts something, or nothing."""
    text = labels.get(name, "")
    return int(text) if text.isdecimal() else 0


def age(world: World, ref: Ref) -> timedelta:
    """Return for how long an object has been as it is to be: since it was made or changed last."""
    labels = world.labels(ref)
    changed = read_time(labels.get("changed_at", "")) or read_time(labels.get("made_at", ""))
    return world.now - changed if changed else timedelta.max
