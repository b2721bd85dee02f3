"""What shippers wrap around Kubernetes' objects, taken off: watch frames, lists, exporters, log records.

Whatever stands in a record is opened until objects or events come to light; each is read for itself.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

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


def read_frames(record: Record) -> list[Frame]:
    """Return the objects and events that a record holds; none if it only moves a position.

    Args:
        record: Its headers `type` and `cluster` say what the wrapping doesn't.

    Raises:
        PoisonError: It is no JSON, or nothing in it is of Kubernetes.

    Example:
        >>> event = '{"type": "ADDED", "object": {"kind": "Pod", "metadata": {"name": "p"}}}'
        >>> record = {"value": event, "headers": {"cluster": "prod"}}
        >>> read_frames(record)[0].object["kind"], read_frames(record)[0].type
        ('Pod', 'ADDED')
    """
    headers = record["headers"]
    type_ = _TYPES.get(headers.get("type", "").upper(), "")
    frames = [
        frame
        for value in _read_values(record["value"])
        for frame in _open(value, type_, headers.get("cluster", ""), _DEEPEST)
    ]
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


def _open(value: Any, type_: str, cluster: str, depth: int) -> list[Frame]:
    if isinstance(value, list):
        return [frame for part in value for frame in _open(part, type_, cluster, depth)]
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")) and depth:
        return _open_text(value, type_, cluster, depth)
    if not isinstance(value, dict):
        return []
    if (frame_type := _TYPES.get(take_text(value, "type").upper())) and "object" in value:
        return _open_frame(value["object"], frame_type, cluster, depth)
    if (verb := _TYPES.get(take_text(value, "verb").upper())) and "event" in value:
        return _open_frame(value["event"], verb, cluster, depth)
    if isinstance(value.get("items"), list):
        return _open_list(value, type_, cluster, depth)
    if found := _read_object(value):
        return [Frame(found, type_, cluster or take_text(value, "clusterName"))]
    if depth == 0:
        return []
    return _open_wrapper(value, type_, cluster or _find_cluster(value), depth - 1)


def _open_text(text: str, type_: str, cluster: str, depth: int) -> list[Frame]:
    try:
        return _open(read_json(text), type_, cluster, depth - 1)
    except PoisonError:
        return []


def _open_frame(object_: Any, type_: str, cluster: str, depth: int) -> list[Frame]:
    if type_ == "BOOKMARK":
        return [Frame({}, type_, cluster)]
    return _open(object_, type_, cluster, depth - 1) if depth else []


def _open_list(list_: Object, type_: str, cluster: str, depth: int) -> list[Frame]:
    """Return what a list holds; its items leave out the kind that the list's name says."""
    kind = take_text(list_, "kind").removesuffix(_LIST)
    of_list = {"apiVersion": take_text(list_, "apiVersion"), "kind": kind} if kind else {}
    items = [{**of_list, **item} if isinstance(item, dict) else item for item in list_["items"]]
    # That a list is empty is no fault.
    return _open(items, type_, cluster, depth) or [Frame({}, "BOOKMARK", cluster)]


def _read_object(value: Object) -> Object | None:
    """Return an object, or an event that lacks its kind, of either API or in snake case."""
    if isinstance(value.get("kind"), str) and isinstance(value.get("metadata"), dict):
        return value
    if isinstance(value.get("kind"), str) and take_text(value, "apiVersion").startswith("audit.k8s.io/"):
        return value
    if kind := guess_kind(value):
        return {**value, "kind": kind}
    return complete_event(undo_snake_case(value) if "involved_object" in value else value)


def _open_wrapper(value: Object, type_: str, cluster: str, depth: int) -> list[Frame]:
    if log_records := list(read_log_record(value)):
        return [
            frame
            for body, of_cluster in log_records
            for frame in _open(body, type_, cluster or of_cluster, depth)
        ]
    for name in _WRAPPERS:
        inner = value.get(name)
        if inner is not None and (frames := _open(inner, type_, cluster, depth)):
            return frames
    return []


def _find_cluster(value: Object) -> str:
    names = ("k8s.cluster.name", "cluster_name", "cluster", "clusterName")
    inner = (("attributes",), ("resource",), ("resource", "attributes"))
    places = [value, *(take_object(value, *path) for path in inner)]
    return next((text for place in places for name in names if (text := take_text(place, name))), "")
