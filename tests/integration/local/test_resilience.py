"""Every process of the running stack is killed in turn, and comes back by itself."""

import os
import signal
import time
from collections.abc import Callable

import psutil
import pytest

from local.orphans import find_marked
from local.services import SERVICES, Service
from local.settings import StackSettings, load_settings
from local.start import is_healthy
from local.supervisor import list_programs

PATIENCE = 120


@pytest.fixture(scope="module")
def settings() -> StackSettings:
    return load_settings()


def _wait_until_healthy_again(settings: StackSettings, service: Service, old_pid: int) -> float:
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        if list_programs(settings)[service.name]["pid"] not in (0, old_pid) and is_healthy(service, settings):
            return time.monotonic() - began
        time.sleep(0.25)
    return pytest.fail(f"{service.name} was not healthy {PATIENCE} s after it was killed")


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_killed_process_comes_back(
    settings: StackSettings, service: Service, record_testsuite_property: Callable[[str, object], None]
) -> None:
    state = list_programs(settings)[service.name]
    if state["statename"] == "STOPPED":
        pytest.skip(f"{service.name} is switched off in this stack")
    family = {child.pid for child in psutil.Process(state["pid"]).children(recursive=True)}
    os.kill(state["pid"], signal.SIGKILL)

    took = _wait_until_healthy_again(settings, service, state["pid"])

    left = family & {process.pid for process in find_marked(settings.stack_id, service.name)}
    assert not left, f"children of the killed {service.name} live on"
    record_testsuite_property(f"{service.name} healthy again after seconds", round(took, 1))


def test_everything_is_healthy_afterwards(settings: StackSettings) -> None:
    states = list_programs(settings)
    running = [service for service in SERVICES if states[service.name]["statename"] != "STOPPED"]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not all(is_healthy(service, settings) for service in running):
        time.sleep(1)
    assert [service.name for service in running if not is_healthy(service, settings)] == []
