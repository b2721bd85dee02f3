"""Limits and restarts of production, looked at where they hold: in the containers."""

import json
import subprocess
import time
from typing import NamedTuple

from local.containers.compose_calls import PRODUCTION, Project, find_container, read_compose
from local.containers.engine import make_environment, run_docker
from local.containers.running import KILLED, wait_until_healthy
from local.errors import StackError

# As a process in the container sees its own control group: bytes, processes, microseconds of each period.
_READ = (
    "cd /sys/fs/cgroup; if [ -e cgroup.controllers ]; then cat memory.max pids.max cpu.max; "
    "else cat memory/memory.limit_in_bytes pids/pids.max cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us; fi"
)
# Written to, since memory that was only asked for is not counted.
_TAKE_MEMORY = "taken = b'x' * (2 << 30)"
_TAKE_PROCESSES = """
import threading
try:
    for _ in range(500):
        threading.Thread(target=threading.Event().wait, args=(5,), daemon=True).start()
except RuntimeError:
    print("refused")
"""
# What the first process has started, which is the service itself.
_KILL = """
import os, signal
for name in filter(str.isdigit, os.listdir("/proc")):
    if int(name) != os.getpid() and open(f"/proc/{name}/stat").read().rpartition(")")[2].split()[1] == "1":
        os.kill(int(name), signal.SIGKILL)
"""
_PATIENCE_S = 120.0


class Limits(NamedTuple):
    """What a container may take.

    Attributes:
        memory: bytes.
        processes: processes and threads.
        processors: of the machine's, in parts of one.
    """

    memory: int
    processes: int
    processors: float


def read_asked(project: Project) -> dict[str, Limits]:
    """Read what compose.yaml and compose.prod.yaml ask for, of all that lasts."""
    services = json.loads(read_compose(project, PRODUCTION, "config", "--format", "json"))["services"]
    return {
        name: Limits(int(service["mem_limit"]), int(service["pids_limit"]), float(service["cpus"]))
        for name, service in services.items()
        if service.get("restart")
    }


def read_held(project: Project, name: str) -> Limits:
    """Read what holds in a service's container, from inside."""
    container = find_container(project, PRODUCTION, name)
    return parse_limits(run_docker(project.engine, "exec", container, "sh", "-c", _READ))


def parse_limits(said: str) -> Limits:
    """Read a control group's files, of which each version has its own.

    Args:
        said: memory, processes, quota and period, with any space between them.

    Example:
        >>> parse_limits("536870912 100 50000 100000")
        Limits(memory=536870912, processes=100, processors=0.5)
    """
    memory, processes, quota, period = (0 if part in ("max", "-1") else int(part) for part in said.split())
    return Limits(memory, processes, quota / period)


def list_limit_faults(asked: dict[str, Limits], held: dict[str, Limits]) -> list[str]:
    """Say whose limits are not those that are asked for; 0 stands for none."""
    return [
        f"{name} has {held.get(name)}, not {limits}"
        for name, limits in asked.items()
        if held.get(name) != limits
    ]


def try_limits(project: Project) -> list[str]:
    """Let a process in the service's container take too much, twice, and say what was not refused."""
    container = find_container(project, PRODUCTION, "service")
    greedy = _run_inside(project, container, _TAKE_MEMORY).returncode
    crowd = _run_inside(project, container, _TAKE_PROCESSES).stdout.strip()
    print(f"  a process that takes 2 GiB ends by {greedy}; 500 threads are {crowd or 'allowed'}", flush=True)
    faults = [] if greedy == KILLED else [f"a process that took 2 GiB ended by {greedy}, not by {KILLED}"]
    return faults if crowd == "refused" else [*faults, "500 threads were allowed"]


def try_restart(project: Project) -> list[str]:
    """Kill the service in its container, and say so if it doesn't come back by itself."""
    container = find_container(project, PRODUCTION, "service")
    before = _count_starts(project, container)
    began = time.monotonic()
    _run_inside(project, container, _KILL)
    while _count_starts(project, container) == before:
        if time.monotonic() - began > _PATIENCE_S:
            return [f"the service was killed, and not started again within {_PATIENCE_S:.0f} s"]
        time.sleep(0.2)
    try:
        wait_until_healthy(project.engine, container)
    except StackError as error:
        return [f"the service was killed, and is not healthy since: {error}"]
    print(f"  killed, the service is healthy again after {time.monotonic() - began:.1f} s", flush=True)
    return []


def _count_starts(project: Project, container: str) -> int:
    return int(run_docker(project.engine, "inspect", "--format", "{{.RestartCount}}", container))


def _run_inside(project: Project, container: str, program: str) -> subprocess.CompletedProcess[str]:
    """Run a program of Python in a container; how it ends is what is looked at."""
    command = [project.engine.client, "exec", container, "python", "-c", program]
    return subprocess.run(command, env=make_environment(project.engine), capture_output=True, text=True)
