"""Faults that an alert drill makes on a running stack; each is undone when its block ends."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from local.airflow_api import open_airflow
from local.settings import StackSettings
from local.start import wait_until_healthy
from local.supervisor import restart_program, stop_programs
from processors.knowledge import topics
from processors.settings.stores import Kafka
from processors.stores.kafka import produce

_DISK_MIB = 32
_FILLED_MIB = 31


@contextmanager
def stopped(settings: StackSettings, name: str) -> Iterator[None]:
    """Stop a service while the block runs, and wait until it is healthy again."""
    stop_programs(settings, [name])
    try:
        yield
    finally:
        restart_program(settings, name)
        wait_until_healthy(settings, name)


@contextmanager
def events_waiting(settings: StackSettings, broker: Kafka) -> Iterator[None]:
    """Pause `rag_pipeline` while the block runs, with an event that waits for it.

    Args:
        settings: Of the stack.
        broker: Address and login of Kafka.
    """
    _pause(settings, paused=True)
    try:
        line = b'{"message": "ERROR this line of the alert drill waits", "service": {"name": "alert-drill"}}'
        produce(broker, topics.LOGS, [("alert-drill", line, {})])
        yield
    finally:
        _pause(settings, paused=False)


def send_unreadable(broker: Kafka) -> None:
    """Send a record that no run can read: it becomes a dead letter."""
    produce(broker, topics.KUBERNETES, [("alert-drill", b"[" * 5_000, {})])


def may_mount() -> bool:
    """Say whether this process may mount a file system: only root may."""
    return os.geteuid() == 0


@contextmanager
def full_disk(settings: StackSettings) -> Iterator[None]:
    """Mount a small file system in the stack's folder, filled, while the block runs."""
    folder = settings.home / "work/alert-drill-disk"
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={_DISK_MIB}m,mode=755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "alert-drill", str(folder)], check=True)
    try:
        (folder / "filling").write_bytes(bytes(_FILLED_MIB << 20))
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


def _pause(settings: StackSettings, *, paused: bool) -> None:
    with open_airflow(settings) as client:
        client.patch("/dags/rag_pipeline", json={"is_paused": paused}).raise_for_status()
