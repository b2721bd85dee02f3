"""Folds log lines into windows: what is told of one pattern of one service in one hour.

The fold goes over one Kafka partition in the order of its offsets, line by line, and nothing in it depends on
where a batch ends. Windows are therefore a function of the lines alone: a batch that is read again, longer or
shorter, leads to the same windows with the same first offsets, and a replay can't count a line twice.
"""

from collections.abc import Iterable
from typing import Any, Final, TypedDict

from drain3.drain import Drain

from processors.chunk import make_id
from processors.knowledge.logs.entries import extend_entry, find_begin_severity, make_entry
from processors.knowledge.logs.matching import match_line
from processors.knowledge.logs.mining import dump_miner, load_miner, make_miner, shrink_miner
from processors.knowledge.logs.parsing import LogLine
from processors.knowledge.logs.traces import OpenEntry, find_continued, is_waiting
from processors.knowledge.logs.windows import Window, add_entry, add_offset, name_window, open_window

METHOD: Final = "drain-windows-3"
"""Names the way of making windows; a state that another way wrote isn't taken up."""

MAX_LINES: Final = 10_000
"""A window with this many entries is closed, and the pattern's next one opens another."""

MAX_VALUES: Final = 1_000
"""The same for different values: so each of them can be kept and found."""

_MAX_WINDOWS: Final = 5_000
_MAX_STREAMS: Final = 1_000
_MAX_SERVICES: Final = 500
_LONGEST_NAME: Final = 1_000
# A window that got no line for so long is closed; the pattern's next line in that hour opens another.
_IDLE_MS: Final = 3_600_000


class PartitionState(TypedDict):
    """All that the fold knows of a partition after some offset; a JSON object.

    `place` is the last line's offset, and how many lines of its message came before it. `routes` are those of
    each service, `streams` the entries that a stream's next line may go on with.
    """

    method: str
    clock_ms: int
    place: list[int]
    miners: dict[str, dict[str, Any]]
    routes: dict[str, dict[str, int]]
    windows: dict[str, Window]
    streams: dict[str, list[OpenEntry]]


def start_state() -> PartitionState:
    """Return the state before the first line."""
    return PartitionState(
        method=METHOD, clock_ms=0, place=[-1, 0], miners={}, routes={}, windows={}, streams={}
    )


def fold_lines(state: PartitionState, lines: Iterable[LogLine]) -> list[Window]:
    """Take lines into the state of their partition.

    Args:
        state: Changed in place.
        lines: Lines of one partition in the order of their offsets, each behind those in the state; those of
            one message have the same offset.

    Returns:
        The windows that changed, each as it is after the last line.
    """
    miners: dict[str, Drain] = {}
    changed: dict[tuple[int, ...], Window] = {}
    for line in lines:
        _move_clock(state, line["clock_ms"])
        offset, earlier = state["place"]
        state["place"] = [line["offset"], earlier + 1 if offset == line["offset"] else 0]
        stream = line["stream"] if len(line["stream"]) < _LONGEST_NAME else make_id(line["stream"])
        window = _continue_entry(state, stream, line) or _begin_entry(state, miners, stream, line)
        add_offset(window["offsets"], line["offset"])
        window["touched_ms"] = line["clock_ms"]
        changed[tuple(window["start"])] = window
    state["miners"] |= {service: dump_miner(miner) for service, miner in miners.items()}
    return list(changed.values())


def _move_clock(state: PartitionState, clock_ms: int) -> None:
    """Close what was idle for long; looked at once in a while, at times that only the lines decide."""
    before, now = state["clock_ms"] // _IDLE_MS, clock_ms // _IDLE_MS
    if now <= before:
        return
    state["clock_ms"] = clock_ms
    oldest = clock_ms - _IDLE_MS
    state["windows"] = {k: w for k, w in state["windows"].items() if w["touched_ms"] >= oldest}


def _continue_entry(state: PartitionState, stream: str, line: LogLine) -> Window | None:
    """Add a line to the entry of its stream that it goes on with, and return that entry's window."""
    entries = state["streams"].get(stream, ())
    entry = find_continued(entries, line)
    if entry is None or not _is_window_open(state, entry):
        return None
    others = [other for other in entries if other is not entry]
    window = state["windows"][entry["window"]]
    extend_entry(window, entry, others, line)
    # The entry that was written last comes last.
    state["streams"][stream] = [*others, entry]
    return window


def _is_window_open(state: PartitionState, entry: OpenEntry) -> bool:
    window = state["windows"].get(entry["window"])
    return window is not None and window["start"] == entry["start"]


def _begin_entry(state: PartitionState, miners: dict[str, Drain], stream: str, line: LogLine) -> Window:
    service = line["service"][:_LONGEST_NAME]
    routes = _find_routes(state, service) if line["http"] else {}
    match = match_line(_find_miner(state, miners, service), routes, line)
    severity = find_begin_severity(line)
    key = name_window(line, severity, match.pattern, match.route)
    window = _find_window(state, key, line, match.pattern, match.route)
    window["template"] = match.template
    window["is_new"] |= match.is_new
    entry = make_entry(line, key, window["start"], severity)
    add_entry(window, line, severity, entry["text"], match.values)
    _remember_entry(state, stream, entry)
    return window


def _find_miner(state: PartitionState, miners: dict[str, Drain], service: str) -> Drain:
    if service not in miners:
        held = state["miners"].setdefault(service, {})
        miners[service] = load_miner(held) if held else make_miner()
        if len(state["miners"]) > _MAX_SERVICES:
            forgotten = next(iter(state["miners"]))
            del state["miners"][forgotten]
            miners.pop(forgotten, None)
    miners[service] = shrink_miner(miners[service])
    return miners[service]


def _find_routes(state: PartitionState, service: str) -> dict[str, int]:
    known = state["routes"].setdefault(service, {})
    if len(state["routes"]) > _MAX_SERVICES:
        del state["routes"][next(iter(state["routes"]))]
    return known


def _find_window(state: PartitionState, key: str, line: LogLine, pattern: int, route: str) -> Window:
    windows = state["windows"]
    window = windows.get(key)
    if window and window["count"] < MAX_LINES and len(window["values"]) < MAX_VALUES:
        return window
    windows.pop(key, None)
    if len(windows) >= _MAX_WINDOWS:
        del windows[next(iter(windows))]
    windows[key] = open_window(line, state["place"], pattern, route)
    return windows[key]


def _remember_entry(state: PartitionState, stream: str, entry: OpenEntry) -> None:
    """Make an entry its stream's last one; a trace that waits for frames stays beside it."""
    streams = state["streams"]
    held = streams.pop(stream, [])
    if len(streams) >= _MAX_STREAMS:
        del streams[next(iter(streams))]
    waiting = [other for other in held if is_waiting(other, entry["clock_ms"])]
    streams[stream] = [*waiting[-1:], entry]


def write_offsets(runs: Iterable[Iterable[int]]) -> str:
    """Return runs of offsets as text.

    Example:
        >>> write_offsets([[3, 3], [5, 9]])
        '3,5-9'
    """
    return ",".join(f"{first}-{last}" if first != last else f"{first}" for first, last in runs)


def read_offsets(text: str) -> set[int]:
    """Return every offset that `write_offsets` wrote.

    Example:
        >>> sorted(read_offsets("3,5-7"))
        [3, 5, 6, 7]
    """
    ends = ([int(end) for end in run.split("-")] for run in text.split(",") if run)
    return {offset for run in ends for offset in range(run[0], run[-1] + 1)}
