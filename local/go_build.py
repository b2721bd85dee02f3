"""Programs that are built from Go modules, once for all stacks.

A folder with a `go.mod` names them as tools, or holds their source; its `go.sum` pins every module's content.
A program that wants other versions of the same modules is named with its own: `example.org/tool@v1.0.0`.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from local.errors import StackError
from local.packages import install_packages
from local.stamps import is_stamped

# From here on a Go fetches the newer Go that a module asks for as a module of its own.
OLDEST_GO = (1, 21)


class Programs(NamedTuple):
    """Programs that are built together.

    Attributes:
        name: their folder in RUNLORE_ENVS.
        title: what a person calls them.
        module: the folder with their go.mod.
        packages: name of each program, and its package.
        flags: of the linker; by default what only debuggers read is left out.
        free_bytes: what a build takes for a while.
    """

    name: str
    title: str
    module: Path
    packages: Mapping[str, str]
    flags: str = "-s -w"
    free_bytes: int = 4 << 30


def ensure_built(envs: Path, programs: Programs) -> Path:
    """Build what is missing, with progress; skipped when nothing changed since.

    A build that was interrupted goes on where it was: its caches are removed only after the last program.

    Args:
        envs: RUNLORE_ENVS.
        programs: what is wanted.

    Returns:
        The folder of the programs.

    Raises:
        StackError: if there is no Go, no room, or a program can't be built.
    """
    folder = envs / programs.name
    stamp = folder / "built.sha256"
    wanted = compute_stamp(programs)
    if is_stamped(stamp, wanted):
        return folder / "bin"
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    with _locked(folder / "lock"):
        if not is_stamped(stamp, wanted):  # by the one who had the lock
            check_room(folder, programs)
            _build_all(ensure_go(programs.title), folder, programs)
            shutil.rmtree(folder / "go")
            stamp.write_text(wanted)
    return folder / "bin"


def read_version(module: Path, name: str) -> str:
    """Give the version of a module that a go.mod requires.

    Args:
        module: the folder with the go.mod.
        name: of the required module.

    Raises:
        StackError: if it isn't required.

    Example:
        >>> from local.settings import ROOT
        >>> read_version(ROOT / "local/kubernetes", "k8s.io/kubernetes").startswith("v1.")
        True
    """
    required = rf"^(?:require)?\s*{re.escape(name)} (v\S+)"
    found = re.search(required, (module / "go.mod").read_text(), re.MULTILINE)
    if not found:
        raise StackError(f"{module}/go.mod requires no {name}.")
    return found[1]


def compute_stamp(programs: Programs) -> str:
    """Hash what decides what is built."""
    pins = b"".join((programs.module / name).read_bytes() for name in ("go.mod", "go.sum"))
    apart = "".join(package for package in programs.packages.values() if "@" in package)
    own = b"".join(file.read_bytes() for file in sorted(programs.module.rglob("*.go")))
    return hashlib.sha256(pins + apart.encode() + own).hexdigest()


def ensure_go(title: str) -> str:
    """Give the path of a Go that can build this, or install Debian's when this is root.

    Args:
        title: what is to be built.

    Raises:
        StackError: if there is none, or an old one.
    """
    if not shutil.which("go"):
        install_packages(["golang-go"])
    go = shutil.which("go")
    said = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True).stdout if go else ""
    found = re.match(r"go(\d+)\.(\d+)", said)
    if not go or not found or (int(found[1]), int(found[2])) < OLDEST_GO:
        raise StackError(
            f"{title} needs Go {'.'.join(map(str, OLDEST_GO))} or newer to be built; "
            f"{f'{go} is {said.strip()}' if go else 'there is none on PATH'}. Install a newer one, "
            "put it on PATH, and run this again."
        )
    return go


def check_room(folder: Path, programs: Programs) -> None:
    """Refuse to begin a build that would fill the disk.

    Raises:
        StackError: if less is free than a build needs.
    """
    free = shutil.disk_usage(folder).free
    if free < programs.free_bytes:
        raise StackError(
            f"Building {programs.title} takes up to {programs.free_bytes >> 30} GiB for a while, "
            f"and {folder} has {free / (1 << 30):.1f} GiB free. "
            "Make room, or set RUNLORE_ENVS to a folder that has it."
        )


def make_environment(folder: Path) -> dict[str, str]:
    """Make the variables of a build whose caches and programs stay in a folder."""
    caches = folder / "go"
    return {
        **os.environ,
        "CGO_ENABLED": "0",
        "GOBIN": str(folder / "bin"),
        "GOCACHE": str(caches / "build"),
        "GOMODCACHE": str(caches / "modules"),
        # Otherwise the cache is read-only, and only root could remove it.
        "GOFLAGS": f"{os.environ.get('GOFLAGS', '')} -modcacherw".strip(),
    }


def _build_all(go: str, folder: Path, programs: Programs) -> None:
    print(f"Building {programs.title}: minutes, once. The log: {folder}/build.log", flush=True)
    with (folder / "build.log").open("w") as log:
        for number, (name, package) in enumerate(programs.packages.items(), start=1):
            began = time.monotonic()
            verb = ["install"] if "@" in package else ["build", "-o", str(folder / "bin" / name)]
            command = ["nice", go, *verb, "-trimpath", "-ldflags", programs.flags, package]
            _run(command, programs.module, folder, log)
            seconds = time.monotonic() - began
            print(f"[{number}/{len(programs.packages)}] {name} … built in {seconds:.0f} s", flush=True)


def _run(command: list[str], module: Path, folder: Path, log: IO[str]) -> None:
    done = subprocess.run(
        command, cwd=module, env=make_environment(folder), stdout=log, stderr=subprocess.STDOUT
    )
    if done.returncode:
        log.flush()
        tail = "\n".join((folder / "build.log").read_text().splitlines()[-15:])
        raise StackError(
            f"`{' '.join(command)}` failed:\n{tail}\nAll of it: {folder}/build.log. "
            "Run the same command again to go on from here."
        )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one build run at a time: stacks share the programs."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
