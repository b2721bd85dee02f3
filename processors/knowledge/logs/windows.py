"""What is told of the lines of one pattern, of one place, severity and hour."""

import re
from functools import lru_cache
from typing import Final, TypedDict

from processors.chunk import make_id
from processors.knowledge.logs.parsing import LogLine
from processors.knowledge.logs.ranking import pick_worst, rank_severity

SAMPLES: Final = 4
"""How many different entries of a window are kept: the worst, of each status one, and else the newest."""

_LONGEST_NAME: Final = 1_000
_SEPARATOR: Final = "\x1f"
# Paths of containers' logs hold a pod's and a container's id; what stays is the container's name.
_CONTAINER_FILE: Final = re.compile(
    r".*/containers/[^/]*_([^/_]+)-[0-9a-f]{64}\.log$|.*/pods/[^/]+/([^/]+)/\d+\.log[^/]*$"
)
_FILE_NUMBERS: Final = re.compile(r"[0-9a-f]{8,}|\d+")


class Window(TypedDict):
    """What is told of the entries of one pattern, or route, of a service in an hour.

    `start` names it: the offset of its first line, and how many lines of that message came before. `route`
    is the route and class of status of an access log, else empty. `offsets` are the first and last offset of
    each unbroken run of lines. `severities` and `statuses` count entries, `values` those that hold a value.
    `samples` are entries with their severity, or status, the newest last. `is_woven`: a frame may be under
    another exception than its own. `touched_ms` is the broker's time.
    """

    topic: str
    partition: int
    start: list[int]
    service: str
    cluster: str
    namespace: str
    severity: str
    pattern: int
    template: str
    route: str
    is_new: bool
    offsets: list[list[int]]
    count: int
    severities: dict[str, int]
    statuses: dict[str, int]
    begin: str
    end: str
    samples: dict[str, str]
    values: dict[str, int]
    file: str
    is_woven: bool
    touched_ms: int


def name_window(line: LogLine, severity: str, pattern: int, route: str) -> str:
    """Return what names the window that an entry belongs to, of a length that nothing sent can change.

    Args:
        line: The entry's first line.
        severity: Of the entry, as far as its first line tells.
        pattern: Number of its pattern.
        route: Its route and class of status, if it is of an access log.
    """
    place = (line["service"], line["cluster"], line["namespace"], _name_source(line["file"]))
    name = _SEPARATOR.join((line["observed_at"][:13], severity, str(pattern), route, *place))
    return name if len(name) < _LONGEST_NAME else make_id(name)


def open_window(line: LogLine, start: list[int], pattern: int, route: str) -> Window:
    """Return a window without entries.

    Args:
        line: Its first line.
        start: Offset of that line, and how many lines of its message came before.
        pattern: Number of its pattern.
        route: Route and class of status, if it is of an access log.
    """
    return Window(
        topic=line["topic"],
        partition=line["partition"],
        start=start,
        service=line["service"][:_LONGEST_NAME],
        cluster=line["cluster"][:_LONGEST_NAME],
        namespace=line["namespace"][:_LONGEST_NAME],
        severity="debug",
        pattern=pattern,
        template="",
        route=route,
        is_new=False,
        offsets=[],
        count=0,
        severities={},
        statuses={},
        begin=line["observed_at"],
        end=line["observed_at"],
        samples={},
        values={},
        file=line["file"][:_LONGEST_NAME],
        is_woven=False,
        touched_ms=line["clock_ms"],
    )


def count_entry(window: Window, severity: str, observed_at: str) -> None:
    """Count one entry more."""
    window["count"] += 1
    counts = window["severities"]
    if severity in counts:
        counts[severity] += 1
    else:
        counts[severity] = 1
        window["severity"] = pick_worst(*counts)
    window["begin"] = min(window["begin"], observed_at)
    window["end"] = max(window["end"], observed_at)


def add_entry(window: Window, line: LogLine, severity: str, text: str, values: list[str]) -> None:
    """Take the entry that a line begins into a window.

    Args:
        window: Changed in place.
        line: The line.
        severity: How serious the entry is.
        text: What of it is shown.
        values: What it may be looked for by.
    """
    count_entry(window, severity, line["observed_at"])
    kind = severity
    if line["http"]:
        kind = str(line["http"].status)
        window["statuses"][kind] = window["statuses"].get(kind, 0) + 1
    show_entry(window, text, kind)
    add_values(window, values)


def recount_entry(window: Window, before: str, now: str) -> None:
    """Count an entry under another severity, which its later lines told."""
    counts = window["severities"]
    counts[before] -= 1
    counts[now] = counts.get(now, 0) + 1
    window["severities"] = {name: count for name, count in counts.items() if count}
    window["severity"] = pick_worst(*window["severities"])


def show_entry(window: Window, text: str, kind: str, before: str = "") -> None:
    """Put an entry among those that are shown, and leave out the oldest of the least serious for it.

    Args:
        window: Changed in place.
        text: The entry.
        kind: How serious it is, or with which status its request ended.
        before: The same entry without its last line, which it replaces.
    """
    samples = window["samples"]
    if before in samples and before != text:
        grown = ((text, kind) if shown[0] == before else shown for shown in samples.items())
        window["samples"] = dict(grown)
        return
    samples.pop(text, None)
    samples[text] = kind
    if len(samples) > SAMPLES:
        del samples[_choose_least(samples)]


def _choose_least(samples: dict[str, str]) -> str:
    """Return the oldest entry of the kind that is least serious, or of which there are most."""
    kinds = list(samples.values())
    if len(set(kinds)) == 1:
        return next(iter(samples))
    return min(samples, key=lambda text: (rank_severity(samples[text]), -kinds.count(samples[text])))


def add_values(window: Window, values: list[str]) -> None:
    """Count values that an entry holds."""
    held = window["values"]
    for value in values:
        held[value] = held.get(value, 0) + 1


def add_offset(runs: list[list[int]], offset: int) -> None:
    """Add a line's offset, which is not before those in the runs; several lines may have the same.

    Example:
        >>> runs = [[3, 4]]
        >>> for offset in (4, 5, 9):
        ...     add_offset(runs, offset)
        >>> runs
        [[3, 5], [9, 9]]
    """
    if runs and offset - runs[-1][1] <= 1:
        runs[-1][1] = offset
    else:
        runs.append([offset, offset])


@lru_cache(maxsize=1_000)
def _name_source(file: str) -> str:
    if found := _CONTAINER_FILE.match(file):
        return found[1] or found[2]
    return _FILE_NUMBERS.sub("*", file)
