"""Entries of a log: what was written at once, of one line or of several."""

from collections.abc import Iterable
from typing import Final

from processors.knowledge.logs.counting import add_values, count_entry, recount_entry, show_entry
from processors.knowledge.logs.parsing import LogLine
from processors.knowledge.logs.ranking import pick_worst, rank_severity
from processors.knowledge.logs.statements import is_addition
from processors.knowledge.logs.trace_lines import find_exception, may_hold_trace, name_trace
from processors.knowledge.logs.traces import (
    OpenEntry,
    find_rivals,
    is_woven,
    note_line,
)
from processors.knowledge.logs.windows import Window

MAX_CHARACTERS: Final = 4_000
"""Characters of an entry that are kept."""

_LONGEST_HEAD: Final = 300
_WARNING: Final = rank_severity("warning")
# A program that says so is gone.
_GONE: Final = ("panic: ", "fatal error: ")


def find_begin_severity(line: LogLine) -> str:
    """Return how serious an entry is, as far as its first line tells.

    A stack trace is an error, if nothing says that it is only a warning.

    Example:
        >>> [find_begin_severity({"message": message, "severity": "info"})
        ...  for message in ("panic: nil map", "KeyError: 'a'", "ready")]
        ['critical', 'error', 'info']
    """
    if line["message"].startswith(_GONE):
        return "critical"
    is_mild = rank_severity(line["severity"]) < _WARNING and may_hold_trace(line["message"])
    return "error" if is_mild and any(map(name_trace, line["message"].splitlines())) else line["severity"]


def make_entry(line: LogLine, window: str, start: list[int], severity: str) -> OpenEntry:
    """Return the entry that a line begins.

    Args:
        line: The line.
        window: Name of the entry's window.
        start: What else tells that window from others of the same name.
        severity: How serious it is.
    """
    message = line["message"]
    text = message.lstrip() if line["is_part"] else message.strip()
    entry = OpenEntry(
        window=window,
        start=start,
        head=text[:_LONGEST_HEAD],
        text=text[:MAX_CHARACTERS],
        severity=severity,
        clock_ms=line["clock_ms"],
        lines=1,
        trace="",
        exception="",
        has_frames=False,
        tracebacks=0,
        is_over=False,
        is_part=line["is_part"],
    )
    if may_hold_trace(message):
        for each in text.splitlines():
            note_line(entry, each)
    return entry


def extend_entry(window: Window, entry: OpenEntry, others: Iterable[OpenEntry], line: LogLine) -> None:
    """Add a line to an entry.

    Args:
        window: The entry's; changed in place.
        entry: Changed in place.
        others: Other entries that wait for frames in the same stream; changed in place.
        line: What it goes on with.
    """
    message, before = line["message"], entry["text"]
    if is_woven(entry, message):
        window["is_woven"] = True
        count_entry(window, entry["severity"], line["observed_at"])
    for rival in find_rivals(entry, others, message):
        window["is_woven"] = rival["is_over"] = True
        entry["text"] = f"{entry['text']}\n{rival['text']}"
    joint = "" if entry["is_part"] else "\n"
    entry["text"] = f"{entry['text']}{joint}{message}"[:MAX_CHARACTERS]
    entry["lines"] += 1
    entry["clock_ms"], entry["is_part"] = line["clock_ms"], line["is_part"]
    for each in message.splitlines():
        note_line(entry, each)
    add_values(window, [exception[:_LONGEST_HEAD]] if (exception := find_exception(message)) else [])
    _raise_entry(window, entry, line)
    show_entry(window, entry["text"], entry["severity"], before)


def _raise_entry(window: Window, entry: OpenEntry, line: LogLine) -> None:
    if is_addition(line["message"]):
        return
    severity = pick_worst(entry["severity"], line["severity"])
    if entry["has_frames"] and rank_severity(severity) < _WARNING:
        severity = "error"
    if severity != entry["severity"]:
        recount_entry(window, entry["severity"], severity)
        entry["severity"] = severity
