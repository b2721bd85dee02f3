"""An object's state in words: what it is like, that it is being deleted, or that it is gone."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from processors.knowledge.fields import Object, take_object, take_objects, take_text, take_texts
from processors.knowledge.kubernetes.describers import DESCRIBERS
from processors.knowledge.kubernetes.names import describe_object, find_owner, list_owners
from processors.knowledge.kubernetes.words import (
    StateDescription,
    Verdict,
    read_moments,
    say_moment,
    say_names,
    say_when,
)
from processors.knowledge.times import read_moment

# A deletion that takes longer than its time of grace and this is held by something.
_GRACE: Final = timedelta(seconds=30)
# Their fields were written by the cluster itself.
_MANAGERS_OF_CLUSTER: Final = ("kube-", "kubelet", "k3s", "cloud-controller")


class State(NamedTuple):
    """What an object's chunk says."""

    text: str
    gist: str
    severity: str
    began_at: datetime
    observed_at: datetime
    labels: dict[str, str]


def describe_state(object_: Object, now: datetime, *, is_changed: bool) -> State:
    """Return what is told of an object that is there.

    Args:
        object_: Of a kind that is told of.
        now: The broker's time of its record.
        is_changed: The record says that it was just changed, which many objects don't say themselves.
    """
    told = _add_deletion(object_, DESCRIBERS[object_["kind"]](object_, now), now)
    moments = [moment for moment in told.moments if moment <= now]
    changed, said = _read_change(object_, now)
    if changed is None and is_changed and not take_objects(object_, "status", "conditions"):
        changed = now
    name = describe_object(object_)
    return State(
        text="\n".join((f"{name} {told.verdict.predicate}.", *told.details, *said)),
        gist=f"{name} {told.verdict.gist}.",
        severity=told.verdict.severity,
        began_at=min(moments, default=changed or now),
        observed_at=max([*moments, *([changed] if changed else [])], default=now),
        labels=_label(object_, {**told.labels, **_label_change(object_, now)}),
    )


def describe_gone(object_: Object, now: datetime, last_known: str) -> State:
    """Return what is told of an object that is gone.

    Args:
        object_: The last that is known of it, at least its names.
        now: The broker's time of the record that says so.
        last_known: What was told of it last, if the object itself doesn't show it any more.
    """
    name = describe_object(object_)
    gone = min(*read_moments(now, object_["metadata"].get("deletionTimestamp")), now, now)
    told = DESCRIBERS[object_["kind"]](object_, now)
    is_known = bool(take_object(object_, "status") or take_object(object_, "spec"))
    known = f"it {told.verdict.predicate}." if is_known else last_known
    last = f" The last that was known of it: {known}" if known else ""
    lines = [
        f"{name} was deleted at {say_moment(gone)}.{last}",
        *(told.details if is_known else ()),
    ]
    moments = [moment for moment in told.moments if moment <= gone]
    return State(
        text="\n".join(lines),
        gist=f"{name} was deleted.{f' It {told.verdict.gist}.' if is_known else ''}",
        severity="info",
        began_at=min(moments, default=gone),
        observed_at=gone,
        labels={**_label(object_, told.labels if is_known else {}), "deleted": "True"},
    )


def _add_deletion(object_: Object, told: StateDescription, now: datetime) -> StateDescription:
    """Put first that an object is being deleted: since when, and by what it is held."""
    stated = object_["metadata"].get("deletionTimestamp")
    due = read_moment(stated, now)
    if due is None:
        return told
    finalizers = say_names(
        [*take_texts(object_, "metadata", "finalizers"), *take_texts(object_, "spec", "finalizers")]
    )
    is_held = now - due > _GRACE
    held = f", held by finalizer {finalizers}" if finalizers else _say_unconfirmed(object_) if is_held else ""
    since = say_when(stated, now, "since")
    verdict = Verdict(
        predicate=f"is being deleted{since}{held}; it {told.verdict.predicate}",
        gist=f"is being deleted{held}",
        severity="warning" if is_held else "info",
    )
    moments = [*told.moments, *read_moments(now, stated)]
    return told._replace(verdict=verdict, moments=moments)


def _say_unconfirmed(object_: Object) -> str:
    node = take_text(object_, "spec", "nodeName")
    if object_["kind"] == "Pod" and node:
        return f", which node {node} has not confirmed"
    return ", which has not ended"


def _label_change(object_: Object, now: datetime) -> dict[str, str]:
    """Return when an object was made, and when and by what it was changed last."""
    made = read_moments(now, object_["metadata"].get("creationTimestamp"))
    changes = _list_changes(object_, now)
    moment, manager = max(changes) if changes else (None, "")
    return {
        "made_at": made[0].isoformat() if made else "",
        "changed_at": moment.isoformat() if moment else "",
        "changed_by": manager,
        "generation": take_text(object_, "metadata", "generation"),
    }


def _list_changes(object_: Object, now: datetime) -> list[tuple[datetime, str]]:
    """Return when something other than the cluster itself changed what an object is to be, and what did."""
    return [
        (moment, take_text(entry, "manager"))
        for entry in take_objects(object_, "metadata", "managedFields")
        if not entry.get("subresource") and not take_text(entry, "manager").startswith(_MANAGERS_OF_CLUSTER)
        for moment in read_moments(now, entry.get("time"))
        if moment <= now
    ]


def _read_change(object_: Object, now: datetime) -> tuple[datetime | None, list[str]]:
    """Return when somebody last changed what an object is to be, and a sentence about it."""
    changes = _list_changes(object_, now)
    if not changes:
        return None, []
    moment, manager = max(changes)
    return moment, [f"It was last changed at {say_moment(moment)} by {manager or 'somebody'}."]


def _label(object_: Object, labels: dict[str, str]) -> dict[str, str]:
    """Return the figures of an object, and what it belongs to, for whoever follows relations."""
    owner = find_owner(object_)
    owners = [take_text(reference, "uid") for reference in list_owners(object_)]
    facts = {
        **labels,
        "owner": "/".join(owner) if owner else "",
        "owner_uids": ",".join(filter(None, owners)),
    }
    return {name: value for name, value in facts.items() if value}
