"""Folds log lines into windows: what is told of one pattern of one service in one hour.

The fold goes over one Kafka partition in the order of its offsets, line by line, and nothing in it depends on
where a batch ends. Windows are therefore a function of the lines alone: a batch that is read again, longer or
shorter, leads to the same windows with the same first offsets, and a replay can't count a line twice.
"""

import re
from collections.abc import Iterable
from typing import Any, Final, TypedDict

from drain3.drain import Drain

from processors.logs.mining import (
    dump_miner,
    find_values,
    load_miner,
    make_miner,
    mask_variables,
    mine_line,
    shrink_miner,
)
from processors.logs.parsing import LogLine

METHOD: Final = "drain-windows-1"
"""Names the way of making windows; a state that another way wrote isn't taken up."""

SAMPLES: Final = 4
"""How many different lines of a window, the newest ones, are kept."""

MAX_LINES: Final = 10_000
"""A window with this many lines is closed, and the pattern's next line opens another."""

MAX_VALUES: Final = 1_000
"""The same for different values: so each of them can be kept and found."""

_MAX_WINDOWS: Final = 5_000
_MAX_STREAMS: Final = 1_000
_MAX_SERVICES: Final = 500
_SAMPLE_CHARACTERS: Final = 4_000
# A window that got no line for so long is closed; the pattern's next line in that hour opens another.
_IDLE_MS: Final = 3_600_000
# Lines of one stack trace are written at once.
_TRACE_GAP_MS: Final = 5_000
_CONTINUES: Final = re.compile(
    r"\s+\S|Caused by: |Suppressed: |\.\.\. \d+ (?:more|common frames)|Traceback \(most recent call last\):"
    r"|During handling of the above exception|The above exception was the direct cause"
)
_IN_TRACE: Final = re.compile(r"\s+at [\w.$<>]+\(|\s+File \"|Traceback \(|Caused by: ")
_EXCEPTION: Final = re.compile(
    r"(?:Caused by: )?((?:[\w$]+\.)*[A-Z][\w$]*(?:Error|Exception|Exit|Interrupt))\b(?::|$)"
)
_SERIOUS: Final = ("warning", "error", "critical")


class Window(TypedDict):
    """What is told of the lines of one pattern, service and hour; its first offset names it.

    `offsets` are the first and last offset of each unbroken run of lines. `values` counts the entries that
    hold a value. `touched_ms` is the broker's time.
    """

    topic: str
    partition: int
    service: str
    namespace: str
    severity: str
    pattern: int
    template: str
    is_new: bool
    offsets: list[list[int]]
    count: int
    begin: str
    end: str
    samples: list[str]
    values: dict[str, int]
    file: str
    touched_ms: int


class OpenEntry(TypedDict):
    """The last entry of a stream, which the stream's next line may continue."""

    window: str
    start: int
    text: str
    clock_ms: int
    in_trace: bool


class PartitionState(TypedDict):
    """All that the fold knows of a partition after some offset; a JSON object."""

    method: str
    clock_ms: int
    miners: dict[str, dict[str, Any]]
    windows: dict[str, Window]
    streams: dict[str, OpenEntry]


def start_state() -> PartitionState:
    """Return the state before the first line."""
    return PartitionState(method=METHOD, clock_ms=0, miners={}, windows={}, streams={})


def fold_lines(state: PartitionState, lines: Iterable[LogLine]) -> list[Window]:
    """Take lines into the state of their partition.

    Args:
        state: Changed in place.
        lines: Lines of one partition in the order of their offsets, each behind those in the state.

    Returns:
        The windows that changed, each as it is after the last line.
    """
    miners: dict[str, Drain] = {}
    changed: dict[int, Window] = {}
    for line in lines:
        _move_clock(state, line["clock_ms"])
        window = _continue_entry(state, line) or _begin_entry(state, miners, line)
        _add_offset(window["offsets"], line["offset"])
        window["touched_ms"] = line["clock_ms"]
        changed[window["offsets"][0][0]] = window
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


def _continue_entry(state: PartitionState, line: LogLine) -> Window | None:
    """Add a line to its stream's last entry, if it is a part of that, and return the entry's window."""
    entry = state["streams"].get(line["stream"])
    if entry is None or line["clock_ms"] - entry["clock_ms"] > _TRACE_GAP_MS:
        return None
    window = state["windows"].get(entry["window"])
    if window is None or window["offsets"][0][0] != entry["start"]:
        return None
    exception = _EXCEPTION.match(line["message"])
    serious = entry["in_trace"] or window["severity"] in _SERIOUS
    if not (_CONTINUES.match(line["message"]) or (exception and serious)):
        return None
    longer = f"{entry['text']}\n{line['message']}"[:_SAMPLE_CHARACTERS]
    window["samples"] = [longer if sample == entry["text"] else sample for sample in window["samples"]]
    entry["text"], entry["clock_ms"] = longer, line["clock_ms"]
    if exception:
        _add_values(window, [exception[1]])
    if _IN_TRACE.match(line["message"]):
        entry["in_trace"] = True
        window["severity"] = _worst(window["severity"], "error")
    return window


def _begin_entry(state: PartitionState, miners: dict[str, Drain], line: LogLine) -> Window:
    headline = _choose_headline(line["message"])
    masked = mask_variables(headline)
    miner = _find_miner(state, miners, line["service"])
    number, template, is_new = mine_line(miner, masked)
    key = f"{line['observed_at'][:13]}|{number}|{line['service']}"
    window = _find_window(state, key, line, number)
    window["template"] = template
    window["is_new"] |= is_new
    window["count"] += 1
    window["severity"] = _worst(window["severity"], line["severity"])
    window["begin"] = min(window["begin"], line["observed_at"])
    window["end"] = max(window["end"], line["observed_at"])
    text = line["message"].strip()[:_SAMPLE_CHARACTERS]
    window["samples"] = [*(sample for sample in window["samples"] if sample != text), text][-SAMPLES:]
    _add_values(window, [*line["identifiers"], *find_values(headline, masked, template)])
    _remember_entry(state, key, window, line, text)
    return window


def _choose_headline(message: str) -> str:
    """The line of an entry that says what happened: the first, but of a bare Python traceback the last."""
    lines = message.strip().splitlines()
    return lines[-1] if lines[0].startswith("Traceback (most recent") else lines[0]


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


def _find_window(state: PartitionState, key: str, line: LogLine, pattern: int) -> Window:
    windows = state["windows"]
    window = windows.get(key)
    if window and window["count"] < MAX_LINES and len(window["values"]) < MAX_VALUES:
        return window
    windows.pop(key, None)
    if len(windows) >= _MAX_WINDOWS:
        del windows[next(iter(windows))]
    windows[key] = Window(
        topic=line["topic"],
        partition=line["partition"],
        service=line["service"],
        namespace=line["namespace"],
        severity=line["severity"],
        pattern=pattern,
        template="",
        is_new=False,
        offsets=[],
        count=0,
        begin=line["observed_at"],
        end=line["observed_at"],
        samples=[],
        values={},
        file=line["file"],
        touched_ms=line["clock_ms"],
    )
    return windows[key]


def _add_values(window: Window, values: list[str]) -> None:
    held = window["values"]
    for value in values:
        held[value] = held.get(value, 0) + 1


def _worst(one: str, other: str) -> str:
    return max(one, other, key=lambda name: _SERIOUS.index(name) if name in _SERIOUS else -1)


def _remember_entry(state: PartitionState, key: str, window: Window, line: LogLine, text: str) -> None:
    streams = state["streams"]
    streams.pop(line["stream"], None)
    if len(streams) >= _MAX_STREAMS:
        del streams[next(iter(streams))]
    start = window["offsets"][0][0] if window["offsets"] else line["offset"]
    in_trace = bool(_IN_TRACE.match(line["message"]))
    streams[line["stream"]] = OpenEntry(
        window=key, start=start, text=text, clock_ms=line["clock_ms"], in_trace=in_trace
    )


def _add_offset(runs: list[list[int]], offset: int) -> None:
    if runs and runs[-1][1] == offset - 1:
        runs[-1][1] = offset
    else:
        runs.append([offset, offset])


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
