"""etcd, API server, controllers and scheduler for one play, by the stack's own command lines."""

import os
import re
import shlex
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from getpass import getuser
from pathlib import Path
from typing import Final

from local import probes
from local.kube import folder_of, prepare_cluster
from local.services import Probe
from local.settings import PORT_OFFSETS, ROOT, StackSettings, load_settings

_PROGRAM: Final = re.compile(
    r"^\[program:([\w-]+)\]\ncommand=%\(ENV_RUNLORE_LAUNCH\)s.*? -- (.+)$", re.MULTILINE
)
_VARIABLE: Final = re.compile(r"%\(ENV_(\w+)\)s")
_PROBES: Final[Mapping[str, Probe]] = {
    "kube-etcd": probes.get("kube-etcd", "/health"),
    "kube-apiserver": probes.kubernetes_answers,
    "kube-controller-manager": probes.accepts("kube-controller-manager"),
    "kube-scheduler": probes.accepts("kube-scheduler"),
}
_PATIENCE_S: Final = 300.0
_END_S: Final = 20.0


def list_flags(stretch: float) -> dict[str, tuple[str, ...]]:
    """Return what is shortened because minutes of the story are seconds, and what a crowd of pods needs.

    Args:
        stretch: Seconds of the story in one of the machine.
    """
    given_up = round(300 / stretch)
    return {
        "kube-etcd": ("--unsafe-no-fsync",),
        "kube-apiserver": (
            f"--default-not-ready-toleration-seconds={given_up}",
            f"--default-unreachable-toleration-seconds={given_up}",
            "--max-requests-inflight=2000",
            "--max-mutating-requests-inflight=1000",
        ),
        "kube-controller-manager": (
            "--kube-api-qps=300",
            "--kube-api-burst=600",
            "--node-monitor-period=2s",
            "--node-monitor-grace-period=40s",
            "--horizontal-pod-autoscaler-sync-period=4s",
            "--horizontal-pod-autoscaler-cpu-initialization-period=1s",
            "--horizontal-pod-autoscaler-initial-readiness-delay=1s",
            "--horizontal-pod-autoscaler-downscale-stabilization=1h",
        ),
        "kube-scheduler": ("--kube-api-qps=300", "--kube-api-burst=600"),
    }


@contextmanager
def run_control_plane(home: Path, stretch: float) -> Iterator[StackSettings]:
    """Start a cluster without nodes in a folder, yield its settings when it answers, and end it.

    Args:
        home: An empty folder for its keys, data and logs.
        stretch: Seconds of the story in one of the machine.

    Raises:
        SystemExit: A part doesn't come up.
    """
    own = {"home": home, "port_base": _find_ports(), "data_user": getuser()}
    settings = load_settings().model_copy(update=own)
    prepare_cluster(settings)
    flags = list_flags(stretch)
    running: list[subprocess.Popen[bytes]] = []
    try:
        for name, probe in _PROBES.items():
            log = folder_of(settings) / f"{name}.log"
            command = [*read_command(settings, name), *flags[name]]
            with log.open("wb") as file:
                running.append(subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT))
            _wait(settings, probe, running[-1], log)
        yield settings
    finally:
        _end(reversed(running))


def read_command(settings: StackSettings, name: str) -> list[str]:
    """Return the command by which the stack starts a program.

    Args:
        settings: Of the stack; its ports, folders and programs are put in.
        name: Of the program in `supervisord.conf`.
    """
    ports = {
        f"RUNLORE_{key.replace('-', '_').upper()}_PORT": str(port) for key, port in settings.ports.items()
    }
    values = {**ports, "RUNLORE_ENVS": str(settings.envs), "RUNLORE_HOME": str(settings.home)}
    commands = dict(_PROGRAM.findall((ROOT / "local/supervisord.conf").read_text()))
    return shlex.split(_VARIABLE.sub(lambda found: values[found[1]], commands[name]))


def _find_ports() -> int:
    """Return a port from which on those of the cluster are free."""
    # Others look for ports at the same moment, and begin elsewhere.
    first = 26_000 + os.getpid() % 300 * 100
    for base in range(first, 60_000, 100):
        with suppress(OSError):
            for name in _PROBES:
                with socket.create_server(("127.0.0.1", base + PORT_OFFSETS[name])):
                    pass
            return base
    raise SystemExit(f"No free ports from {first} on.")


def _wait(settings: StackSettings, probe: Probe, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not probe(settings, 0):
        if process.poll() is not None or time.monotonic() > deadline:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            raise SystemExit(f"{log.stem} doesn't come up:\n{tail}")
        time.sleep(0.25)


def _end(processes: Iterator[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
