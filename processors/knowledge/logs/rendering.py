"""An event as a text: what was said and the exception with it, or its fields where nothing was said."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from processors.knowledge.flat_fields import plain_name
from processors.knowledge.logs.access import HttpRequest, render_request
from processors.knowledge.logs.envelopes import Event
from processors.knowledge.logs.exceptions import render_exception
from processors.knowledge.logs.line_times import TIME_FIELDS
from processors.knowledge.logs.opening import Opened
from processors.knowledge.redaction.masking import mask_secrets

MAX_MESSAGE: Final = 16_000
"""Characters of a message that are looked at; what comes after belongs to no pattern anybody could read."""

_DEEPEST: Final = 5
# What says of an event who sent it, when and how; it is told elsewhere.
_ABOUT: Final = frozenset(
    (*TIME_FIELDS, "level", "severity", "loglevel", "severitytext", "severitynumber", "priority",
     "kubernetes", "host", "hostname", "agent", "ecs", "service", "resource", "labels", "tags", "input",
     "fileset", "cloud", "container", "stream", "logtag", "log", "message", "msg", "version", "@version")
)  # fmt: skip
_MOST_FIELDS: Final = 60
_LONGEST_VALUE: Final = 200
_SLOT: Final = re.compile(r"\{[@$]?(\w{1,100})(?:,[^{}:]{0,10})?(?::[^{}]{0,50})?\}")


def render_event(opened: Opened, request: HttpRequest | None = None) -> str:
    r"""Return an event as a text: its message, then its exception.

    Args:
        opened: The event.
        request: Of an access log; it is told where the event has no text.

    Example:
        >>> from processors.knowledge.logs.opening import open_event
        >>> error = {"type": "E", "message": "x", "stack": "E: x\n at f"}
        >>> render_event(open_event({"msg": "no answer", "err": error}))
        'no answer\nE: x\n at f'
    """
    said = opened.text
    exception = next(filter(None, map(render_exception, reversed(opened.layers))), "")
    if said and said.strip():
        said = _render(said, opened)
    elif "\n" not in exception:
        said = _describe_fields(opened, is_blank=said is not None)
        said = f"{render_request(request)}\n{said}" if request else said
    if said and exception and exception.strip() not in said:
        said = f"{said.rstrip()}\n{exception}"
    return (said or exception)[:MAX_MESSAGE]


def _render(said: str, opened: Opened) -> str:
    """Return a message template of Serilog's kind with its values."""
    body, layer = opened.bodies[-1], opened.layers[-1]
    if ("@mt" not in layer and "messagetemplate" not in layer) or "{" not in said:
        return said
    properties = body.get("Properties")
    values = {**properties, **body} if isinstance(properties, Mapping) else body

    def fill(slot: re.Match[str]) -> str:
        value = values.get(slot[1])
        return slot[0] if value is None else str(value)[:_LONGEST_VALUE]

    return _SLOT.sub(fill, said)


def _describe_fields(opened: Opened, *, is_blank: bool) -> str:
    """Return an event without text as its fields, but for those of its sender where there are others."""
    body = opened.bodies[-1]
    telling = {name: value for name, value in body.items() if plain_name(name) not in _ABOUT}
    if not telling and (is_blank or not body):
        return ""
    pairs = []
    for name, value in _list_leaves(telling or body, "", _DEEPEST):
        pairs.append(f"{name}={_write(value)}")
        if len(pairs) == _MOST_FIELDS:
            break
    # Side by side, a name and a value may show to be a secret what neither was alone.
    return mask_secrets(" ".join(pairs))


def _list_leaves(body: Event, above: str, depth: int) -> Iterator[tuple[str, Any]]:
    for name, value in body.items():
        if isinstance(value, Mapping) and value and depth:
            yield from _list_leaves(dict(value), f"{above}{name}.", depth - 1)
        elif value not in (None, "", [], {}):
            yield f"{above}{name}", value


def _write(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    text = " ".join(text[: 2 * _LONGEST_VALUE].split())[:_LONGEST_VALUE]
    return f'"{text}"' if " " in text else text
