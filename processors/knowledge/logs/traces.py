"""Which of a stream's entries a line goes on with: stack traces, panics, statements, lines that were cut.

Several threads may write into one stream. A frame goes to the trace that waits for frames, not to whatever
came last; where two traces wait at once, nothing tells whose a frame is: both stay one entry that says so.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, TypedDict

from processors.knowledge.logs.parsing import LogLine
from processors.knowledge.logs.ranking import rank_severity

MAX_ENTRY_LINES: Final = 1_000
"""A line that goes on with more than so many begins an entry of its own."""

# Lines of one stack trace are written at once.
_MAX_GAP_MS: Final = 5_000
_WOVEN_MS: Final = 1_000
_SERIOUS: Final = rank_severity("warning")

_FRAME: Final = re.compile(
    r"\s+at (?:async |new )?(?:[^\s(]{1,500}+(?: \[as [^\]]{1,99}\])? ?\(|\S{1,500}:\d)"  # Java, Node, .NET
    r"|\s+File \"[^\"]{1,500}\", line \d"  # Python
    r"|\s+from \S{1,500}:\d+:in |[\w./-]{1,500}?\.rb:\d+:in [`'][^']{0,300}'$"  # Ruby
    r"|#\d{1,3} +(?:\S{1,500}\(\d+\): |\[internal function\]|\{main\}|0x[\da-f]+ in )"  # PHP, C
    r"|goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[|\s+\S{1,500}\.(?:go|s):\d+(?: \+0x|$)"  # Go
    r"|\s+\d{1,3}: +(?:0x[\da-f]+ - )?[\w<]\S*::\S|stack backtrace:"  # Rust
    r"|\s+\(\w+ [\d.]+\) \S{1,300}:\d+: "  # Elixir
)
# What follows a trace and is followed by more of it.
_LINK: Final = re.compile(
    r"\s*(?:Caused by: |Suppressed: |\.\.\. \d+ (?:more|common frames)|--- End of |---> |Stack trace:)"
    r"|During handling of the above exception|The above exception was the direct cause|Node\.js v\d"
)
_CHAIN: Final = re.compile(r"During handling of|The above exception")
_TRACEBACK: Final = re.compile(r"Traceback \(most recent call last\):")
_EXCEPTION: Final = re.compile(
    r"(?:Caused by: |(?:(?:PHP )?Fatal error: +)?Uncaught |Unhandled [Ee]xception[.:] |"
    r"Exception in thread \"[^\"]{0,200}+\" )?"
    r"((?:[\w$]{1,100}+(?:[.\\]|::))*(?:[A-Z][\w$]{0,100})?(?:Error|Exception|Exit|Interrupt|Throwable))"
    r"(?::|$| \(| \[)"
)
_RUBY: Final = re.compile(r"\S{1,500}?\.rb:\d+:in [`'][^']{0,300}': .*\(([\w:]{1,200})\)$")
# The last line of a Python traceback: any class, for not all end in Error.
_RAISED: Final = re.compile(r"((?:\w{1,100}+\.)*[A-Za-z_]\w{0,100}+)(?:: |:?$)")
_PANIC: Final = re.compile(
    r"(?:panic|fatal error): |.{0,200}?\bpanic serving |thread '[^']*'[^:]{0,40}panicked at "
)
_GO_TAIL: Final = re.compile(
    r"\[signal |(?:created by )?[\w./*()\[\]·$-]{1,500}\([^)]{0,500}\)?$|created by |exit status \d"
    r"|runtime stack:|panic: |r?[a-z0-9]{2,6} +0x[0-9a-f]+$"
)
_RUST_TAIL: Final = re.compile(r"note: |called `")
_LAST_FRAME: Final = re.compile(
    r"\s*\.\.\. \d+ (?:more|common)|\s+at (?:java\.base/)?java\.lang\.Thread\.run\(|\s+at \S+[.$]main\("
    r"|\s+at node:internal/|#\d+ \{main\}|\s+from .*<main>'|Node\.js v\d"
)
_POSTGRES: Final = re.compile(r"(?P<before>.{0,200}?)\b(?:STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION):  ")
_POSTGRES_HEAD: Final = re.compile(r"(?P<before>.{0,200}?)\b(?:ERROR|FATAL|PANIC|WARNING|LOG|NOTICE|INFO):  ")
_SESSION: Final = re.compile(r"\[(\d+)\]")


_FRAME_BEGINS: Final = (" ", "\t", "#")
_MARKS: Final = (
    "Error", "xception", "Exit", "Interrupt", "Throwable", "Traceback", "panic", "fatal error", "goroutine ",
    "stack backtrace:", "Caused by: ", "Stack trace:", "--- End of ", ".rb:",
    "Node.js v", ":  ", " more", " common frames", "\n",
)  # fmt: skip


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


# Both are asked several times of a line, one after the other.
@lru_cache(maxsize=8)
def may_hold_trace(message: str) -> bool:
    """Tell in no time of most lines that they have nothing to do with a stack trace.

    Example:
        >>> may_hold_trace("order 17 paid"), may_hold_trace("ValueError: 17")
        (False, True)
    """
    return message[:1] in _FRAME_BEGINS or any(map(message.__contains__, _MARKS))


def name_trace(message: str) -> str:
    """Return how a stack trace goes on that a line begins, or an empty text.

    Example:
        >>> name_trace("panic: nil map"), name_trace("Traceback (most recent call last):")
        ('go', 'python')
        >>> name_trace("java.io.IOException: pipe broken"), name_trace("INFO ready")
        ('frames', '')
    """
    if _TRACEBACK.match(message):
        return "python"
    if _PANIC.match(message):
        return "rust" if message.startswith("thread") else "go"
    if message.startswith("goroutine ") and _FRAME.match(message):
        return "go"
    return "frames" if find_exception(message) or is_frame(message) else ""


def find_exception(message: str) -> str:
    """Return the class of the exception that a line begins with, or an empty text.

    Example:
        >>> find_exception("Caused by: java.net.ConnectException: refused")
        'java.net.ConnectException'
    """
    found = _EXCEPTION.match(message) or _RUBY.match(message)
    return found[1] if found else ""


@lru_cache(maxsize=8)
def is_frame(message: str) -> bool:
    """Tell whether a line is a frame of a stack trace.

    Example:
        >>> is_frame("    at pay (/app/pay.js:7:1)"), is_frame("  at least three nodes")
        (True, False)
    """
    return bool(_FRAME.match(message))


def is_addition(message: str) -> bool:
    """Tell whether a line adds to a PostgreSQL error: its words say nothing of how serious that is."""
    return bool(_POSTGRES.match(message))


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
        if _LINK.match(message):
            return traces[-1] if traces else last
        if message[:1].isspace() or _owns(last, message):
            return last
    return _find_waiting(message, last, waiting, line["clock_ms"]) if waiting else None


def _owns(last: OpenEntry, message: str) -> bool:
    """Tell whether a line is the exception or the statement of its stream's last entry."""
    if _is_added(message, last["head"]):
        return True
    if not (_TRACEBACK.match(message) or find_exception(message)):
        return False
    awaits = not last["trace"] and rank_severity(last["severity"]) >= _SERIOUS
    ends = _last_line(last)
    return awaits or bool(_CHAIN.match(ends)) or ends.strip() == "^"


def _find_waiting(message: str, last: OpenEntry, waiting: OpenEntry, clock_ms: int) -> OpenEntry | None:
    """Return the trace that waits for more, if the line goes on with it, or may be woven into it."""
    kind = waiting["trace"]
    is_more: object = None
    if kind == "python":
        is_more = waiting["has_frames"] and _RAISED.match(message)
    elif kind == "go":
        is_more = _GO_TAIL.match(message)
    elif kind == "rust":
        # What went wrong stands in the second line.
        is_more = _RUST_TAIL.match(message) or (waiting is last and last["lines"] == 1)
    if is_more:
        return waiting
    begins = may_hold_trace(message) and is_woven(waiting, message)
    return waiting if begins and clock_ms - waiting["clock_ms"] <= _WOVEN_MS else None


def is_waiting(entry: OpenEntry, clock_ms: int) -> bool:
    """Tell whether an entry is a stack trace whose next frame may still come."""
    return bool(entry["trace"]) and not entry["is_over"] and clock_ms - entry["clock_ms"] <= _MAX_GAP_MS


def is_woven(entry: OpenEntry, message: str) -> bool:
    """Tell whether a line that goes on with an entry begins another stack trace in its midst."""
    if entry["is_over"] or message[:1].isspace() or _LINK.match(message):
        return False
    if entry["trace"] == "python":
        return bool(_TRACEBACK.match(message)) and not _CHAIN.match(_last_line(entry))
    exception = find_exception(message)
    return entry["trace"] == "frames" and bool(exception and entry["exception"] not in ("", exception))


def find_rivals(entry: OpenEntry, others: Iterable[OpenEntry], message: str) -> list[OpenEntry]:
    """Return the entries to which a frame may belong in place of the one that it goes on with."""
    if entry["has_frames"] or not is_frame(message):
        return []
    return [
        other for other in others if other["exception"] and not other["has_frames"] and not other["is_over"]
    ]


def note_line(entry: OpenEntry, message: str) -> None:
    """Note in an entry what one of its lines says of its stack trace."""
    if _CHAIN.match(message):
        entry["is_over"] = False
    entry["has_frames"] |= is_frame(message)
    entry["trace"] = entry["trace"] or name_trace(message)
    raised = _RAISED.match(message) if entry["trace"] == "python" and entry["has_frames"] else None
    if not message[:1].isspace():
        entry["exception"] = find_exception(message) or (raised[1] if raised else entry["exception"])
    # Woven tracebacks end with an exception each.
    entry["tracebacks"] += bool(_TRACEBACK.match(message)) - bool(raised)
    if (raised and entry["tracebacks"] <= 0) or _LAST_FRAME.match(message):
        entry["is_over"] = True


def _last_line(entry: OpenEntry) -> str:
    return entry["text"].rsplit("\n", 1)[-1]


def _is_added(message: str, head: str) -> bool:
    added, begun = _POSTGRES.match(message), _POSTGRES_HEAD.match(head)
    if not added or not begun:
        return False
    sessions = [_SESSION.search(match["before"]) for match in (added, begun)]
    return None in sessions or sessions[0][1] == sessions[1][1]  # type: ignore[index]
