"""The Docker engine that answers, or one of our own, which commands share for a while."""

import fcntl
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from local.containers.engine import FOLDER, Engine, explain_silence, find_client, find_program
from local.errors import StackError
from local.mounts import list_mounts_below
from local.packages import install_packages

_PATIENCE_S = 120.0
# An engine of our own leaves the network of the machine as it is: no bridge, no rules, no forwarding.
_OWN_NETWORK = ("--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false")


@contextmanager
def open_engine() -> Iterator[Engine]:
    """Give the engine that answers to `docker`; where none does, root starts one, which ends with its users.

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
    with _share_or_run(find_client(), find_program("dockerd")) as engine:
        yield engine


@contextmanager
def _share_or_run(client: str, daemon: str) -> Iterator[Engine]:
    """Give the engine of our own that another command runs, or run one; what is in it stays for the next."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    told = False
    with (FOLDER / "lock").open("w") as lock, (FOLDER / "users").open("w") as users:
        while not _take(lock):
            if engine := _join(client, users):
                yield engine
                return
            if not told:
                print("Another engine starts or ends on the same data; waiting for it …", flush=True)
            told = True
            time.sleep(0.5)
        with _run_own(client, daemon, lock) as engine:
            (FOLDER / "address").write_text(engine.environment["DOCKER_HOST"])
            try:
                yield engine
            finally:
                _wait_for_others(users)


def _join(client: str, users: IO[str]) -> Engine | None:
    """Find the engine of another command, which then keeps it until `users` is closed."""
    fcntl.flock(users, fcntl.LOCK_SH)
    address = FOLDER / "address"
    if address.exists():
        engine = Engine(client, _tell(address.read_text()), is_own=True)
        if not explain_silence(engine):
            return engine
    fcntl.flock(users, fcntl.LOCK_UN)
    return None


def _wait_for_others(users: IO[str]) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Other commands still use this engine; it ends after them …", flush=True)
        fcntl.flock(users, fcntl.LOCK_EX)
    (FOLDER / "address").unlink(missing_ok=True)


def _take(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _tell(socket: str) -> dict[str, str]:
    return {"DOCKER_HOST": socket, "DOCKER_BUILDKIT": "1"}


@contextmanager
def _run_own(client: str, daemon: str, lock: IO[str]) -> Iterator[Engine]:
    """Run an engine with data of its own."""
    with tempfile.TemporaryDirectory(prefix="runlore-docker-") as name:
        # In a folder with a short name: a socket's path has at most 107 letters.
        socket = f"unix://{name}/docker.sock"
        folders = ["--data-root", str(FOLDER / "data"), "--exec-root", f"{name}/exec"]
        command = [daemon, *folders, "--pidfile", f"{name}/pid", "-H", socket, *_OWN_NETWORK]
        engine = Engine(client, _tell(socket), is_own=True)
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


def _unmount(folder: str) -> None:
    """Take off what the engine leaves mounted: the network that it lent to containers."""
    for point in list_mounts_below(Path(folder)):
        subprocess.run(["umount", point], check=True)


def _wait_until_it_answers(process: subprocess.Popen[bytes], engine: Engine, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while reason := explain_silence(engine):
        if process.poll() is not None or time.monotonic() > deadline:
            tail = "\n".join(log.read_text().splitlines()[-10:])
            raise StackError(f"Docker's engine didn't start: {reason}\n{tail}\nAll of it: {log}")
        time.sleep(0.2)
