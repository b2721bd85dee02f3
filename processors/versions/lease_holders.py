"""Who holds a lease: this process described, and others judged, whether they live and whom they wait for."""

import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import psutil

from processors.versions.lease_record import Holder


def describe_self(token: str, index: str | None, run: str, until: str) -> Holder:
    """Return this process as the holder of a lease.

    Args:
        token: Of the lease.
        index: The version that it builds or goes on with, if that has its name.
        run: Names the pipeline's run; empty: none.
        until: When the lease ends unless it is renewed, in ISO 8601.
    """
    pid = os.getpid()
    return Holder(
        token=token,
        index=index,
        host=socket.gethostname(),
        place=_find_place(),
        pid=pid,
        started=psutil.Process(pid).create_time(),
        since=datetime.now(UTC).isoformat(),
        until=until,
        run=run,
        handed_over=False,
        to_other_process=False,
    )


def is_for(held: Holder, taker: Holder) -> bool:
    """Tell whether a lease is the taker's already, or was handed over to it."""
    if held["token"] == taker["token"]:
        return True
    is_same_process = all(held[name] == taker[name] for name in ("place", "pid", "started"))
    is_same_run = bool(taker["run"]) and held["run"] == taker["run"]
    is_same_version = taker["index"] is not None and held["index"] == taker["index"]
    if held["to_other_process"]:
        return is_same_run or is_same_version
    return held["handed_over"] and is_same_process


def has_ended(holder: Holder, now: datetime) -> bool:
    """Tell whether a lease has run out or its process is provably gone."""
    is_over = datetime.fromisoformat(holder["until"]) < now
    return is_over or (not holder["to_other_process"] and _is_gone(holder))


def _is_gone(holder: Holder) -> bool:
    """Tell whether the builder's process is gone, where that is sure: on this machine, in this namespace."""
    # Elsewhere, and in another process namespace, the same number is another process.
    if not holder["place"] or holder["place"] != _find_place():
        return False
    try:
        process = psutil.Process(holder["pid"])
        is_another = abs(process.create_time() - holder["started"]) > 1
        return is_another or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _find_place() -> str:
    """Return what names this machine since it was started, with the process namespace; empty if unknown."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""
