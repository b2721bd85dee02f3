"""Every process of the running stack is killed in turn, and comes back by itself."""

import os
import signal
import time
from collections.abc import Callable

import psutil
import pytest

from local.ask import ask_question
from local.errors import StackError
from local.orphans import find_marked
from local.services import SERVICES, Service
from local.settings import StackSettings, load_settings
from local.start import is_healthy
from local.supervisor import list_programs

PATIENCE = 120
QUESTION = "The OpenSearch cluster is red. What do I do?"
RunDag = Callable[..., dict[str, str]]


@pytest.fixture(scope="module")
def stack() -> StackSettings:
    return load_settings()


def _wait_until_healthy_again(stack: StackSettings, service: Service, old_pid: int) -> float:
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        if list_programs(stack)[service.name]["pid"] not in (0, old_pid) and is_healthy(service, stack):
            return time.monotonic() - began
        time.sleep(0.25)
    return pytest.fail(f"{service.name} was not healthy {PATIENCE} s after it was killed")


def _ask_until_answered(stack: StackSettings) -> str:
    """The next question works, though a part that just came back may need a moment for its first answer."""
    began = time.monotonic()
    while True:
        try:
            return ask_question(stack, QUESTION)
        except StackError:
            if time.monotonic() - began > 30:
                raise
            time.sleep(1)


@pytest.mark.usefixtures("live_versions")
@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_killed_process_comes_back_and_the_next_question_is_answered(
    stack: StackSettings, service: Service, record_testsuite_property: Callable[[str, object], None]
) -> None:
    state = list_programs(stack)[service.name]
    if state["statename"] == "STOPPED":
        pytest.skip(f"{service.name} is switched off in this stack")
    family = {child.pid for child in psutil.Process(state["pid"]).children(recursive=True)}
    os.kill(state["pid"], signal.SIGKILL)

    took = _wait_until_healthy_again(stack, service, state["pid"])

    left = family & {process.pid for process in find_marked(stack.stack_id, service.name)}
    assert not left, f"children of the killed {service.name} live on"
    assert "[1]" in _ask_until_answered(stack)
    record_testsuite_property(f"{service.name} healthy again after seconds", round(took, 1))


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
