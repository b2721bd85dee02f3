"""Records of the Kubernetes topic, and the chunks that are built of them, at noon of one day."""

import json
from typing import Any

from processors.knowledge.chunk import Chunk
from processors.knowledge.record import Record
from tests.support.chunks import make_chunks

NOON_MS = 1_795_262_400_000  # 2026-11-21 12:00:00 UTC
NOON = "2026-11-21T12:00:00+00:00"


def make_record(value: Any, **headers: str) -> Record:
    """Return a record; a value that is text already stays as it is."""
    return Record(
        topic="runlore.kubernetes",
        partition=0,
        offset=41,
        timestamp_ms=NOON_MS,
        key="",
        headers={"cluster": "prod", **headers},
        value=value if isinstance(value, str) else json.dumps(value),
    )


def build_all(value: Any, **headers: str) -> list[Chunk]:
    """Return the chunks of a record."""
    return make_chunks(make_record(value, **headers))


def build(value: Any, **headers: str) -> Chunk:
    """Return the chunk of a record that has one."""
    (chunk,) = build_all(value, **headers)
    return chunk


def say(value: Any, **headers: str) -> tuple[str, str]:
    """Return the severity and the first sentence of a record's chunk, without the object's name before it."""
    chunk = build(value, **headers)
    return chunk["severity"], chunk["text"].splitlines()[0].removeprefix(f"{chunk['title']} ")


def make_object(kind: str, made: str = "2026-11-20T09:00:00Z", **parts: Any) -> dict[str, Any]:
    """Return an object of the namespace shop, made a day ago, with the parts given."""
    meta = {"name": "checkout", "namespace": "shop", "uid": f"{kind}-1", "creationTimestamp": made}
    return {"kind": kind, "metadata": {**meta, **parts.pop("metadata", {})}, **parts}


def make_event(reason: str = "BackOff", type_: str = "Warning", **parts: Any) -> dict[str, Any]:
    """Return an event about a pod, as the API lists it: without a kind."""
    return {
        "metadata": {
            "name": "e1",
            "namespace": "shop",
            "uid": "e-1",
            "creationTimestamp": "2026-11-21T09:00:00Z",
        },
        "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "checkout-1", "uid": "p-1"},
        "reason": reason,
        "type": type_,
        "message": "Back-off restarting",
        "firstTimestamp": "2026-11-21T11:00:00Z",
        "lastTimestamp": "2026-11-21T11:30:00Z",
        "count": 3,
        **parts,
    }
