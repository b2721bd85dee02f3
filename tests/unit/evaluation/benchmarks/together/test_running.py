"""A part that fails, hangs or has nothing to measure is told of, and takes nothing from the others."""

import os
import sys
import textwrap
import time
from pathlib import Path

import pytest

from evaluation.benchmarks.rows import Row
from evaluation.benchmarks.together import running
from evaluation.benchmarks.together.parts import Part
from evaluation.benchmarks.together.running import Outcome, run_part, run_parts

ROW = Row("one", 2.0, "ms", beside="bare", bare=1.0)
EMIT = """
from evaluation.benchmarks.rows import Row, emit, leave_out
emit(Row('one', 2.0, 'ms', beside='bare', bare=1.0))
"""


def tell_nobody(_part: Part, _taken: float) -> None:
    """Nobody watches."""


def run(folder: Path, program: str, limit_s: float = 60.0) -> Outcome:
    command = [sys.executable, "-c", textwrap.dedent(program)]
    return run_part(Part("part", "none", 10), command, folder, limit_s, tell_nobody)


def test_what_a_part_measures_is_collected(tmp_path: Path) -> None:
    outcome = run(tmp_path, EMIT)
    assert (outcome.state, outcome.told, outcome.rows) == ("done", "", [ROW])


def test_a_part_that_fails_keeps_what_it_had_measured(tmp_path: Path) -> None:
    outcome = run(tmp_path, f"{EMIT}raise ValueError('no such index')")
    assert (outcome.state, outcome.rows) == ("failed", [ROW])
    assert outcome.told.startswith("it ended with 1")
    assert outcome.told.endswith("ValueError: no such index")


def test_a_part_that_has_nothing_to_measure_says_why(tmp_path: Path) -> None:
    outcome = run(tmp_path, f"{EMIT}leave_out('there is no cluster')")
    assert (outcome.state, outcome.told) == ("left out", "there is no cluster")


def test_a_part_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    program = f"""
        import subprocess, sys, time
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        open({str(tmp_path / "child")!r}, "w").write(str(child.pid))
        time.sleep(60)
    """
    began = time.monotonic()
    outcome = run(tmp_path, program, limit_s=3.0)
    assert outcome.state == "failed"
    assert "ended after 3 s" in outcome.told
    assert time.monotonic() - began < 30
    child = int((tmp_path / "child").read_text())
    for _ in range(50):
        if not Path(f"/proc/{child}").exists() or "(zombie)" in Path(f"/proc/{child}/status").read_text():
            return
        time.sleep(0.1)
    os.kill(child, 9)
    pytest.fail("what the part started goes on")


def test_what_does_not_fit_into_the_time_or_lacks_its_environment_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "run_part", lambda part, *_: Outcome(part.name, "done", "", 1.0, []))
    parts = [
        Part("long", "none", 100),
        Part("short", "none", 10),
        Part("fetched", "none", 5, environment="peers"),
    ]
    outcomes = list(run_parts(parts, tmp_path, tmp_path, 20.0, tell_nobody))
    assert [(one.part, one.state) for one in outcomes] == [
        ("long", "not run"), ("short", "done"), ("fetched", "not run"),
    ]  # fmt: skip
    assert "100 s" in outcomes[0].told
    assert "make bench-fetched" in outcomes[2].told


def test_progress_is_told_while_a_part_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_LOOK_S", 0.05)
    seen: list[float] = []
    command = [sys.executable, "-c", "import time; time.sleep(0.5)"]
    run_part(Part("part", "none", 10), command, tmp_path, 60.0, lambda _, taken: seen.append(taken))
    assert len(seen) > 2
    assert seen == sorted(seen)
