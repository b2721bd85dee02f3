"""Kubernetes' objects and events in, chunks out: the state of an object, or an event, in sentences."""

import shlex
from datetime import datetime
from typing import Any, Final

from processors.chunk import ENDED, Chunk, hash_content, make_id
from processors.knowledge.fields import Object, take_text
from processors.knowledge.kubernetes.audit import is_audit, read_audit
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
from processors.knowledge.kubernetes.tellers import TELLERS
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


def build_kubernetes_chunks(record: Record, batch_id: str, ingested_at: str) -> list[Chunk]:
    """Return the chunks of a record's events and objects; a later record of the same one replaces its chunk.

    Kinds that aren't told of make no chunk. Nor does the deletion of an event: that the cluster has forgotten
    it doesn't make it untrue.

    Args:
        record: An object as the API gives it, alone, in a list, in a frame of a watch or as exporters write
            it. The header `type` says `DELETED` if it is gone, the header `cluster` names the cluster.
        batch_id: Of the run.
        ingested_at: When the run read it.

    Raises:
        PoisonError: The record is no JSON, holds nothing of Kubernetes, or nothing in it has a name.
    """
    chunks: list[Chunk] = []
    faults: list[PoisonError] = []
    for frame in read_frames(record):
        try:
            chunks += _build(frame, record, batch_id, ingested_at)
        except PoisonError as fault:
            faults.append(fault)
    # One of many that can't be told takes no other along.
    if faults and not chunks:
        raise faults[0]
    return chunks


def _build(frame: Frame, record: Record, batch_id: str, ingested_at: str) -> list[Chunk]:
    object_: Object | None = frame.object
    kind, group = take_text(object_, "kind"), take_text(object_, "apiVersion").rpartition("/")[0]
    if group not in _GROUPS or (kind == "Event" and frame.type == DELETED):
        return []
    if is_audit(frame.object):
        object_ = read_audit(frame.object)
    if object_ is None or (kind != "Event" and kind not in TELLERS):
        return []
    now = read_clock(record["timestamp_ms"])
    describe = _describe_event if kind == "Event" else _describe_state
    described = describe(object_, frame, record, now)
    return [
        Chunk(
            **described,  # type: ignore[typeddict-item]
            content_hash=hash_content(described["title"], "", described["gist"]),
            source=SOURCE,
            heading_path="",
            cluster=frame.cluster,
            ingested_at=ingested_at,
            acl=["public"],
            batch_id=batch_id,
            source_offset=record["offset"] + 1,
        )
    ]


def _describe_state(object_: Object, frame: Frame, record: Record, now: datetime) -> dict[str, Any]:
    meta, kind = _read_names(object_), object_["kind"]
    object_ = {**object_, "metadata": {**object_["metadata"], **meta}}
    is_gone = frame.type == DELETED
    if is_gone:
        state = describe_gone(object_, now, record["headers"].get(LAST_KNOWN, ""))
    else:
        state = describe_state(object_, now, is_changed=frame.type == "MODIFIED")
    title = describe_object(object_)[:160]
    return {
        "chunk_id": make_id(
            "k8s_state", meta["uid"] or (frame.cluster, kind, meta["namespace"], meta["name"])
        ),
        "doc_id": _name_document(frame.cluster, kind, meta),
        "kind": "k8s_state",
        "title": title,
        "text": state.text,
        "gist": state.gist,
        "began_at": state.began_at.isoformat(),
        "observed_at": state.observed_at.isoformat(),
        "service": find_service(object_),
        "namespace": meta["namespace"],
        "severity": state.severity,
        "labels": state.labels,
        "values": [*([meta["uid"]] if meta["uid"] else []), *([ENDED] if is_gone else [])],
        "cite": _cite(object_, {**meta, "kind": kind}, record, by_events=is_gone),
    }


def _describe_event(event: Object, frame: Frame, record: Record, now: datetime) -> dict[str, Any]:
    about = find_subject(event)
    first, last = read_span(event, now)
    words = describe_event(event, about, first, last)
    meta = event["metadata"]
    uid, name = take_text(meta, "uid"), take_text(meta, "name")
    # An event without a name is told apart by what it says of what, and when.
    identity = uid or (
        frame.cluster,
        take_text(meta, "namespace"),
        name or (words["gist"], first.isoformat()),
    )
    return {
        "chunk_id": make_id("k8s_event", identity),
        "doc_id": _name_document(frame.cluster, about["kind"], about),
        "kind": "k8s_event",
        **words,
        "began_at": first.isoformat(),
        "observed_at": last.isoformat(),
        "service": guess_service(about["kind"], about["name"]),
        "namespace": about["namespace"],
        "severity": judge_event(event),
        "labels": label_event(event, about),
        "values": [of_about] if (of_about := take_text(about, "uid")) else [],
        "cite": _cite(event, about, record, by_events=True),
    }


def _read_names(object_: Object) -> dict[str, str]:
    """Return namespace, name and uid of an object, which are texts then.

    Raises:
        PoisonError: It has no name.
    """
    meta = {field: take_text(object_, "metadata", field) for field in ("namespace", "name", "uid")}
    if not meta["name"]:
        raise PoisonError(f"the {object_['kind']} has no name")
    return meta


def _name_document(cluster: str, kind: str, meta: dict[str, Any]) -> str:
    """An object's state and the events about it are of one document."""
    return make_id("kubernetes", cluster, kind, meta["namespace"], meta["name"])


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
