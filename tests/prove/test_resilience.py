"""A process of the running stack is killed, and comes back by itself.

Here some of each kind are killed, those that do one job at once; `make prove` kills every one by itself.
"""

import os
import signal
import time
from collections.abc import Callable
from typing import Final

import psutil
import pytest

from local.ask import ask_question
from local.errors import StackError
from local.orphans import find_marked
from local.services import SERVICES, Service
from local.settings import StackSettings, load_settings
from local.start import is_healthy
from local.supervisor import list_programs

PATIENCE_S: Final = 180
QUESTION: Final = "The OpenSearch cluster is red. What do I do?"
SOME: Final = (
    ("redis", "serving"),
    ("airflow-scheduler", "airflow-triggerer"),
    ("log-shipper", "prometheus", "node-exporter"),
)
KILLED: Final = tuple((s.name,) for s in SERVICES) if "PROVE_EACH_PROCESS" in os.environ else SOME
RunDag = Callable[..., dict[str, str]]


@pytest.fixture(scope="module")
def stack() -> StackSettings:
    return load_settings()


def wait_until_healthy_again(stack: StackSettings, service: Service, old_pid: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while list_programs(stack)[service.name]["pid"] in (0, old_pid) or not is_healthy(service, stack):
        assert time.monotonic() < deadline, f"{service.name} was not healthy {PATIENCE_S} s after its kill"
        time.sleep(0.25)


def ask_until_answered(stack: StackSettings) -> str:
    """The next question works, though a part that just came back may need a moment for its first answer."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return ask_question(stack, QUESTION)
        except StackError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def list_family(pid: int) -> set[int]:
    return {child.pid for child in psutil.Process(pid).children(recursive=True)}


@pytest.mark.usefixtures("live_versions")
@pytest.mark.parametrize("names", KILLED, ids=" ".join)
def test_killed_processes_come_back_and_the_next_question_is_answered(
    stack: StackSettings, names: tuple[str, ...], report: Callable[[str], None]
) -> None:
    states = list_programs(stack)
    killed = [s for s in SERVICES if s.name in names and states[s.name]["statename"] != "STOPPED"]
    if not killed:
        pytest.skip(f"{' '.join(names)} is switched off in this stack")
    families = {service.name: list_family(states[service.name]["pid"]) for service in killed}
    began = time.monotonic()
    for service in killed:
        os.kill(states[service.name]["pid"], signal.SIGKILL)
    for service in killed:
        wait_until_healthy_again(stack, service, states[service.name]["pid"])
        left = families[service.name] & {p.pid for p in find_marked(stack.stack_id, service.name)}
        assert not left, f"children of the killed {service.name} live on"
    report(f"healthy again after {time.monotonic() - began:.1f} s: {' '.join(s.name for s in killed)}")
    assert "[1]" in ask_until_answered(stack)


def test_everything_is_healthy_afterwards(stack: StackSettings) -> None:
    states = list_programs(stack)
    running = [service for service in SERVICES if states[service.name]["statename"] != "STOPPED"]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not all(is_healthy(service, stack) for service in running):
        time.sleep(1)
    assert [service.name for service in running if not is_healthy(service, stack)] == []


def test_the_next_runs_of_both_pipelines_succeed_afterwards(run_dag: RunDag) -> None:
    assert set(run_dag("cag_pipeline", {"rebuild": True}).values()) == {"success"}
    assert "failed" not in run_dag("rag_pipeline").values()
