"""The exception in an event's fields as lines, whichever way its logger wrote it."""

from collections.abc import Mapping
from typing import Any, Final

from processors.knowledge.flat_fields import Fields, has_any, order_names

_TRACES: Final = (
    "errorstacktrace", "errorstack", "errstack", "@x", "exceptionstacktrace", "stacktrace", "stack",
    "excinfo", "exctext", "thrown", "throwable", "exception", "traceback", "backtrace", "errorverbose",
    "error", "err",
)  # fmt: skip
# A single line under one of these is an exception; under the others it may be anything.
_ALONE: Final = ("@x", "exception", "thrown", "throwable", "excinfo")
_REASONS: Final = (
    "errormessage", "error", "errmessage", "err", "exceptionmessage", "attrerror", "attrmessage",
)  # fmt: skip
_HOLDING: Final = order_names(*_TRACES, *_REASONS)
_KINDS: Final = ("errortype", "errtype", "exceptiontype")

# Names within an object of an exception: of Log4j, pino, structlog, Quarkus, .NET and Elastic.
_TYPES: Final = ("type", "name", "class", "excType", "exc_type", "exceptionType", "ClassName", "kind")
_VALUES: Final = ("message", "Message", "value", "excValue", "exc_value", "description")
_FRAMES: Final = (
    "stack_trace", "stackTrace", "stack", "stacktrace", "extendedStackTrace", "StackTrace",
    "StackTraceString", "frames", "exception",
)  # fmt: skip
_CAUSES: Final = ("cause", "causedBy", "InnerException", "innerException")
_PLACES: Final = ("filename", "file", "fileName")
_FUNCTIONS: Final = ("method", "methodName", "name", "function")
_OWNERS: Final = ("class", "className")
_LINES: Final = ("line", "lineno", "lineNumber")
_DEEPEST: Final = 5
_MOST_FRAMES: Final = 100


def render_exception(fields: Fields) -> str:
    r"""Return the exception that fields hold, with frames and causes; else the reason that they give, if any.

    Args:
        fields: As `flatten_fields` gives them.

    Example:
        >>> frame = {"class": "shop.Order", "method": "run", "file": "Order.java", "line": 7}
        >>> render_exception({"thrown": {"name": "NoStock", "message": "7", "extendedStackTrace": [frame]}})
        'NoStock: 7\n\tat shop.Order.run(Order.java:7)'
        >>> render_exception({"error": "card refused"})
        'error: card refused'
    """
    if not has_any(fields, _HOLDING):
        return ""
    for name in _TRACES:
        trace = _describe_trace(fields.get(name), _DEEPEST)
        if "\n" in trace or (trace and name in _ALONE):
            return trace
    reason = _pick(fields, _REASONS)
    return f"{_pick(fields, _KINDS) or 'error'}: {reason}" if reason else ""


def _describe_trace(value: Any, depth: int) -> str:
    """Return a trace as lines, whether it is text, a list of frames, or an object with its cause."""
    if isinstance(value, str):
        return value.strip("\r\n")
    if isinstance(value, list):
        return "\n".join(filter(None, (_describe_frame(each, depth) for each in value[:_MOST_FRAMES])))
    if not isinstance(value, Mapping) or not depth:
        return ""
    kind, said = _pick(value, _TYPES), _pick(value, _VALUES)
    frames = next((told for name in _FRAMES if (told := _describe_trace(value.get(name), depth - 1))), "")
    cause = next((told for name in _CAUSES if (told := _describe_trace(value.get(name), depth - 1))), "")
    begins = frames.partition("\n")[0]
    is_told = bool(said) and said in begins and not begins.startswith("\t")
    headline = "" if is_told else ": ".join(filter(None, (kind, said)))
    return "\n".join(filter(None, (headline, frames, f"Caused by: {cause}" if cause else "")))


def _describe_frame(frame: Any, depth: int) -> str:
    if isinstance(frame, str):
        return frame.rstrip()
    if not isinstance(frame, Mapping):
        return ""
    place, owner, function = (_pick(frame, names) for names in (_PLACES, _OWNERS, _FUNCTIONS))
    if not place and not (owner and function):
        return _describe_trace(frame, depth - 1)
    called = ".".join(filter(None, (owner, function)))
    line = next((frame[name] for name in _LINES if isinstance(frame.get(name), int)), "?")
    return f"\tat {called}({place or 'unknown'}:{line})"


def _pick(value: Mapping[str, Any], names: tuple[str, ...]) -> str:
    found = (value.get(name) for name in names)
    return next((text for text in found if isinstance(text, str) and text.strip()), "")
