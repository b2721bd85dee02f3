"""An event taken apart: the fields of each layer that wrapped it, and the text in the innermost.

A container's runtime wraps what the service wrote, a shipper wraps that again, and what the service wrote may
be JSON itself. The time is best known outside, the level inside.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from processors.knowledge.flat_fields import Fields, flatten_fields, has_any, order_names
from processors.knowledge.logs.envelopes import Event
from processors.knowledge.logs.json_text import looks_like_json
from processors.knowledge.logs.parts import read_part
from processors.knowledge.logs.plain_lines import strip_colours
from processors.knowledge.redaction.masking import mask_secrets
from processors.knowledge.untrusted import PoisonError, decode_text, read_object

TEXT_FIELDS: Final = (
    "fullmessage", "message", "msg", "@m", "renderedmessage", "formattedmessage", "body", "textpayload",
    "jsonpayload", "protopayload", "shortmessage", "log", "logmessage", "@message", "event", "eventoriginal",
    "eventmessage", "@mt", "messagetemplate", "text", "content", "line", "raw",
)  # fmt: skip
"""Plain names of the fields that may hold what was said, the surest first."""

_LAYERS: Final = 5
# An object under one of these is a layer; under another name, such as ECS' `log`, only if it says something.
_WRAPPERS: Final = frozenset(("message", "msg", "body", "jsonpayload", "protopayload"))
# What a collector knows of the sender stands under these; the names within are as good without them.
_SHARED: Final = re.compile(
    r"(?:resource(?:attributes|labels)?|attributes|properties|fields|tags|extra|mdc)(?=\w)"
)
# JSON may follow the head that syslog or Docker Compose puts before a line.
_JSON_BEHIND: Final = re.compile(
    r"(?:<\d{1,3}>1 (?:\S{1,255} ){5}(?:-|\[[^\]]{0,1000}\]) \ufeff?"
    r"|(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d [\d:]{8}|\d{4}-\S{6,40}) \S{1,255} "
    r"[\w./-]{1,100}(?:\[\d{1,10}\])?: "
    r"|[\w.-]{1,100} {1,30}\| )(?:@cee: ?)?(?=\{)"
)
# Rsyslog counts the space behind the tag to the message; elsewhere it marks a line that goes on.
_RSYSLOG: Final = order_names(
    "syslogtag", "programname", "syslogseverity", "syslogseveritytext", "timereported"
)


class Opened(NamedTuple):
    """An event, layer by layer.

    Attributes:
        bodies: The objects that wrap what was said, the outermost first.
        layers: The fields of each of them by their plain names.
        text: What was said, None where no field holds text.
        head: What stood before JSON in a line.
    """

    bodies: list[Event]
    layers: list[Fields]
    text: str | None
    head: str


def open_event(event: Event) -> Opened:
    """Take an event apart.

    Args:
        event: As `read_events` gives it.

    Example:
        >>> opened = open_event({"log": '{"level": "error", "msg": "no stock"}', "stream": "stdout"})
        >>> opened.text, opened.layers[1]["level"]
        ('no stock', 'error')
        >>> open_event({"message": "2026-11-21T07:00:00Z stderr F lost"}).text
        'lost'
    """
    bodies, layers, head = [event], [_flatten(event)], ""
    said = _find_said(layers[0])
    while len(bodies) < _LAYERS:
        if isinstance(said, str):
            said = strip_colours(said)
            inner, said, head = _read_wrapping(said, head)
        else:
            inner = said
        if inner is None:
            break
        bodies.append(inner)
        layers.append(_flatten(inner))
        if not isinstance(said, str):
            said = _find_said(layers[-1])
    text = said if isinstance(said, str) else None
    if text and any(has_any(layer, _RSYSLOG) for layer in layers):
        text = text.removeprefix(" ")
    return Opened(bodies, layers, text, head)


def _flatten(body: Event) -> Fields:
    fields = flatten_fields(body)
    for name in [name for name in fields if _bare_name(name) != name]:
        fields.setdefault(_bare_name(name), fields[name])
    return fields


# The names of fields are few, and the same in every event of a service.
@lru_cache(maxsize=10_000)
def _bare_name(name: str) -> str:
    while match := _SHARED.match(name):
        name = name[match.end() :]
    return name


def _find_said(fields: Fields) -> Event | str | None:
    """Return the text or the inner layer that fields hold; blank text only where there is nothing else."""
    blank = None
    for name in TEXT_FIELDS:
        value = _join(fields.get(name))
        if isinstance(value, str):
            if value.strip():
                return value
            blank = value
        elif value and (name in _WRAPPERS or _find_said(flatten_fields(value))):
            return value
    return blank


def _join(value: Any) -> Event | str | None:
    """Return the parts of a text as one; journald writes text with odd bytes as a list of their numbers."""
    if isinstance(value, Mapping):
        return dict(value)
    if not isinstance(value, list) or not value:
        return value if isinstance(value, str) else None
    if all(isinstance(each, int) and 0 <= each < 256 for each in value):
        # Nobody could see secrets in the numbers, so nothing is masked yet.
        return mask_secrets(decode_text(bytes(value)))
    return "\n".join(each for each in value if isinstance(each, str)) or None


def _read_wrapping(text: str, head: str) -> tuple[Event | None, str | None, str]:
    """Return the layer that a text is the writing of, what is left to read in it, and the line's head."""
    rest, output, is_part = read_part({}, text)
    if rest != text:
        time = text.partition(" ")[0]
        return {"time": time, "stream": output, "logtag": "P" if is_part else "F"}, rest, head
    if not text.rstrip().endswith("}"):
        return None, text, head
    behind = _JSON_BEHIND.match(text)
    rest = text[behind.end() :] if behind else text
    rest = rest.strip()
    if not looks_like_json(rest):
        return None, text, head
    try:
        inner = read_object(rest)
    except PoisonError:
        return None, text, head
    return (inner, None, behind[0] if behind else head) if inner else (None, text, head)
