"""From a message's value to the events that a shipper put into it: one, several, or a line of plain text."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from processors.knowledge.faults import iterate_objects, note_fault
from processors.knowledge.flat_fields import has_any, order_names
from processors.knowledge.logs.json_text import BETWEEN, looks_like_json, read_string, split_values
from processors.knowledge.logs.otlp import is_otlp, read_export
from processors.knowledge.logs.plain_lines import split_lines
from processors.knowledge.logs.sharing import share_fields
from processors.knowledge.untrusted import PoisonError, read_json

MAX_EVENTS: Final = 5_000
"""Events of one message that are read, so that no message takes long; how many were left out is told."""

Event = dict[str, Any]

_BYTE_ORDER_MARK: Final = "\ufeff"
# A list beside text is what the text is about.
_SAID: Final = ("message", "msg", "log", "body", "event", "textPayload")
# CloudWatch, Azure Monitor, AWS, Cloud Logging and New Relic put a list of events beside what they share.
_LISTS: Final = ("logEvents", "records", "Records", "entries", "events", "logs")
# What holds several events has one of these.
_HOLDING: Final = order_names(*_LISTS, "streams", "resourceLogs", "body")
_DEEPEST: Final = 4


def read_events(value: str, faults: list[str]) -> list[Event]:
    """Return the events that a message holds, each as an object with the fields its shipper gave it.

    Args:
        value: JSON of one event or a list of them, several JSON objects one after the other, or plain text,
            each entry of which becomes `{"message": …}`.
        faults: What of several events can't be read is noted there; changed in place.

    Raises:
        PoisonError: It is meant as JSON and can't be read, or holds no event.

    Example:
        >>> read_events('{"message": "one"}\\n{"message": "two"}', [])
        [{'message': 'one'}, {'message': 'two'}]
        >>> read_events('[{"logGroup": "/g", "logEvents": [{"message": "three"}]}]', [])
        [{'logGroup': '/g', 'message': 'three'}]
        >>> read_events("{badmatch,{error,econnrefused}}", [])
        [{'message': '{badmatch,{error,econnrefused}}'}]
    """
    found = _read_text(value.removeprefix(_BYTE_ORDER_MARK), faults)
    events = list(islice(found, MAX_EVENTS))
    if not events:
        raise PoisonError("the record holds no event")
    if more := sum(1 for _ in found):
        left_out = f"{more} more events of this message were left out: {MAX_EVENTS} are read of one"
        events.append({"level": "warning", "message": left_out})
    return events


def _read_text(text: str, faults: list[str]) -> Iterator[Event]:
    stripped = text.strip(BETWEEN)
    if stripped.startswith('"') and stripped.endswith('"') and (inner := read_string(stripped)):
        text, stripped = inner, inner.strip(BETWEEN)
    if not looks_like_json(stripped):
        yield from ({"message": entry} for entry in split_lines(text))
        return
    try:
        whole = read_json(stripped)
    except PoisonError:
        parts = split_values(stripped)
        if len(parts) < 2:
            raise
        yield from (event for part in parts for event in _read_part(part, faults))
    else:
        yield from _expand(whole, _DEEPEST, "", faults)


def _read_part(text: str, faults: list[str]) -> Iterator[Event]:
    """Read one of several values of a message; a broken one is told as it stands, beside its neighbours."""
    try:
        yield from _expand(read_json(text), _DEEPEST, "", faults)
    except PoisonError:
        yield {"message": text}


def _expand(value: Any, depth: int, place: str, faults: list[str]) -> Iterator[Event]:
    if isinstance(value, dict) and value:
        yield from _expand_object(value, depth, place, faults)
    elif isinstance(value, str):
        if value.strip():
            yield {"message": value}
    elif isinstance(value, list) and depth:
        for number, each in enumerate(value):
            yield from _expand(each, depth - 1, f"{place}[{number}]", faults)
    elif isinstance(value, list):
        note_fault(faults, place, f"a list within {_DEEPEST} others")
    else:
        found = "an empty one" if value == {} else type(value).__name__
        note_fault(faults, place, f"expected an object or text, got {found}")


def _expand_object(body: Event, depth: int, place: str, faults: list[str]) -> Iterator[Event]:
    if not has_any(body, _HOLDING):
        yield body
        return
    if is_otlp(body):
        yield from read_export(body, place, faults)
        return
    if _holds_events(body.get("streams")):
        yield from _expand_streams(body["streams"], f"{place}.streams".lstrip("."), faults)
        return
    name = next((name for name in _LISTS if _holds_events(body.get(name))), None)
    if name is None or not depth or any(isinstance(body.get(said), str) for said in _SAID):
        yield body
        return
    shared = share_fields({key: value for key, value in body.items() if key != name})
    for event in _expand(body[name], depth - 1, f"{place}.{name}".lstrip("."), faults):
        yield {**shared, **event}


def _expand_streams(streams: list[Event], place: str, faults: list[str]) -> Iterator[Event]:
    """Yield what Loki's clients push: labels, and for each line its time and text."""
    for at, stream in iterate_objects(streams, place, faults):
        values = stream.get("values")
        labels = share_fields({"labels": stream.get("stream")})
        for number, value in enumerate(values if isinstance(values, list) else []):
            if isinstance(value, list) and len(value) > 1 and isinstance(value[1], str):
                yield {"time": value[0], "message": value[1], **labels}
            else:
                note_fault(faults, f"{at}.values[{number}]", "expected a time and a text")


def _holds_events(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)
