"""What a program and all that it started have in memory, and how they are killed together."""

import signal
from typing import NamedTuple

import psutil


class Peak(NamedTuple):
    """The most memory at once, in MiB: of Java, of Python's workers and models, and of all together."""

    java: float = 0.0
    python: float = 0.0
    together: float = 0.0


def join_peaks(one: Peak, other: Peak) -> Peak:
    """Return the most of both.

    Example:
        >>> join_peaks(Peak(2, 1, 3), Peak(1, 4, 5))
        Peak(java=2, python=4, together=5)
    """
    return Peak(*map(max, one, other))


def measure_tree(pid: int) -> Peak:
    """Return the memory of a process and its descendants now, each shared page counted by its share."""
    sums = {"java": 0.0, "python": 0.0}
    for process in _list_tree(pid):
        try:
            pss = process.memory_full_info().pss / 2**20
            sums["java" if process.name() == "java" else "python"] += pss
        except psutil.Error:
            continue
    return Peak(sums["java"], sums["python"], sums["java"] + sums["python"])


def kill_tree(pid: int) -> None:
    """Kill a process and its descendants by SIGKILL."""
    for process in _list_tree(pid):
        try:
            process.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue


def _list_tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
