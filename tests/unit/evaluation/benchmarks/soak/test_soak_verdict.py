"""What grows is told from what only moves."""

import itertools
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from evaluation.benchmarks.soak.readings import Reading, Readings, read_process, watch_processes
from evaluation.benchmarks.soak.report import Soak, draw_readings, draw_times, list_faults, write_table
from evaluation.benchmarks.soak.use import Use, repeat
from evaluation.benchmarks.soak.verdict import judge_growth

SECONDS = 7200.0


def read(memory: Callable[[float], float], handles: Callable[[float], float] = lambda _: 40) -> Readings:
    times = [float(at) for at in range(0, int(SECONDS), 10)]
    return {"serving": [Reading(at, 7, memory(at), round(handles(at))) for at in times]}


def judge(readings: Readings) -> list[str]:
    (growth,) = judge_growth(readings, SECONDS)
    return growth.faults


def test_what_leaks_is_found_under_noise() -> None:
    chance = random.Random(3)  # noqa: S311 - noise, not a secret
    (leak,) = judge(read(lambda at: 300 + at / SECONDS * 80 + chance.gauss(0, 10)))
    assert leak.startswith("serving: memory grows, by ")
    handles = judge(read(lambda _: 300, lambda at: 40 + at / 100))
    assert handles == ["serving: handles grow, by 54 of 85."]


@pytest.mark.parametrize(
    "memory",
    [
        pytest.param(lambda at: 300 + (at % 600) / 6, id="teeth of a collector"),
        pytest.param(lambda at: 300 + min(at, 900) / 5, id="a warm-up"),
        pytest.param(lambda at: 300 + 400 * (3000 < at < 3300), id="a peak"),
        pytest.param(lambda at: 300 + at / SECONDS * 10, id="less than is tolerated"),
    ],
)
def test_what_only_moves_is_steady(memory: Callable[[float], float]) -> None:
    assert judge(read(memory)) == []


def test_handles_of_many_processes_may_move_by_more() -> None:
    assert judge(read(lambda _: 300, lambda at: 1344 + at / SECONDS * 40)) == []
    (grows,) = judge(read(lambda _: 300, lambda at: 1344 + at / SECONDS * 400))
    assert grows.startswith("serving: handles grow, by ")


def test_a_program_that_was_started_again_is_told() -> None:
    readings = read(lambda _: 300)
    readings["serving"][400:] = [one._replace(pid=8) for one in readings["serving"][400:]]
    assert judge(readings) == ["serving: started again 1 times."]


def test_own_process_is_read_until_the_end() -> None:
    readings, is_over, rounds = Readings(), threading.Event(), itertools.count(1)

    def find() -> dict[str, int]:
        if next(rounds) == 3:
            is_over.set()
        return {"me": os.getpid(), "gone": 2**22 - 1}

    watch_processes(find, is_over, readings, every_s=0.001)
    assert list(readings) == ["me"]
    assert len(readings["me"]) == 3
    assert all(one.memory > 1 and one.handles > 0 for one in readings["me"])


def test_what_a_child_holds_is_its_program_s() -> None:
    before = read_process(os.getpid(), 0.0)
    hold = "held = bytearray(b'x') * 60_000_000; print('ready', flush=True); input()"
    command = [sys.executable, "-c", hold]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
        while_it_runs = read_process(os.getpid(), 1.0)
        child.communicate("\n")
    assert while_it_runs.memory > before.memory + 50
    assert while_it_runs.handles > before.handles


def test_a_pace_is_kept_and_nothing_is_caught_up_on() -> None:
    begun: list[float] = []
    repeat(begun.append, 0.02, 0.1)
    assert begun[0] == 0
    assert len(begun) <= 5
    assert all(later - earlier >= 0.0199 for earlier, later in itertools.pairwise(begun))


def test_what_was_lost_or_refused_is_a_fault_and_all_is_drawn() -> None:
    use = Use(answers=[(1.0, 0.1), (2.0, 0.2)], refused=["second 3: 503"], changes=2, swaps=[(9.0, 8.0)])
    use.lost.append("second 4: change 2 is not in the version of run r.")
    readings = read(lambda _: 300)
    growth = judge_growth(readings, SECONDS)
    soak = Soak(SECONDS, 100, [1.0, 2.0], "1 of 100 canaries can't be retrieved.", use, growth, readings)
    assert list_faults(soak) == [
        "1 of 100 canaries can't be retrieved.",
        "1 questions got no answer, the first at second 3: 503",
        "second 4: change 2 is not in the version of run r.",
    ]
    assert list_faults(soak._replace(unseen="", use=Use())) == []
    assert "| serving | 300 | +0.0 | 40 | +0.0 | 0 |" in write_table(soak)
    assert "Too short" not in write_table(soak)
    assert "Too short" in write_table(soak._replace(growth=[]))
    drawn = draw_readings({**readings, "redis": readings["serving"]}, "memory", "MiB", SECONDS)
    assert [axes.get_visible() for axes in drawn.axes] == [True, True, False, False]
    assert draw_times(soak).axes
