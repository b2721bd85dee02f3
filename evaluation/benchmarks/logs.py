"""`make bench-logs`: how well and how fast log messages are put into patterns, beside published Drain.

Both get the same 2,000 messages of each system, drawn from known templates. Drain is that of the library
drain3 with the parameters of the paper and the masks of the library's own example. "Drain at its best" has,
for each system, the similarity threshold that serves it best there, which nobody could know beforehand. CPU
time of one process.
"""

import re
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from statistics import fmean
from typing import Final

from drain3.drain import Drain

from evaluation.benchmarks.log_grouping import Grouping, measure_grouping
from evaluation.benchmarks.log_lines import Message, draw_messages, read_templates
from evaluation.benchmarks.rows import Row, emit, open_table
from processors.knowledge.logs.masks import mask_variables
from processors.knowledge.logs.mining import make_miner, mine_line

SEED: Final = 20261121
_THRESHOLDS: Final = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_MASKS: Final = tuple(
    (re.compile(rf"((?<=[^A-Za-z0-9])|^)({pattern})((?=[^A-Za-z0-9])|$)"), mask)
    for pattern, mask in (
        (r"([0-9a-f]{2,}:){3,}([0-9a-f]{2,})", "<:ID:>"),
        (r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}", "<:IP:>"),
        (r"([0-9a-f]{6,} ?){3,}", "<:SEQ:>"),
        (r"([0-9A-F]{4} ?){4,}", "<:SEQ:>"),
        (r"0x[a-f0-9A-F]+", "<:HEX:>"),
        (r"[\-\+]?\d+", "<:NUM:>"),
    )
)

Grouper = Callable[[Iterable[str]], list[int]]
"""Takes messages and returns the group of each."""


def group_by_runlore(messages: Iterable[str]) -> list[int]:
    """Return the pattern of each message, as the pipeline finds it."""
    miner = make_miner()
    return [mine_line(miner, mask_variables(message))[0] for message in messages]


def group_by_drain(messages: Iterable[str], threshold: float = 0.4) -> list[int]:
    """Return the cluster of each message by published Drain."""
    drain = Drain(depth=4, sim_th=threshold, max_children=100)
    return [drain.add_log_message(_mask_for_drain(message))[0].cluster_id for message in messages]


def _mask_for_drain(message: str) -> str:
    for pattern, mask in _MASKS:
        message = pattern.sub(mask, message)
    return message


def measure_grouper(group: Grouper, messages: list[Message]) -> tuple[Grouping, float]:
    """Return how well a grouper does on the messages of a system, and how many seconds of CPU it takes."""
    begin = time.process_time()
    found = group(message.text for message in messages)
    taken = time.process_time() - begin
    return measure_grouping([message.template for message in messages], found), taken


def find_best_drain(messages: list[Message]) -> Grouping:
    """Return the best of each measure that any threshold gives Drain on these messages."""
    measured = [
        measure_grouper(partial(group_by_drain, threshold=threshold), messages)[0]
        for threshold in _THRESHOLDS
    ]
    return Grouping(
        accuracy=max(each["accuracy"] for each in measured), f1=max(each["f1"] for each in measured)
    )


def find_mean(groupings: list[Grouping]) -> Grouping:
    """Return the mean of each measure over systems."""
    return Grouping(
        accuracy=fmean(each["accuracy"] for each in groupings), f1=fmean(each["f1"] for each in groupings)
    )


def main() -> None:
    """Print grouping accuracy and F1 for each system, their means, and lines a second."""
    systems = {system: draw_messages(system, SEED) for system in read_templates()}
    groupers: dict[str, Grouper] = {"runlore": group_by_runlore, "drain": group_by_drain}
    results: dict[str, list[Grouping]] = {name: [] for name in (*groupers, "drain at its best")}
    taken = dict.fromkeys(groupers, 0.0)
    columns = "".join(f"{name + ': GA    F1':>30}" for name in results)
    sys.stdout.write(f"{'system':14}templates{columns}\n")
    for system, messages in systems.items():
        for name, group in groupers.items():
            grouping, seconds = measure_grouper(group, messages)
            results[name].append(grouping)
            taken[name] += seconds
        results["drain at its best"].append(find_best_drain(messages))
        templates = len({message.template for message in messages})
        sys.stdout.write(f"{system:14}{templates:9}{_write_row(each[-1] for each in results.values())}\n")
    ours, *others = map(find_mean, results.values())
    count = sum(map(len, systems.values()))
    open_table(f"{count:,} lines; means over the systems; CPU time of one process")
    for name, theirs in zip(list(results)[1:], others, strict=True):
        emit(Row("grouping accuracy", ours["accuracy"], "share", "more", None, name, theirs["accuracy"]))
        emit(Row("F1 of groups", ours["f1"], "share", "more", None, name, theirs["f1"]))
    speeds = {name: count / seconds for name, seconds in taken.items()}
    emit(Row("lines put into patterns", speeds["runlore"], "lines/s", "more", None, "drain", speeds["drain"]))


def _write_row(groupings: Iterable[Grouping]) -> str:
    return "".join(f"{each['accuracy']:>24.3f} {each['f1']:.3f}" for each in groupings)


if __name__ == "__main__":
    main()
