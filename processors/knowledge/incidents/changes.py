"""What changed just before: the template of a workload beside the one before, and who changed an object."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from processors.knowledge.incidents.health import count, read_time
from processors.knowledge.incidents.incident import Change, Ref
from processors.knowledge.incidents.world import World
from processors.knowledge.kubernetes.differences import CHANGED, CHANGED_SEEN, say_differences
from processors.knowledge.kubernetes.facts import read_facts

_BEFORE: Final = timedelta(hours=24)
_AFTER: Final = timedelta(minutes=1)
_MOST: Final = 6
_NOT_OF_TEMPLATE: Final = ("desired", "selector")


def list_changes(world: World, objects: Iterable[Ref], until: datetime) -> list[Change]:
    """Return what changed of some objects, and of what they refer to, within a day before a moment.

    Args:
        world: All that is known.
        objects: Such as those of an incident.
        until: The moment, such as when the incident began.
    """
    related = dict.fromkeys(ref for one in objects for ref in (one, *_list_references(world, one)))
    found = [change for ref in related for change in _read_changes(world, ref)]
    near = [one for one in found if until - _BEFORE <= one.at <= until + _AFTER]
    return sorted(near, key=lambda one: (-one.at.timestamp(), one.object, one.says))[:_MOST]


def _list_references(world: World, ref: Ref) -> Iterator[Ref]:
    for fact in read_facts(world.labels(ref).get("uses", "")):
        kind, _, name = fact.partition("/")
        yield ref._replace(kind=kind, name=name)


def _read_changes(world: World, ref: Ref) -> Iterator[Change]:
    state = world.states.get(ref)
    if state is None:
        return
    labels = state["labels"]
    changed, by = read_time(labels.get("changed_at", "")), labels.get("changed_by", "")
    rollout = _compare_templates(world, ref)
    what = labels.get(CHANGED, "")
    seen = read_time(labels.get(CHANGED_SEEN, "")) or changed
    if rollout is not None:
        yield rollout
    elif what and seen:
        yield Change(ref.path, f"{ref} was changed{_say_by(by)}: {what}", seen, state["chunk_id"])
    elif changed and changed != read_time(labels.get("made_at", "")):
        cause = f" ({labels['change_cause']})" if labels.get("change_cause") else ""
        yield Change(ref.path, f"{ref} was changed{_say_by(by)}{cause}", changed, state["chunk_id"])


def _say_by(manager: str) -> str:
    return f" by {manager}" if manager else ""


def _compare_templates(world: World, ref: Ref) -> Change | None:
    """Return what the newest replica set of a deployment has otherwise than the one before it."""
    sets = [one for one in world.members.get(ref, []) if one.kind == "ReplicaSet"]
    sets.sort(key=lambda one: (count(world.labels(one), "revision"), one), reverse=True)
    if len(sets) < 2:
        return None
    new, old = (world.labels(one) for one in sets[:2])
    made = read_time(new.get("made_at", "")) or read_time(new.get("changed_at", ""))
    said = say_differences(old, new, without=_NOT_OF_TEMPLATE)
    if made is None or not said:
        return None
    cause = f" ({new['change_cause']})" if new.get("change_cause") else ""
    return Change(
        ref.path,
        f"{ref} was rolled out as revision {new.get('revision', 'unknown')}{cause}: {said}",
        made,
        world.states[sets[0]]["chunk_id"],
    )
