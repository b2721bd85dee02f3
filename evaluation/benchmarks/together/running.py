"""Benchmarks run as programs of their own, so that one that fails or hangs takes nothing from the others."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

from evaluation.benchmarks.rows import FILE_VARIABLE, LEFT_OUT, Row, read_rows
from evaluation.benchmarks.together.parts import Part
from local.environments import ROOT

State = Literal["done", "failed", "left out", "not run"]

_PATIENCE: Final = 3
_LOOK_S: Final = 1.0
_SHOWN_LINES: Final = 3


class Outcome(NamedTuple):
    """What came of a benchmark.

    Attributes:
        part: Its name.
        state: Whether it measured all; rows that a failed one had measured before are kept.
        told: Why not.
        seconds: That it took.
        rows: What it measured.
    """

    part: str
    state: State
    told: str
    seconds: float
    rows: list[Row]


Progress = Callable[[Part, float], None]
"""Told of the part that runs, and for how many seconds it has run."""


def run_parts(
    parts: Sequence[Part], envs: Path, folder: Path, budget_s: float, progress: Progress
) -> Iterator[Outcome]:
    """Run benchmarks one after the other, and yield what came of each.

    Args:
        parts: In their order.
        envs: The environments.
        folder: For what they print.
        budget_s: Seconds for all of them; one that wouldn't end within what is left of it is not begun.
        progress: Called while a part runs.
    """
    ends = time.monotonic() + budget_s
    for part in parts:
        left = ends - time.monotonic()
        if why := _find_obstacle(part, envs, left):
            yield Outcome(part.name, "not run", why, 0.0, [])
            continue
        command = [sys.executable, "-m", f"evaluation.benchmarks.{part.module}", *part.arguments]
        yield run_part(part, command, folder, min(left, _PATIENCE * part.seconds), progress)


def _find_obstacle(part: Part, envs: Path, left_s: float) -> str:
    if part.environment and not (envs / part.environment / "lock.sha256").exists():
        return f"make bench-{part.name} fetches its environment once, gigabytes"
    if part.seconds > left_s:
        return f"it takes {part.seconds} s, and {max(left_s, 0):.0f} s are left"
    return ""


def run_part(part: Part, command: Sequence[str], folder: Path, limit_s: float, progress: Progress) -> Outcome:
    """Run one benchmark, and return what came of it.

    Args:
        part: The benchmark.
        command: That runs it.
        folder: For what it prints, and for its rows.
        limit_s: After so many seconds it is ended.
        progress: Called while it runs.
    """
    log, rows = folder / f"{part.name}.log", folder / f"{part.name}.jsonl"
    given: Mapping[str, str] = {**os.environ, FILE_VARIABLE: str(rows)}
    began = time.monotonic()
    with log.open("w", encoding="utf-8") as printed:
        # A group of its own: what it has started ends with it.
        process = subprocess.Popen(
            command, cwd=ROOT, env=given, stdout=printed, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            status = _wait(process, began, limit_s, lambda taken: progress(part, taken))
        finally:
            _end(process)
    seconds = time.monotonic() - began
    state, told = _judge(status, limit_s, log.read_text(encoding="utf-8", errors="replace"))
    return Outcome(part.name, state, told, seconds, read_rows(rows))


def _wait(
    process: subprocess.Popen[bytes], began: float, limit_s: float, tell: Callable[[float], None]
) -> int | None:
    """Return the status of a program; None if it hasn't ended in time."""
    while (taken := time.monotonic() - began) < limit_s:
        try:
            return process.wait(min(_LOOK_S, limit_s - taken))
        except subprocess.TimeoutExpired:
            tell(time.monotonic() - began)
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _judge(status: int | None, limit_s: float, printed: str) -> tuple[State, str]:
    if status == 0:
        return "done", ""
    last = " ".join(printed.split("\n")[-_SHOWN_LINES - 1 :]).strip()
    if status == LEFT_OUT:
        return "left out", printed.strip().rpartition("\n")[2]
    if status is None:
        return "failed", f"it was ended after {limit_s:.0f} s: {last}"
    return "failed", f"it ended with {status}: {last}"
