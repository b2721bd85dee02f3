"""What shippers wrap around Kubernetes' objects, taken off: watch frames, lists, exporters, log records.

Whatever stands in a record is opened until objects or events come to light; each is read for itself.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from processors.knowledge.faults import MOST_NOTED, note_fault
from processors.knowledge.fields import Object, take_object, take_text
from processors.knowledge.kubernetes.exporters import (
    complete_event,
    guess_kind,
    read_log_record,
    undo_snake_case,
)
from processors.knowledge.record import Record
from processors.knowledge.untrusted import PoisonError, read_json

DELETED: Final = "DELETED"
_TYPES: Final = {
    "ADDED": "ADDED", "MODIFIED": "MODIFIED", "UPDATED": "MODIFIED", "DELETED": DELETED,
    # They name a position, or say that there is none.
    "BOOKMARK": "BOOKMARK", "ERROR": "BOOKMARK",
}  # fmt: skip
# Where shippers put what they carry, in the order in which it is looked for.
_WRAPPERS: Final = (
    "object", "event", "data", "payload", "body", "message", "log", "msg", "record", "kubernetes",
)  # fmt: skip
_DEEPEST: Final = 6
_MOST_LINES: Final = 5_000
_LIST: Final = "List"


class Frame(NamedTuple):
    """An object as it came: what the watch says of it, and its cluster if that is known."""

    object: Object
    type: str
    cluster: str


class _Around(NamedTuple):
    """What the wrapping says of what it holds, and what can't be read there, which is noted in place."""

    type: str
    cluster: str
    faults: list[str]


def read_frames(record: Record, faults: list[str]) -> list[Frame]:
    """Return the objects and events that a record holds; none if it only moves a position.

    Args:
        record: Its headers `type` and `cluster` say what the wrapping doesn't.
        faults: What of several objects can't be read is noted there; changed in place.

    Raises:
        PoisonError: It is no JSON, or nothing in it is of Kubernetes.

    Example:
        >>> event = '{"type": "ADDED", "object": {"kind": "Pod", "metadata": {"name": "p"}}}'
        >>> (frame,) = read_frames({"value": event, "headers": {"cluster": "prod"}}, [])
        >>> frame.object["kind"], frame.type
        ('Pod', 'ADDED')
    """
    headers = record["headers"]
    around = _Around(_TYPES.get(headers.get("type", "").upper(), ""), headers.get("cluster", ""), faults)
    frames = [frame for value in _read_values(record["value"]) for frame in _open(value, around, _DEEPEST)]
    if not frames:
        raise PoisonError("expected a Kubernetes object with kind and metadata, or an event")
    return [frame for frame in frames if frame.type != "BOOKMARK"]


def _read_values(text: str | None) -> Iterator[Any]:
    """Yield the JSON values of a text: one, or one a line."""
    if not text or not text.strip():
        raise PoisonError("the record is empty")
    try:
        yield read_json(text)
    except PoisonError:
        lines = text.strip().split("\n", _MOST_LINES)
        if not 1 < len(lines) <= _MOST_LINES or not all(
            line.startswith(("{", "[")) for line in lines if line
        ):
            raise
        yield from (read_json(line) for line in lines if line)


def _open(value: Any, around: _Around, depth: int) -> list[Frame]:
    if isinstance(value, list):
        return _open_items(value, around, depth)
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")) and depth:
        return _open_text(value, around, depth)
    if not isinstance(value, dict):
        return []
    if (frame_type := _TYPES.get(take_text(value, "type").upper())) and "object" in value:
        return _open_frame(value["object"], around._replace(type=frame_type), depth)
    if (verb := _TYPES.get(take_text(value, "verb").upper())) and "event" in value:
        return _open_frame(value["event"], around._replace(type=verb), depth)
    if isinstance(value.get("items"), list):
        return _open_list(value, around, depth)
    if found := _read_object(value):
        return [Frame(found, around.type, around.cluster or take_text(value, "clusterName"))]
    if depth == 0:
        return []
    return _open_wrapper(value, around._replace(cluster=around.cluster or _find_cluster(value)), depth - 1)


def _open_items(items: list[Any], around: _Around, depth: int) -> list[Frame]:
    frames: list[Frame] = []
    for number, item in enumerate(items):
        found = _open(item, around, depth)
        if not found:
            note_fault(around.faults, f"item {number} of {len(items)}", "no object or event of Kubernetes")
        frames += found
    return frames


def _open_text(text: str, around: _Around, depth: int) -> list[Frame]:
    try:
        return _open(read_json(text), around, depth - 1)
    except PoisonError:
        return []


def _open_frame(object_: Any, around: _Around, depth: int) -> list[Frame]:
    if around.type == "BOOKMARK":
        return [Frame({}, around.type, around.cluster)]
    return _open(object_, around, depth - 1) if depth else []


def _open_list(list_: Object, around: _Around, depth: int) -> list[Frame]:
    """Return what a list holds; its items leave out the kind that the list's name says."""
    kind = take_text(list_, "kind").removesuffix(_LIST)
    of_list = {"apiVersion": take_text(list_, "apiVersion"), "kind": kind} if kind else {}
    items = [{**of_list, **item} if isinstance(item, dict) else item for item in list_["items"]]
    # That a list is empty is no fault.
    return _open(items, around, depth) or [Frame({}, "BOOKMARK", around.cluster)]


def _read_object(value: Object) -> Object | None:
    """Return an object, or an event that lacks its kind, of either API or in snake case."""
    if isinstance(value.get("kind"), str) and isinstance(value.get("metadata"), dict):
        return value
    if isinstance(value.get("kind"), str) and take_text(value, "apiVersion").startswith("audit.k8s.io/"):
        return value
    if kind := guess_kind(value):
        return {**value, "kind": kind}
    return complete_event(undo_snake_case(value) if "involved_object" in value else value)


def _open_wrapper(value: Object, around: _Around, depth: int) -> list[Frame]:
    if log_records := list(read_log_record(value, around.faults)):
        return [
            frame
            for body, of_cluster in log_records
            for frame in _open(body, around._replace(cluster=around.cluster or of_cluster), depth)
        ]
    for name in _WRAPPERS:
        if (inner := value.get(name)) is None:
            continue
        # What this field lacks counts only if it is the one that holds what is looked for.
        faults: list[str] = []
        if frames := _open(inner, around._replace(faults=faults), depth):
            around.faults.extend(faults[: MOST_NOTED - len(around.faults)])
            return frames
    return []


def _find_cluster(value: Object) -> str:
    names = ("k8s.cluster.name", "cluster_name", "cluster", "clusterName")
    inner = (("attributes",), ("resource",), ("resource", "attributes"))
    places = [value, *(take_object(value, *path) for path in inner)]
    return next((text for place in places for name in names if (text := take_text(place, name))), "")
