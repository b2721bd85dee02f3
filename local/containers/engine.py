"""The Docker engine: the one that answers, or one of our own, started for a while."""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from local.errors import StackError
from local.packages import install_packages
from local.settings import ROOT

FOLDER = ROOT / ".runlore/containers"
_PATIENCE_S = 120.0
# From here on a client builds with a plugin, which Debian's package of an older client doesn't need.
_NEEDS_PLUGIN = 23
# An engine of our own leaves the network of the machine as it is: no bridge, no rules, no forwarding.
_OWN_NETWORK = ("--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false")


class Engine(NamedTuple):
    """A Docker engine that answers.

    Attributes:
        client: path of the `docker` program.
        environment: variables that the program gets beside those of this process.
        is_own: whether it was started here, so that containers have no network but the machine's.
    """

    client: str
    environment: dict[str, str]
    is_own: bool


@contextmanager
def open_engine() -> Iterator[Engine]:
    """Give the engine that answers to `docker`; where none does, start one as root, and end it afterwards.

    Raises:
        StackError: if there is none and none can be started.
    """
    client = find_client()
    if client and not explain_silence(Engine(client, {}, is_own=False)):
        yield Engine(client, {}, is_own=False)
        return
    if os.environ.get("DOCKER_HOST"):
        raise StackError(f"No Docker engine answers at DOCKER_HOST={os.environ['DOCKER_HOST']}.")
    if os.geteuid() != 0:
        raise StackError(
            "No Docker engine answers, and only root can start one. Start yours, name it by DOCKER_HOST, or "
            "let your user speak to it; then run this again."
        )
    install_packages([] if client and find_program("dockerd") else ["docker.io"])
    with _run_own(find_client(), find_program("dockerd")) as engine:
        yield engine


def find_client() -> str:
    """Give the path of a `docker` that can build, or nothing.

    The first one on PATH may lack the plugin that builds, while the distribution's own needs none.
    """
    folders = dict.fromkeys((*os.environ["PATH"].split(":"), "/usr/bin"))
    found = (shutil.which("docker", path=folder) for folder in folders)
    return next((client for client in found if client and _can_build(client)), "")


def find_program(name: str) -> str:
    """Give the path of a program, also of one that only root has on PATH; or nothing."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") or ""


def read_version(said: str) -> int:
    """Give the major version of what `docker --version` said, or 0.

    Example:
        >>> read_version("Docker version 20.10.24+dfsg1, build 297e128")
        20
    """
    found = re.search(r"version (\d+)\.", said)
    return int(found[1]) if found else 0


def explain_silence(engine: Engine) -> str:
    """Say why an engine doesn't answer; nothing if it does."""
    done = _ask(engine, ["version", "--format", "{{.Server.Version}}"])
    return "" if done.returncode == 0 else done.stderr.strip() or "it said nothing"


def run_docker(engine: Engine, *arguments: str) -> str:
    """Run a `docker` command to its end and give what it prints.

    Raises:
        StackError: with what it says, if it failed.
    """
    done = _ask(engine, list(arguments))
    if done.returncode:
        raise StackError(f"`docker {' '.join(arguments)}` failed:\n{done.stderr.strip()}")
    return done.stdout.strip()


def make_environment(engine: Engine) -> dict[str, str]:
    """Make the whole environment of a program that speaks to the engine."""
    return {**os.environ, **engine.environment}


def _ask(engine: Engine, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [engine.client, *arguments], env=make_environment(engine), capture_output=True, text=True
    )


def _can_build(client: str) -> bool:
    said = subprocess.run([client, "--version"], capture_output=True, text=True).stdout
    if read_version(said) < _NEEDS_PLUGIN:
        return True
    return subprocess.run([client, "buildx", "version"], capture_output=True).returncode == 0


@contextmanager
def _run_own(client: str, daemon: str) -> Iterator[Engine]:
    """Run an engine with data of its own; its images stay there for the next time."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock, tempfile.TemporaryDirectory(prefix="runlore-docker-") as name:
        _take(lock.fileno())
        # In a folder with a short name: a socket's path has at most 107 letters.
        socket = f"unix://{name}/docker.sock"
        folders = ["--data-root", str(FOLDER / "data"), "--exec-root", f"{name}/exec"]
        command = [daemon, *folders, "--pidfile", f"{name}/pid", "-H", socket, *_OWN_NETWORK]
        environment = {"DOCKER_HOST": socket, "DOCKER_BUILDKIT": "1"}
        engine = Engine(client, environment, is_own=True)
        log = FOLDER / "dockerd.log"
        began = time.monotonic()
        with log.open("w") as file:
            # In a session of its own: Ctrl-C is for us, who then end it in order. It holds the lock, too:
            # should we be killed, no second engine begins on its data.
            process = subprocess.Popen(
                command, stdout=file, stderr=file, start_new_session=True, pass_fds=[lock.fileno()]
            )
        try:
            _wait_until_it_answers(process, engine, log)
            print(f"An engine of our own is up after {time.monotonic() - began:.1f} s: {FOLDER}", flush=True)
            yield engine
        finally:
            process.terminate()
            process.wait()
            _unmount(name)


def _take(lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another engine runs on the same data; waiting until it has ended …", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)


def _unmount(folder: str) -> None:
    """Take off what the engine leaves mounted: the network that it lent to containers."""
    points = (line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines())
    for point in [point for point in points if point.startswith(f"{folder}/")]:
        subprocess.run(["umount", point], check=True)


def _wait_until_it_answers(process: subprocess.Popen[bytes], engine: Engine, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while reason := explain_silence(engine):
        if process.poll() is not None or time.monotonic() > deadline:
            tail = "\n".join(log.read_text().splitlines()[-10:])
            raise StackError(f"Docker's engine didn't start: {reason}\n{tail}\nAll of it: {log}")
        time.sleep(0.2)
