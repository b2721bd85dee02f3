"""Events as exporters write them, made the API's: without a kind, in snake case, as OTLP log records."""

import re
from collections.abc import Iterator
from typing import Any, Final

from processors.knowledge.faults import iterate_objects
from processors.knowledge.fields import Object, take, take_object, take_objects, take_text

_WORD: Final = re.compile(r"_([a-z])")
# What objects of these kinds have and no others.
_SIGNS: Final = {
    "Pod": ("spec", "containers"),
    "Node": ("status", "nodeInfo"),
    "StatefulSet": ("spec", "volumeClaimTemplates"),
    "DaemonSet": ("status", "desiredNumberScheduled"),
    "CronJob": ("spec", "jobTemplate"),
    "HorizontalPodAutoscaler": ("spec", "scaleTargetRef"),
}
_DEEPEST: Final = 6
# Where the attributes of OpenTelemetry's events stand in an event of core/v1.
_EVENT_ATTRIBUTES: Final = {
    "k8s.event.reason": ("reason",),
    "k8s.event.count": ("count",),
    "k8s.event.start_time": ("firstTimestamp",),
    "k8s.event.name": ("metadata", "name"),
    "k8s.event.uid": ("metadata", "uid"),
    "k8s.namespace.name": ("metadata", "namespace"),
}
_OBJECT_ATTRIBUTES: Final = {
    "k8s.object.kind": "kind", "k8s.object.name": "name", "k8s.object.uid": "uid",
    "k8s.object.fieldpath": "fieldPath", "k8s.object.api_version": "apiVersion",
}  # fmt: skip


def complete_event(value: Object) -> Object | None:
    """Return an event with its kind, or None if it is no event.

    Example:
        >>> pod = {"kind": "Pod", "name": "p"}
        >>> complete_event({"involvedObject": pod, "reason": "Killing"})["kind"]
        'Event'
        >>> complete_event({"message": "hello"})
    """
    about = take_object(value, "involvedObject") or take_object(value, "regarding")
    says = any(isinstance(value.get(name), str) for name in ("reason", "message", "note"))
    if not (take_text(about, "name") and says):
        return None
    return {**value, "kind": "Event", "metadata": take_object(value, "metadata")}


def guess_kind(value: Object) -> str:
    """Return the kind of an object that lacks it, if its parts show it: the API's clients drop it.

    Example:
        >>> guess_kind({"metadata": {"name": "p"}, "spec": {"containers": []}})
        'Pod'
    """
    if not take_text(value, "metadata", "name") or take_text(value, "kind"):
        return ""
    return next((kind for kind, path in _SIGNS.items() if take(value, *path) is not None), "")


def undo_snake_case(value: Any, depth: int = _DEEPEST) -> Any:
    """Return an object with the API's names for those of Metricbeat and others.

    Example:
        >>> undo_snake_case({"involved_object": {"api_version": "v1"}})
        {'involvedObject': {'apiVersion': 'v1'}}
    """
    if isinstance(value, dict) and depth:
        named = {
            _WORD.sub(lambda m: m[1].upper(), k): undo_snake_case(v, depth - 1) for k, v in value.items()
        }
        times = take_object(named, "timestamp")
        if "firstOccurrence" in times:
            named |= {
                "firstTimestamp": times["firstOccurrence"],
                "lastTimestamp": times.get("lastOccurrence"),
            }
        return named
    return value


def read_log_record(value: Object, faults: list[str]) -> Iterator[tuple[Any, str]]:
    """Yield what the log records of an OTLP message hold, each with the name of its cluster if it is known.

    Args:
        value: An OTLP/JSON message of logs, or something else, of which nothing is yielded.
        faults: What in it is no log record is noted there; changed in place.
    """
    for place, resource in iterate_objects(value.get("resourceLogs"), "resourceLogs", faults):
        of_resource = _read_attributes(take_object(resource, "resource"))
        cluster = str(of_resource.get("k8s.cluster.name", ""))
        scopes = iterate_objects(resource.get("scopeLogs"), f"{place}.scopeLogs", faults)
        for within, scope in scopes:
            for _, log in iterate_objects(scope.get("logRecords"), f"{within}.logRecords", faults):
                attributes = {**of_resource, **_read_attributes(log)}
                body = read_any_value(log.get("body"))
                yield (
                    _read_event(attributes, log, body) if "k8s.event.reason" in attributes else body,
                    cluster,
                )


def _read_event(attributes: dict[str, Any], log: Object, body: Any) -> Object:
    """Return what OpenTelemetry's receiver of events made an event's attributes, as the event."""
    event: Object = {"kind": "Event", "metadata": {}, "message": body, "type": take_text(log, "severityText")}
    for name, path in _EVENT_ATTRIBUTES.items():
        if name in attributes:
            place = event if len(path) == 1 else event[path[0]]
            place[path[-1]] = attributes[name]
    about = {to: attributes[name] for name, to in _OBJECT_ATTRIBUTES.items() if name in attributes}
    namespace = take_text(attributes, "k8s.namespace.name")
    event["involvedObject"] = {**about, **({"namespace": namespace} if namespace else {})}
    # Go's own writing of a time, with the zone twice.
    event["firstTimestamp"] = take_text(event, "firstTimestamp").removesuffix(" UTC") or None
    event["lastTimestamp"] = log.get("timeUnixNano") or None
    return event


def _read_attributes(whole: Object) -> dict[str, Any]:
    return {
        take_text(pair, "key"): read_any_value(pair.get("value"))
        for pair in take_objects(whole, "attributes")
    }


def read_any_value(value: Any) -> Any:
    """Return the JSON value that an OTLP value stands for.

    Example:
        >>> read_any_value({"kvlistValue": {"values": [{"key": "a", "value": {"intValue": "1"}}]}})
        {'a': 1}
    """
    if not isinstance(value, dict):
        return value
    if "kvlistValue" in value:
        pairs = take_objects(value, "kvlistValue", "values")
        return {take_text(pair, "key"): read_any_value(pair.get("value")) for pair in pairs}
    if "arrayValue" in value:
        return [read_any_value(part) for part in take(value, "arrayValue", "values") or []]
    if "intValue" in value:
        whole = take_text(value, "intValue")
        return int(whole) if whole.lstrip("-").isdecimal() and len(whole) < 20 else whole
    return next((value[name] for name in ("stringValue", "boolValue", "doubleValue") if name in value), None)
