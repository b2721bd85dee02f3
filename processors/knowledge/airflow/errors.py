"""The error that ended a task, from the end of its log: what was raised last, and what that came from."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from processors.knowledge.fields import Object, take_objects, take_text

_TRACEBACK: Final = "Traceback (most recent call last)"
# A line that begins so goes on with what was raised before.
_CHAINED: Final = ("During handling of the above exception", "The above exception was the direct cause")
_EXCEPTION: Final = re.compile(r"(?P<type>[A-Za-z_][\w.$]{2,200})(?:: (?P<value>.*))?")
# The middle of a traceback: frames, their code, the marks below it, notes of a group.
_WITHIN: Final = (" ", "\t", "|", "+", "^", "~")
_CAUSED: Final = "Caused by: "
_SEVERE: Final = frozenset({"error", "critical", "fatal"})
_DEEPEST: Final = 4
_LONGEST: Final = 300


def find_error(events: Iterable[Any]) -> str:
    """Return the error that ended a task, with its root cause, or nothing.

    Args:
        events: The end of the task's log: Airflow's structured events, or lines of text.

    Example:
        >>> chain = [{"exc_type": "RuntimeError", "exc_value": "no index"},
        ...          {"exc_type": "OSError", "exc_value": "disk full", "is_cause": True}]
        >>> find_error([{"event": "Task failed", "error_detail": chain}])
        'RuntimeError: no index; root cause: OSError: disk full'
        >>> find_error([{"event": "start", "level": "info"}, {"event": "disk full", "level": "error"}])
        'disk full'
    """
    told = [event if isinstance(event, dict) else {"event": event} for event in events]
    for event in reversed(told):
        if chain := _read_detail(take_objects(event, "error_detail")):
            return _say_chain(chain)
    if chain := read_traceback(_list_lines(told)):
        return _say_chain(chain)
    return next(filter(None, map(_say_severe, reversed(told))), "")


def _read_detail(errors: list[Object], depth: int = _DEEPEST) -> list[str]:
    """Return what was raised, last first, then what it came from; of a group the first that is in it."""
    chain = [_say_error(take_text(error, "exc_type"), take_text(error, "exc_value")) for error in errors]
    inner: Any = errors[-1].get("exceptions") if errors else None
    if isinstance(inner, list) and inner and depth:
        first = inner[0] if isinstance(inner[0], dict) else {}
        chain += _read_detail(take_objects(first, "exceptions") or [first], depth - 1)
    return [said for said in chain if said]


def read_traceback(lines: Iterable[str]) -> list[str]:
    """Return what a traceback says was raised, last first; of several unrelated ones the last.

    Example:
        >>> read_traceback(["Traceback (most recent call last):", "  File 'a.py'", "OSError: disk full", "",
        ...                 "During handling of the above exception, another exception occurred:", "",
        ...                 "Traceback (most recent call last):", "  File 'b.py'", "ValueError: no index"])
        ['ValueError: no index', 'OSError: disk full']
    """
    chain: list[str] = []
    is_within = goes_on = False
    for line in lines:
        if _TRACEBACK in line:
            chain = chain if goes_on else []
            is_within, goes_on = True, False
        elif line.startswith(_CHAINED):
            goes_on = True
        elif line.startswith(_CAUSED):
            # Java's way: what it came from stands below.
            chain.append(line.removeprefix(_CAUSED)[:_LONGEST])
        elif is_within and line and not line.startswith(_WITHIN):
            is_within = False
            if match := _EXCEPTION.match(line):
                chain.insert(0, _say_error(match["type"], match["value"] or ""))
    return chain


def _say_chain(chain: list[str]) -> str:
    return chain[0] if len(chain) == 1 or chain[0] == chain[-1] else f"{chain[0]}; root cause: {chain[-1]}"


def _say_error(type_: str, value: str) -> str:
    return ": ".join(filter(None, (type_, value.partition("\n")[0])))[:_LONGEST]


def _list_lines(events: list[Object]) -> Iterator[str]:
    for event in events:
        if isinstance(text := event.get("event"), str):
            yield from text.splitlines()


def _say_severe(event: Object) -> str:
    if take_text(event, "level").lower() not in _SEVERE:
        return ""
    signal = take_text(event, "signal_name")
    return f"{take_text(event, 'event')}{f' ({signal})' if signal else ''}"[:_LONGEST]


def shorten_text(text: str, most: int) -> str:
    """Return a log text cut to a length; of a traceback the errors stay, and its frames go first.

    Args:
        text: An event of a log.
        most: Characters.

    Example:
        >>> frames = "  File 'a.py'\\n" * 99
        >>> shorten_text(f"Traceback (most recent call last):\\n{frames}OSError: full", 60)
        'Traceback (most recent call last):\\nOSError: full'
    """
    if len(text) > most and _TRACEBACK in text:
        text = "\n".join(line for line in text.splitlines() if line and not line.startswith(_WITHIN))
    return text[:most]
