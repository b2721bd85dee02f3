"""Kubernetes' objects and events in, chunks out: the state of an object, or an event, in sentences."""

import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from processors.chunk import ENDED, Chunk, hash_content, make_id
from processors.kubernetes.pods import tell_pod
from processors.kubernetes.words import (
    Object,
    Told,
    describe_object,
    find_owner,
    find_service,
    guess_service,
    read_moments,
    say_times,
    say_when,
)
from processors.kubernetes.workloads import tell_deployment, tell_job, tell_node
from processors.record import Record
from processors.untrusted import read_object

SOURCE: Final = "kubernetes"
_TELLERS: Final[dict[str, Callable[[Object], Told]]] = {
    "Pod": tell_pod,
    "Deployment": tell_deployment,
    "Job": tell_job,
    "Node": tell_node,
}
_GRAVE: Final = frozenset(
    {"OOMKilling", "SystemOOM", "NodeNotReady", "BackoffLimitExceeded", "Evicted", "FailedCreate"}
)


def build_kubernetes_chunks(record: Record, batch_id: str, ingested_at: str) -> list[Chunk]:
    """Return the chunk of an event or of an object's state; a later record of the same object replaces it.

    An event that the cluster has forgotten stays told, so its deletion makes no chunk.

    Args:
        record: An object as the API gives it, with kind and apiVersion; the header `type` says `DELETED` if
            it is gone, the header `cluster` names the cluster.
        batch_id: Of the run.
        ingested_at: When the run read it.

    Raises:
        ValueError: The record is no JSON object, or of a kind that isn't told of.
        LookupError: The object lacks what every object has.
    """
    body: Any = read_object(record["value"])
    if not isinstance(body, dict) or not isinstance(body.get("metadata"), dict):
        raise ValueError("expected a Kubernetes object with kind and metadata")
    deleted = record["headers"].get("type") == "DELETED"
    if body.get("kind") == "Event":
        chunk = None if deleted else _build_event_chunk(body, record, batch_id, ingested_at)
    elif body.get("kind") in _TELLERS:
        chunk = _build_state_chunk(body, deleted, record, batch_id, ingested_at)
    else:
        known = ", ".join(("Event", *_TELLERS))
        raise ValueError(f"kind must be one of {known}, got {body.get('kind')!r}")
    return [chunk] if chunk else []


def _build_state_chunk(
    object_: Object, deleted: bool, record: Record, batch_id: str, ingested_at: str
) -> Chunk:
    meta, name = object_["metadata"], describe_object(object_)
    told = _TELLERS[object_["kind"]](object_)
    sent = datetime.fromtimestamp(record["timestamp_ms"] / 1000, UTC)
    moments = [moment for moment in told.moments if moment <= sent] or [sent]
    observed = min(*read_moments(meta.get("deletionTimestamp")), sent, sent) if deleted else max(moments)
    first = f"{name} {told.predicate}."
    gist = f"{name} {told.gist}."
    if deleted:
        first = (
            f"{name} was deleted at {say_when(observed)}. The last that was known of it: it {told.predicate}."
        )
        gist = f"{name} was deleted. It {told.gist}."
    owner = find_owner(object_)
    facts = {
        **told.labels,
        "owner": "/".join(owner) if owner else "",
        "deleted": str(deleted) if deleted else "",
    }
    return Chunk(
        chunk_id=make_id(
            "k8s_state", meta.get("uid") or (object_["kind"], meta.get("namespace"), meta["name"])
        ),
        doc_id=_name_document(object_["kind"], meta),
        kind="k8s_state",
        title=name[:160],
        text="\n".join((first, *told.details)),
        gist=gist,
        content_hash=hash_content(name[:160], "", gist),
        began_at=min(moments).isoformat(),
        observed_at=observed.isoformat(),
        service=find_service(object_),
        severity="info" if deleted else told.severity,
        labels={name: value for name, value in facts.items() if value},
        values=[*([meta["uid"]] if meta.get("uid") else []), *([ENDED] if deleted else [])],
        cite=_cite(object_["kind"], meta, {**meta, "kind": object_["kind"]}, by_events=deleted),
        namespace=meta.get("namespace", ""),
        source=SOURCE,
        heading_path="",
        cluster=record["headers"].get("cluster", ""),
        ingested_at=ingested_at,
        acl=["public"],
        batch_id=batch_id,
        source_offset=record["offset"] + 1,
    )


def _build_event_chunk(event: Object, record: Record, batch_id: str, ingested_at: str) -> Chunk:
    """Read the fields of core/v1, or where they are missing those of events.k8s.io/v1."""
    meta = event["metadata"]
    about: Object = event.get("involvedObject") or event["regarding"]
    series = event.get("series") or {}
    source = event.get("source") or event.get("deprecatedSource") or {}
    count = int(series.get("count") or event.get("count") or event.get("deprecatedCount") or 1)
    times = read_moments(
        event.get("firstTimestamp") or event.get("deprecatedFirstTimestamp"),
        event.get("eventTime"),
        event.get("lastTimestamp") or event.get("deprecatedLastTimestamp"),
        series.get("lastObservedTime"),
    ) or read_moments(meta["creationTimestamp"])
    first, last = min(times), max(times)
    reason, type_ = event.get("reason") or "Unknown", event.get("type") or "Normal"
    message = " ".join((event.get("message") or event.get("note") or "").split())
    place = f" in namespace {about['namespace']}" if about.get("namespace") else ""
    subject = f"{about['kind']} {about['name']}{place}"
    often = f"{say_times(count)}, the last time" if count > 1 else "once,"
    reporter = source.get("component") or event.get("reportingComponent") or event.get("reportingController")
    host = f" on {source['host']}" if source.get("host") else ""
    details = [
        *([f"First seen at {say_when(first)}."] if first < last else []),
        *([f"Reported by {reporter}{host}."] if reporter else []),
    ]
    title = f"{reason}: {subject}"[:160]
    gist = f"{subject} had the event {reason} ({type_}): {message}"
    said = f"{subject} had the event {reason} ({type_}) {often} at {say_when(last)}: {message}"
    return Chunk(
        chunk_id=make_id("k8s_event", meta.get("uid") or (meta.get("namespace"), meta["name"])),
        doc_id=_name_document(about["kind"], about),
        kind="k8s_event",
        title=title,
        text="\n".join((said, *details)),
        gist=gist,
        content_hash=hash_content(title, "", gist),
        began_at=first.isoformat(),
        observed_at=last.isoformat(),
        service=guess_service(about["kind"], about["name"]),
        severity="info" if type_ == "Normal" else "error" if reason in _GRAVE else "warning",
        labels={
            "reason": reason,
            "type": type_,
            "count": str(count),
            "object": f"{about['kind']}/{about['name']}",
        },
        values=[about["uid"]] if about.get("uid") else [],
        cite=_cite("Event", meta, about, by_events=True),
        namespace=about.get("namespace", ""),
        source=SOURCE,
        heading_path="",
        cluster=record["headers"].get("cluster", ""),
        ingested_at=ingested_at,
        acl=["public"],
        batch_id=batch_id,
        source_offset=record["offset"] + 1,
    )


def _name_document(kind: str, meta: Object) -> str:
    """An object's state and the events about it are of one document."""
    return make_id("kubernetes", kind, meta.get("namespace", ""), meta["name"])


def _cite(kind: str, meta: Object, about: Object, *, by_events: bool) -> dict[str, Any]:
    """Say how to find the thing again; of what is gone, or only happened, the events are left."""
    of_kind = about["kind"].lower()
    namespace = ["-n", about["namespace"]] if about.get("namespace") else []
    events, state = (
        ["events", "--for", f"{of_kind}/{about['name']}"],
        ["get", of_kind, about["name"], "-o", "yaml"],
    )
    look = events if by_events else state
    return {
        "type": "kubernetes",
        "kind": kind,
        "namespace": meta.get("namespace", ""),
        "name": meta["name"],
        "uid": meta.get("uid", ""),
        "resource_version": meta.get("resourceVersion", ""),
        "command": shlex.join(["kubectl", *namespace, *look]),
    }
