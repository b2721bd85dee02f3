"""Folds log lines into windows: what is told of one pattern of one service in one hour.

The fold goes over one Kafka partition in the order of its offsets, line by line, and nothing in it depends on
where a batch ends. Windows are therefore a function of the lines alone: a batch that is read again, longer or
shorter, leads to the same windows with the same first offsets, and a replay can't count a line twice.
"""

from collections.abc import Iterable
from typing import Final

from drain3.drain import Drain

from processors.knowledge.chunk import make_id
from processors.knowledge.logs.counting import add_entry
from processors.knowledge.logs.entries import extend_entry, find_begin_severity, make_entry
from processors.knowledge.logs.matching import match_line
from processors.knowledge.logs.mining import dump_miner
from processors.knowledge.logs.offsets import add_offset
from processors.knowledge.logs.parsing import LogLine
from processors.knowledge.logs.partition_state import (
    PartitionState,
    find_miner,
    find_routes,
    find_window,
    is_window_open,
    move_clock,
    remember_entry,
)
from processors.knowledge.logs.traces import find_continued
from processors.knowledge.logs.windows import Window, name_window

_LONGEST_NAME: Final = 1_000


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
        move_clock(state, line["clock_ms"])
        offset, earlier = state["place"]
        state["place"] = [line["offset"], earlier + 1 if offset == line["offset"] else 0]
        stream = line["stream"] if len(line["stream"]) < _LONGEST_NAME else make_id(line["stream"])
        window = _continue_entry(state, stream, line) or _begin_entry(state, miners, stream, line)
        add_offset(window["offsets"], line["offset"])
        window["touched_ms"] = line["clock_ms"]
        changed[tuple(window["start"])] = window
    state["miners"] |= {service: dump_miner(miner) for service, miner in miners.items()}
    return list(changed.values())


def _continue_entry(state: PartitionState, stream: str, line: LogLine) -> Window | None:
    """Add a line to the entry of its stream that it goes on with, and return that entry's window."""
    entries = state["streams"].get(stream, ())
    entry = find_continued(entries, line)
    if entry is None or not is_window_open(state, entry):
        return None
    others = [other for other in entries if other is not entry]
    window = state["windows"][entry["window"]]
    extend_entry(window, entry, others, line)
    # The entry that was written last comes last.
    state["streams"][stream] = [*others, entry]
    return window


def _begin_entry(state: PartitionState, miners: dict[str, Drain], stream: str, line: LogLine) -> Window:
    service = line["service"][:_LONGEST_NAME]
    routes = find_routes(state, service) if line["http"] else {}
    match = match_line(find_miner(state, miners, service), routes, line)
    severity = find_begin_severity(line)
    key = name_window(line, severity, match.pattern, match.route)
    window = find_window(state, key, line, match.pattern, match.route)
    window["template"] = match.template
    window["is_new"] |= match.is_new
    entry = make_entry(line, key, window["start"], severity)
    add_entry(window, line, severity, entry["text"], match.values)
    remember_entry(state, stream, entry)
    return window
