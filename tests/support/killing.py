"""Killing parts of the running stack at random."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable

import psutil
from opensearchpy import OpenSearch, TransportError

from local.settings import StackSettings
from local.supervisor import list_programs

VICTIMS = ("task", "airflow-scheduler", "airflow-triggerer", "opensearch", "kafka")


def find_task(stack: StackSettings) -> int | None:
    """Return the process of a task that runs now: a child of one of the scheduler's workers."""
    scheduler = list_programs(stack)["airflow-scheduler"]["pid"]
    if not scheduler:
        return None
    for worker in psutil.Process(scheduler).children():
        running = [child for child in worker.children() if child.status() != psutil.STATUS_ZOMBIE]
        if running:
            return running[0].pid
    return None


def kill_one(stack: StackSettings, victim: str) -> bool:
    """Kill a victim with SIGKILL; False if it isn't running now."""
    pid = find_task(stack) if victim == "task" else list_programs(stack)[victim]["pid"]
    if not pid:
        return False
    os.kill(pid, signal.SIGKILL)
    return True


def kill_at_random(
    stack: StackSettings, kills: int, pause: tuple[float, float], report: Callable[[str], None]
) -> tuple[threading.Thread, Counter[str]]:
    """Start killing: each victim in turn in a random order, at random moments.

    Returns:
        The thread, which ends after so many kills, and the count of each victim so far.
    """
    done: Counter[str] = Counter()

    def run() -> None:
        chance = random.Random()  # noqa: S311
        while done.total() < kills:
            for victim in chance.sample(VICTIMS, len(VICTIMS)):
                time.sleep(chance.uniform(*pause))
                if done.total() < kills and _kill_when_there(stack, victim):
                    done[victim] += 1
                    report(f"killed {victim} ({done.total()} of {kills})")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, done


def wait_until_searchable(client: OpenSearch, seconds: float) -> None:
    """Wait until OpenSearch is back with all its shards; with many versions it takes half a minute."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if not client.cluster.health(wait_for_status="yellow")["timed_out"]:
                return
        except TransportError as error:
            last = str(error)
        else:
            last = "not all shards are there"
        assert time.monotonic() < deadline, f"OpenSearch is not back after {seconds:.0f} s: {last}"
        time.sleep(1)


def _kill_when_there(stack: StackSettings, victim: str) -> bool:
    """Wait a while for a victim to run: a task lasts half a second, and a service takes long to start."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if kill_one(stack, victim):
                return True
        except (psutil.NoSuchProcess, ProcessLookupError):
            pass
        time.sleep(0.05)
    return False
