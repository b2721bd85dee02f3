"""Replicas of the real service over the running stack, with settings of a test's own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import httpx
import psutil

from local.free_port import find_free_port
from tests.support.waiting import wait_for


class Replica(NamedTuple):
    """One of them."""

    url: str
    process: psutil.Process


@contextmanager
def running(count: int, changed: Mapping[str, str]) -> Iterator[list[Replica]]:
    """Run some while the block does, and give them when they are ready.

    Args:
        count: How many.
        changed: Settings that differ from the stack's.
    """
    processes, replicas = [], []
    try:
        for _ in range(count):
            port = find_free_port()
            environment = {**os.environ, **changed, "RUNLORE_SERVICE_PORT": str(port)}
            processes.append(subprocess.Popen([sys.executable, "-m", "serving"], env=environment))
            replicas.append(Replica(f"http://127.0.0.1:{port}", psutil.Process(processes[-1].pid)))
        for replica in replicas:
            wait_for(lambda url=replica.url: is_there(f"{url}/health/ready"))
        yield replicas
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)


def is_there(url: str) -> bool:
    """Tell whether what listens at an address says that it is well."""
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.TransportError:
        return False
