"""Talking to the stack's supervisord, and starting and ending it."""

import http.client
import os
import socket
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypedDict, cast

import psutil

from local.data import find_postgres
from local.errors import StackError
from local.orphans import MARK, end_processes, find_marked
from local.passwords import Passwords
from local.settings import ROOT, StackSettings

STORES = ("postgres", "redis", "kafka", "opensearch", "kube-etcd")


class ProgramState(TypedDict):
    """What supervisord says about one program; times are seconds since 1970."""

    name: str
    statename: str
    pid: int
    start: int
    now: int
    spawnerr: str


def connect(settings: StackSettings) -> xmlrpc.client.ServerProxy:
    """Give a client of the stack's supervisord, for one thread; it opens a connection at the first call."""
    password = (settings.home / "secrets/supervisor").read_text().strip()
    return xmlrpc.client.ServerProxy(
        f"http://runlore:{password}@127.0.0.1:{settings.ports['supervisor']}/RPC2"
    )


def is_running(settings: StackSettings) -> bool:
    """Say whether the stack's supervisord answers, be it that it is shutting down.

    Raises:
        StackError: if somebody else listens on its port.
    """
    if not (settings.home / "secrets/supervisor").exists():
        return False
    try:
        connect(settings).supervisor.getState()
    except OSError:
        return False
    except xmlrpc.client.Fault:  # SHUTDOWN_STATE
        return True
    except (xmlrpc.client.ProtocolError, http.client.HTTPException):
        raise StackError(
            f"Another program, or another stack, answers on the supervisor's port "
            f"{settings.ports['supervisor']}. Set RUNLORE_PORT_BASE to a free range."
        ) from None  # the error's text holds the password
    return True


def list_programs(settings: StackSettings) -> dict[str, ProgramState]:
    """Give the state of every program by name."""
    programs = cast(list[ProgramState], connect(settings).supervisor.getAllProcessInfo())
    return {program["name"]: program for program in programs}


def restart_program(settings: StackSettings, name: str) -> None:
    """Stop a program if it runs, and start it; returns before it is healthy."""
    client = connect(settings)
    if list_programs(settings)[name]["statename"] in ("RUNNING", "STARTING", "BACKOFF"):
        client.supervisor.stopProcess(name)
    client.supervisor.startProcess(name, False)


def stop_programs(settings: StackSettings, names: Iterable[str]) -> None:
    """Stop those of the named programs that run; returns when they have ended.

    They stop at the same time, the stores after all others, which would complain about stores that are gone.
    """
    named = set(names)
    with ThreadPoolExecutor(max_workers=16) as pool:
        for group in (named.difference(STORES), named.intersection(STORES)):
            list(pool.map(lambda name: _stop(settings, name), group))


def _stop(settings: StackSettings, name: str) -> None:
    with suppress(xmlrpc.client.Fault):  # it has just ended by itself
        connect(settings).supervisor.stopProcess(name)


def start_supervisor(settings: StackSettings, passwords: Passwords, environment: dict[str, str]) -> None:
    """Start supervisord without programs, and wait until it answers.

    Args:
        settings: Of the stack.
        passwords: The stack's own.
        environment: Variables that its programs get.

    Raises:
        StackError: if it doesn't, or if somebody else uses one of the stack's ports.
    """
    if taken := [f"{port} ({name})" for name, port in settings.ports.items() if not _is_free(port)]:
        raise StackError(
            f"These ports are in use by another program: {', '.join(taken)}. "
            "Set RUNLORE_PORT_BASE to a free range."
        )
    platform = settings.envs / "platform/bin"
    search_path = f"{platform}:{environment['JAVA_HOME']}/bin:{os.environ['PATH']}:/usr/sbin:/sbin"
    own = {
        "PATH": search_path,
        MARK: settings.stack_id,
        "RUNLORE_LAUNCH": f"{sys.executable} -m local.launch",
        "RUNLORE_DATA_USER": settings.data_user,
        "RUNLORE_POSTGRES_BIN": str(find_postgres(settings.home / "postgres/data")),
        "RUNLORE_SUPERVISOR_PASSWORD": passwords["supervisor"],
    }
    command = [
        str(platform / "python"),
        "-m",
        "local.supervisord",
        "-c",
        str(ROOT / "local/supervisord.conf"),
        # A root that isn't named is a critical line of its log.
        *(["-u", "root"] if os.geteuid() == 0 else []),
    ]
    done = subprocess.run(
        command, env={**os.environ, **environment, **own}, cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        raise StackError(f"supervisord didn't start:\n{done.stdout}{done.stderr}")
    deadline = time.monotonic() + 10
    while not is_running(settings):
        if time.monotonic() > deadline:
            log = settings.home / "logs/supervisord.log"
            raise StackError(f"supervisord doesn't answer after 10 s; see {log}")
        time.sleep(0.1)


def stop_supervisor(settings: StackSettings, patience: float = 60) -> int:
    """Stop the programs, the stores last; then supervisord, then whatever else carries the mark.

    Returns:
        How many processes had outlived the orderly stop.
    """
    with suppress(StackError):  # somebody else has our port: then our supervisord is not there
        if is_running(settings):
            _stop_all(settings, patience)
    return end_processes(find_marked(settings.stack_id), patience=5)


def _stop_all(settings: StackSettings, patience: float) -> None:
    """Stop the programs, then supervisord, and wait until it has ended."""
    # It is gone by itself at any time if somebody else has told it to stop.
    with suppress(OSError, psutil.NoSuchProcess, psutil.TimeoutExpired):
        supervisord = psutil.Process(int((settings.home / "run/supervisord.pid").read_text()))
        with suppress(xmlrpc.client.Fault):  # it is shutting down already
            stop_programs(settings, list_programs(settings))
            connect(settings).supervisor.shutdown()
        supervisord.wait(timeout=patience)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
