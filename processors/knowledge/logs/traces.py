"""Which of a stream's entries a line goes on with: stack traces, panics, statements, lines that were cut.

Several threads may write into one stream. A frame goes to the trace that waits for frames, not to whatever
came last; where two traces wait at once, nothing tells whose a frame is: both stay one entry that says so.
"""

from collections.abc import Iterable, Sequence
from typing import Final, TypedDict

from processors.knowledge.logs.parsing import LogLine
from processors.knowledge.logs.ranking import rank_severity
from processors.knowledge.logs.statements import is_added
from processors.knowledge.logs.trace_lines import (
    ends_trace,
    find_exception,
    find_raised,
    is_chain,
    is_frame,
    is_last_frame,
    is_link,
    is_traceback,
    may_hold_trace,
    name_trace,
)

MAX_ENTRY_LINES: Final = 1_000
"""A line that goes on with more than so many begins an entry of its own."""

# Lines of one stack trace are written at once.
_MAX_GAP_MS: Final = 5_000
_WOVEN_MS: Final = 1_000
_SERIOUS: Final = rank_severity("warning")


class OpenEntry(TypedDict):
    """An entry of a stream that its next line may go on with.

    `window` and `start` name its window. `trace` says how its stack trace goes on (empty if it has none),
    `exception` what it is about, `tracebacks` how many of Python's wait for their
    exception, `is_over` that it has its last frame. `is_part`: it ends within a line.
    """

    window: str
    start: list[int]
    head: str
    text: str
    severity: str
    clock_ms: int
    lines: int
    trace: str
    exception: str
    has_frames: bool
    tracebacks: int
    is_over: bool
    is_part: bool


def find_continued(entries: Sequence[OpenEntry], line: LogLine) -> OpenEntry | None:
    """Return which of a stream's entries a line goes on with, or None if it begins one.

    Args:
        entries: The last in which something was written comes last.
        line: The stream's next line.
    """
    holds_trace = may_hold_trace(line["message"])
    if not holds_trace and not any(entry["trace"] or entry["is_part"] for entry in entries):
        return None
    fresh = [
        entry
        for entry in entries
        if line["clock_ms"] - entry["clock_ms"] <= _MAX_GAP_MS and entry["lines"] < MAX_ENTRY_LINES
    ]
    if not fresh:
        return None
    last, message = fresh[-1], line["message"]
    if last["is_part"]:
        return last
    traces = [entry for entry in fresh if entry["trace"]]
    waiting = next((entry for entry in reversed(traces) if not entry["is_over"]), None)
    if holds_trace:
        if is_frame(message):
            return waiting or last
        if is_link(message):
            return traces[-1] if traces else last
        if message[:1].isspace() or _owns(last, message):
            return last
    return _find_waiting(message, last, waiting, line["clock_ms"]) if waiting else None


def _owns(last: OpenEntry, message: str) -> bool:
    """Tell whether a line is the exception or the statement of its stream's last entry."""
    if is_added(message, last["head"]):
        return True
    if not (is_traceback(message) or find_exception(message)):
        return False
    awaits = not last["trace"] and rank_severity(last["severity"]) >= _SERIOUS
    ends = _last_line(last)
    return awaits or is_chain(ends) or ends.strip() == "^"


def _find_waiting(message: str, last: OpenEntry, waiting: OpenEntry, clock_ms: int) -> OpenEntry | None:
    """Return the trace that waits for more, if the line goes on with it, or may be woven into it."""
    is_second = waiting is last and last["lines"] == 1
    if ends_trace(message, waiting["trace"], has_frames=waiting["has_frames"], is_second=is_second):
        return waiting
    begins = may_hold_trace(message) and is_woven(waiting, message)
    return waiting if begins and clock_ms - waiting["clock_ms"] <= _WOVEN_MS else None


def is_waiting(entry: OpenEntry, clock_ms: int) -> bool:
    """Tell whether an entry is a stack trace whose next frame may still come."""
    return bool(entry["trace"]) and not entry["is_over"] and clock_ms - entry["clock_ms"] <= _MAX_GAP_MS


def is_woven(entry: OpenEntry, message: str) -> bool:
    """Tell whether a line that goes on with an entry begins another stack trace in its midst."""
    if entry["is_over"] or message[:1].isspace() or is_link(message):
        return False
    if entry["trace"] == "python":
        return is_traceback(message) and not is_chain(_last_line(entry))
    exception = find_exception(message)
    return entry["trace"] == "frames" and bool(exception and entry["exception"] not in ("", exception))


def find_rivals(entry: OpenEntry, others: Iterable[OpenEntry], message: str) -> list[OpenEntry]:
    """Return the entries to which a frame may belong in place of the one that it goes on with.

    Args:
        entry: The one that it goes on with.
        others: Other entries of the stream.
        message: The line; anything but a frame has no rivals.
    """
    if entry["has_frames"] or not is_frame(message):
        return []
    return [
        other for other in others if other["exception"] and not other["has_frames"] and not other["is_over"]
    ]


def note_line(entry: OpenEntry, message: str) -> None:
    """Note in an entry what one of its lines says of its stack trace."""
    if is_chain(message):
        entry["is_over"] = False
    entry["has_frames"] |= is_frame(message)
    entry["trace"] = entry["trace"] or name_trace(message)
    raised = find_raised(message) if entry["trace"] == "python" and entry["has_frames"] else ""
    if not message[:1].isspace():
        entry["exception"] = find_exception(message) or raised or entry["exception"]
    # Woven tracebacks end with an exception each.
    entry["tracebacks"] += is_traceback(message) - bool(raised)
    if (raised and entry["tracebacks"] <= 0) or is_last_frame(message):
        entry["is_over"] = True


def _last_line(entry: OpenEntry) -> str:
    return entry["text"].rsplit("\n", 1)[-1]
