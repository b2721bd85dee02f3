"""OpenTelemetry's JSON of log records, as a collector writes it to Kafka, as plain objects."""

from collections.abc import Iterator
from typing import Any, Final

from processors.knowledge.faults import iterate_objects
from processors.knowledge.logs.sharing import share_fields

# The value objects of OTLP; each has one of these as its only key.
_SIMPLE: Final = ("stringValue", "intValue", "doubleValue", "boolValue", "bytesValue")
_DEEPEST: Final = 16


def is_otlp(body: dict[str, Any]) -> bool:
    """Tell whether an object is OTLP: a whole export, or one record of it."""
    return isinstance(body.get("resourceLogs"), list) or _is_value(body.get("body"))


def read_export(body: dict[str, Any], place: str, faults: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the log records of an export, each with the attributes of its resource.

    Args:
        body: `{"resourceLogs": …}`, with scopes or, as before version 0.15, instrumentation libraries in it;
            or one log record.
        place: Where in the message it stands, empty for the message itself.
        faults: What can't be read is noted there; changed in place.

    Example:
        >>> record = {"severityNumber": 17, "body": {"stringValue": "no space"}}
        >>> shop = [{"key": "service.name", "value": {"stringValue": "shop"}}]
        >>> scopes = [{"logRecords": [record]}]
        >>> export = {"resourceLogs": [{"resource": {"attributes": shop}, "scopeLogs": scopes}]}
        >>> list(read_export(export, "", []))
        [{'severityNumber': 17, 'body': 'no space', 'resource': {'service.name': 'shop'}}]
    """
    if "resourceLogs" not in body:
        yield _open_record(body, _open_resource(body.get("resource")))
        return
    for at, of_resource in iterate_objects(body["resourceLogs"], f"{place}.resourceLogs".lstrip("."), faults):
        resource = _open_resource(of_resource.get("resource"))
        for scopes, records in _NAMES:
            for within, scope in iterate_objects(of_resource.get(scopes), f"{at}.{scopes}", faults):
                for _, record in iterate_objects(scope.get(records), f"{within}.{records}", faults):
                    yield _open_record(record, resource)


_NAMES: Final = (
    ("scopeLogs", "logRecords"), ("instrumentationLibraryLogs", "logRecords"),
    ("instrumentationLibraryLogs", "logs"),
)  # fmt: skip


def _open_resource(resource: Any) -> dict[str, Any]:
    attributes = resource.get("attributes", resource) if isinstance(resource, dict) else {}
    opened = _open(attributes, _DEEPEST)
    return share_fields(opened) if isinstance(opened, dict) else {}


def _open_record(record: dict[str, Any], resource: dict[str, Any]) -> dict[str, Any]:
    return {**{name: _open(value, _DEEPEST) for name, value in record.items()}, "resource": resource}


def _open(value: Any, depth: int) -> Any:
    """Return a value without OTLP's wrapping; what is nested deeper than anybody means stays as it is."""
    if not depth:
        return value
    if _is_value(value):
        ((kind, inner),) = value.items()
        if kind in _SIMPLE:
            return inner
        inside = inner.get("values") if isinstance(inner, dict) else inner
        return _open(inside if isinstance(inside, list) else [], depth - 1)
    if isinstance(value, list):
        if value and all(_is_pair(each) for each in value):
            return {str(each["key"]): _open(each.get("value"), depth - 1) for each in value}
        return [_open(each, depth - 1) for each in value]
    return value


def _is_value(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in (*_SIMPLE, *_NESTING)


_NESTING: Final = ("kvlistValue", "arrayValue")


def _is_pair(value: Any) -> bool:
    return isinstance(value, dict) and "key" in value and value.keys() <= {"key", "value"}
