"""What is known of a partition between two batches of logs: patterns, open windows and last entries.

Whatever is sent, the state stays small: what has not been seen for longest is forgotten first.
"""

from typing import Any, Final, TypedDict

from drain3.drain import Drain

from processors.knowledge.logs.mining import load_miner, make_miner, shrink_miner
from processors.knowledge.logs.parsing import LogLine
from processors.knowledge.logs.traces import OpenEntry, is_waiting
from processors.knowledge.logs.windows import Window, open_window

METHOD: Final = "drain-windows-3"
"""Names the way of making windows; a state that another way wrote isn't taken up."""

MAX_LINES: Final = 10_000
"""A window with this many entries is closed, and the pattern's next one opens another."""

MAX_VALUES: Final = 1_000
"""The same for different values: so each of them can be kept and found."""

_MAX_WINDOWS: Final = 5_000
_MAX_STREAMS: Final = 1_000
_MAX_SERVICES: Final = 500
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


def move_clock(state: PartitionState, clock_ms: int) -> None:
    """Close what was idle for long; looked at once in a while, at times that only the lines decide."""
    before, now = state["clock_ms"] // _IDLE_MS, clock_ms // _IDLE_MS
    if now <= before:
        return
    state["clock_ms"] = clock_ms
    oldest = clock_ms - _IDLE_MS
    state["windows"] = {k: w for k, w in state["windows"].items() if w["touched_ms"] >= oldest}


def is_window_open(state: PartitionState, entry: OpenEntry) -> bool:
    """Tell whether the window of an entry still takes entries."""
    window = state["windows"].get(entry["window"])
    return window is not None and window["start"] == entry["start"]


def find_miner(state: PartitionState, miners: dict[str, Drain], service: str) -> Drain:
    """Return the miner of a service, read from the state if it isn't open yet.

    Args:
        state: Changed in place.
        miners: Those that are open, by service; changed in place.
        service: Its name.
    """
    if service not in miners:
        held = state["miners"].setdefault(service, {})
        miners[service] = load_miner(held) if held else make_miner()
        if len(state["miners"]) > _MAX_SERVICES:
            forgotten = next(iter(state["miners"]))
            del state["miners"][forgotten]
            miners.pop(forgotten, None)
    miners[service] = shrink_miner(miners[service])
    return miners[service]


def find_routes(state: PartitionState, service: str) -> dict[str, int]:
    """Return the routes of a service's access logs; those of the service known longest are forgotten."""
    known = state["routes"].setdefault(service, {})
    if len(state["routes"]) > _MAX_SERVICES:
        del state["routes"][next(iter(state["routes"]))]
    return known


def find_window(state: PartitionState, key: str, line: LogLine, pattern: int, route: str) -> Window:
    """Return the open window of a name, or a new one where there is none or it is full.

    Args:
        state: Changed in place.
        key: Names the window.
        line: Its first line, if it is new.
        pattern: Number of the line's pattern.
        route: The line's route and class of status, if it is of an access log.
    """
    windows = state["windows"]
    window = windows.get(key)
    if window and window["count"] < MAX_LINES and len(window["values"]) < MAX_VALUES:
        return window
    windows.pop(key, None)
    if len(windows) >= _MAX_WINDOWS:
        del windows[next(iter(windows))]
    windows[key] = open_window(line, state["place"], pattern, route)
    return windows[key]


def remember_entry(state: PartitionState, stream: str, entry: OpenEntry) -> None:
    """Make an entry its stream's last one; a trace that waits for frames stays beside it.

    Args:
        state: Changed in place.
        stream: Its name.
        entry: The one that was written last.
    """
    streams = state["streams"]
    held = streams.pop(stream, [])
    if len(streams) >= _MAX_STREAMS:
        del streams[next(iter(streams))]
    waiting = [other for other in held if is_waiting(other, entry["clock_ms"])]
    streams[stream] = [*waiting[-1:], entry]
