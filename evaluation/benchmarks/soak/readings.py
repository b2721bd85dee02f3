"""What each program of the stack holds: memory and handles, read every few seconds while it works."""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final, NamedTuple

import psutil

from local.settings import StackSettings
from local.supervisor import list_programs

EVERY_S: Final = 10.0
_MIB: Final = 1024 * 1024


class Reading(NamedTuple):
    """One program at one time.

    Attributes:
        at: Seconds since the soak began.
        pid: Of the program; another one says that it was started again.
        memory: Its own and its children's, in MiB: not the files that it maps, which grow with the data.
        handles: Open files and sockets, its children's too.
    """

    at: float
    pid: int
    memory: float
    handles: int


Readings = dict[str, list[Reading]]
"""By the program's name, in the order of time."""


def read_process(pid: int, at: float) -> Reading:
    """Return what a process and its children hold now; several servers do their work in children.

    Args:
        pid: Of the process.
        at: Seconds since the soak began.

    Raises:
        psutil.Error: It has ended.

    Example:
        >>> import os
        >>> read_process(os.getpid(), 0.0).memory > 1
        True
    """
    process = psutil.Process(pid)
    memory, handles = _read_own(process)
    for child in process.children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            added = _read_own(child)
            memory, handles = memory + added[0], handles + added[1]
    return Reading(at, pid, memory, handles)


def _read_own(process: psutil.Process) -> tuple[float, int]:
    with process.oneshot():
        memory = process.memory_info()
        return (memory.rss - memory.shared) / _MIB, process.num_fds()


def watch_programs(settings: StackSettings, is_over: threading.Event, readings: Readings) -> None:
    """Read all programs of the stack until told to stop.

    Args:
        settings: Of the stack.
        is_over: Set when the soak is.
        readings: Gets a reading of each program every `EVERY_S` seconds.
    """

    def find() -> Mapping[str, int]:
        return {name: state["pid"] for name, state in list_programs(settings).items() if state["pid"]}

    watch_processes(find, is_over, readings)


def watch_processes(
    find: Callable[[], Mapping[str, int]],
    is_over: threading.Event,
    readings: Readings,
    every_s: float = EVERY_S,
) -> None:
    """Read the processes that are there until told to stop.

    Args:
        find: Gives the pid of each program by its name.
        is_over: Set when the soak is.
        readings: Gets what is read.
        every_s: Seconds from one reading to the next.
    """
    began = time.monotonic()
    while not is_over.wait(every_s):
        for name, pid in find().items():
            with suppress(psutil.Error):  # it has just ended; its successor is read the next time
                reading = read_process(pid, time.monotonic() - began)
                readings.setdefault(name, []).append(reading)
