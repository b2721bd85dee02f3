"""The programs of the local Kubernetes cluster: built from Go modules, once for all stacks.

`local/kubernetes/go.mod` names Kubernetes with its staging modules and etcd as tools; `go.sum` pins every
module's content. kwok, which plays the nodes, wants other versions of the same modules, so it is built apart.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from local.errors import StackError
from local.packages import install_packages
from local.settings import ROOT

MODULE = ROOT / "local/kubernetes"
KWOK = "sigs.k8s.io/kwok/cmd/kwok@v0.8.0"
PROGRAMS = {
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
    "etcd": "go.etcd.io/etcd/server/v3",
    "kwok": KWOK,
}
# From here on a Go fetches the newer Go that a module asks for as a module of its own.
OLDEST_GO = (1, 21)
FREE_BYTES = 8 << 30
_VERSIONS = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")


def ensure_programs(envs: Path) -> Path:
    """Build what is missing, with progress; skipped when nothing changed since.

    A build that was interrupted goes on where it was: its caches are removed only after the last program.

    Args:
        envs: RUNLORE_ENVS; the programs go to its folder `kube/bin`.

    Returns:
        The folder of the programs.

    Raises:
        StackError: if there is no Go, no room, or a program can't be built.
    """
    folder = envs / "kube"
    stamp = folder / "built.sha256"
    wanted = compute_stamp()
    if _is_built(stamp, wanted):
        return folder / "bin"
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    with _locked(folder / "lock"):
        if not _is_built(stamp, wanted):  # by the one who had the lock
            check_room(folder)
            _build_all(ensure_go(), folder)
            shutil.rmtree(folder / "go")
            stamp.write_text(wanted)
    return folder / "bin"


def compute_stamp() -> str:
    """Hash what decides what is built."""
    names = b"".join((MODULE / name).read_bytes() for name in ("go.mod", "go.sum"))
    return hashlib.sha256(names + KWOK.encode()).hexdigest()


def read_kubernetes_version(go_mod: str) -> str:
    """Give the version of Kubernetes that a go.mod requires.

    Example:
        >>> read_kubernetes_version("require k8s.io/kubernetes v1.33.13 // indirect")
        'v1.33.13'
    """
    found = re.search(r"k8s\.io/kubernetes (v[\d.]+)", go_mod)
    if not found:
        raise StackError(f"{MODULE / 'go.mod'} requires no k8s.io/kubernetes.")
    return found[1]


def ensure_go() -> str:
    """Give the path of a Go that can build this, or install Debian's when this is root.

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
            f"Kubernetes is built by Go {'.'.join(map(str, OLDEST_GO))} or newer; "
            f"{f'{go} is {said.strip()}' if go else 'there is none on PATH'}. Install a newer one, "
            "put it on PATH, and run this again."
        )
    return go


def check_room(folder: Path) -> None:
    """Refuse to begin a build that would fill the disk.

    Raises:
        StackError: if less is free than a build needs.
    """
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES:
        raise StackError(
            f"Building Kubernetes takes up to {FREE_BYTES >> 30} GiB for a while, and {folder} has "
            f"{free / (1 << 30):.1f} GiB free. Make room, or set RUNLORE_ENVS to a folder that has it."
        )


def _is_built(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


def _build_all(go: str, folder: Path) -> None:
    version = read_kubernetes_version((MODULE / "go.mod").read_text())
    print(
        f"Building Kubernetes {version}, etcd and kwok: minutes, once. The log: {folder}/build.log",
        flush=True,
    )
    flags = _make_linker_flags(version)
    with (folder / "build.log").open("w") as log:
        for number, (name, package) in enumerate(PROGRAMS.items(), start=1):
            began = time.monotonic()
            verb = ["install"] if "@" in package else ["build", "-o", str(folder / "bin" / name)]
            command = ["nice", go, *verb, "-trimpath", "-ldflags", flags, package]
            _run(command, folder, log)
            print(
                f"[{number}/{len(PROGRAMS)}] {name} … built in {time.monotonic() - began:.0f} s", flush=True
            )


def _make_linker_flags(version: str) -> str:
    """Tell the programs their version, which clients ask for; and leave out what only debuggers read."""
    major, minor, _ = version.removeprefix("v").split(".")
    values = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    stamps = (f"-X {package}.{name}={value}" for package in _VERSIONS for name, value in values.items())
    return " ".join(("-s -w", *stamps))


def _run(command: list[str], folder: Path, log: IO[str]) -> None:
    caches = folder / "go"
    environment = {
        **os.environ,
        "CGO_ENABLED": "0",
        "GOBIN": str(folder / "bin"),
        "GOCACHE": str(caches / "build"),
        "GOMODCACHE": str(caches / "modules"),
        # Otherwise the cache is read-only, and only root could remove it.
        "GOFLAGS": f"{os.environ.get('GOFLAGS', '')} -modcacherw".strip(),
    }
    done = subprocess.run(command, cwd=MODULE, env=environment, stdout=log, stderr=subprocess.STDOUT)
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
