"""Kubernetes' objects and events in, chunks out: the state of an object, or an event, in sentences."""

import shlex
from datetime import datetime
from typing import Any, Final

from processors.knowledge.chunk import ENDED
from processors.knowledge.chunk_factory import Description, Reading
from processors.knowledge.faults import note_fault
from processors.knowledge.fields import Object, take_text
from processors.knowledge.kubernetes.audit import is_audit, read_audit
from processors.knowledge.kubernetes.describers import DESCRIBERS
from processors.knowledge.kubernetes.events import (
    describe_event,
    find_subject,
    judge_event,
    label_event,
    read_span,
)
from processors.knowledge.kubernetes.frames import DELETED, Frame, read_frames
from processors.knowledge.kubernetes.names import describe_object, find_service, guess_service
from processors.knowledge.kubernetes.states import describe_gone, describe_state
from processors.knowledge.record import Record
from processors.knowledge.times import read_clock
from processors.knowledge.untrusted import PoisonError

SOURCE: Final = "kubernetes"
LAST_KNOWN: Final = "last_known"
"""Header of a deletion: what was told of the object last."""

# Others give the names of these kinds to objects of their own.
_GROUPS: Final = frozenset(
    {
        "", "apps", "batch", "autoscaling", "storage.k8s.io", "discovery.k8s.io", "networking.k8s.io",
        "extensions", "events.k8s.io", "audit.k8s.io",
    }
)  # fmt: skip


def describe_kubernetes(record: Record) -> Reading:
    """Return what is told of a record's events and objects; a later record of the same one replaces it.

    Nothing is told of kinds that aren't known. Nor is the deletion of an event: that the cluster has
    forgotten it doesn't make it untrue.

    Args:
        record: An object as the API gives it, alone, in a list, in a frame of a watch or as exporters write
            it. The header `type` says `DELETED` if it is gone, the header `cluster` names the cluster.

    Raises:
        PoisonError: The record is no JSON, holds nothing of Kubernetes, or nothing in it has a name.
    """
    told: list[Description] = []
    faults: list[str] = []
    poison: list[PoisonError] = []
    frames = read_frames(record, faults)
    for number, frame in enumerate(frames):
        try:
            told += _describe(frame, record)
        except PoisonError as error:
            poison.append(error)
            note_fault(faults, f"object {number} of {len(frames)}", str(error))
    # One of many that can't be told takes no other along.
    if poison and not told:
        raise poison[0]
    return Reading(told, faults)


def _describe(frame: Frame, record: Record) -> list[Description]:
    object_: Object | None = frame.object
    kind, group = take_text(object_, "kind"), take_text(object_, "apiVersion").rpartition("/")[0]
    if group not in _GROUPS or (kind == "Event" and frame.type == DELETED):
        return []
    if is_audit(frame.object):
        object_ = read_audit(frame.object)
    if object_ is None or (kind != "Event" and kind not in DESCRIBERS):
        return []
    describe = _describe_event if kind == "Event" else _describe_state
    return [describe(object_, frame, record, read_clock(record["timestamp_ms"]))]


def _describe_state(object_: Object, frame: Frame, record: Record, now: datetime) -> Description:
    meta, kind = _read_names(object_), object_["kind"]
    object_ = {**object_, "metadata": {**object_["metadata"], **meta}}
    is_gone = frame.type == DELETED
    if is_gone:
        state = describe_gone(object_, now, record["headers"].get(LAST_KNOWN, ""))
    else:
        state = describe_state(object_, now, is_changed=frame.type == "MODIFIED")
    identity = meta["uid"] or (frame.cluster, kind, meta["namespace"], meta["name"])
    return Description(
        kind="k8s_state",
        identity=("k8s_state", identity),
        document=_name_document(frame.cluster, kind, meta),
        source=SOURCE,
        title=describe_object(object_)[:160],
        text=state.text,
        gist=state.gist,
        began_at=state.began_at.isoformat(),
        observed_at=state.observed_at.isoformat(),
        service=find_service(object_),
        namespace=meta["namespace"],
        cluster=frame.cluster,
        severity=state.severity,
        labels=state.labels,
        values=[*([meta["uid"]] if meta["uid"] else []), *([ENDED] if is_gone else [])],
        cite=_cite(object_, {**meta, "kind": kind}, record, by_events=is_gone),
    )


def _describe_event(event: Object, frame: Frame, record: Record, now: datetime) -> Description:
    about = find_subject(event)
    first, last = read_span(event, now)
    words: dict[str, Any] = describe_event(event, about, first, last)
    meta = event["metadata"]
    uid, name = take_text(meta, "uid"), take_text(meta, "name")
    # An event without a name is told apart by what it says of what, and when.
    identity = uid or (
        frame.cluster,
        take_text(meta, "namespace"),
        name or (words["gist"], first.isoformat()),
    )
    return Description(
        kind="k8s_event",
        identity=("k8s_event", identity),
        document=_name_document(frame.cluster, about["kind"], about),
        source=SOURCE,
        **words,
        began_at=first.isoformat(),
        observed_at=last.isoformat(),
        service=guess_service(about["kind"], about["name"]),
        namespace=about["namespace"],
        cluster=frame.cluster,
        severity=judge_event(event),
        labels=label_event(event, about),
        values=[of_about] if (of_about := take_text(about, "uid")) else [],
        cite=_cite(event, about, record, by_events=True),
    )


def _read_names(object_: Object) -> dict[str, str]:
    """Return namespace, name and uid of an object, which are texts then.

    Raises:
        PoisonError: It has no name.
    """
    meta = {field: take_text(object_, "metadata", field) for field in ("namespace", "name", "uid")}
    if not meta["name"]:
        raise PoisonError(f"the {object_['kind']} has no name")
    return meta


def _name_document(cluster: str, kind: str, meta: dict[str, Any]) -> tuple[object, ...]:
    """An object's state and the events about it are of one document."""
    return ("kubernetes", cluster, kind, meta["namespace"], meta["name"])


def _cite(object_: Object, about: Object, record: Record, *, by_events: bool) -> dict[str, Any]:
    """Say how to find the thing again; of what is gone, or only happened, the events are left."""
    of_kind = about["kind"].lower()
    namespace = ["-n", about["namespace"]] if about["namespace"] else []
    events = ["events", "--for", f"{of_kind}/{about['name']}"]
    look = events if by_events else ["get", of_kind, about["name"], "-o", "yaml"]
    meta = object_["metadata"]
    return {
        "type": "kubernetes",
        "kind": object_["kind"],
        "namespace": take_text(meta, "namespace"),
        "name": take_text(meta, "name"),
        "uid": take_text(meta, "uid"),
        "resource_version": take_text(meta, "resourceVersion"),
        "cluster_uid": record["headers"].get("cluster_uid", ""),
        "command": shlex.join(["kubectl", *namespace, *look]),
    }
