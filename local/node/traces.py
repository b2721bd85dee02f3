"""What a node changes of this machine beside its files, and how that is taken back."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from local.errors import StackError
from local.mounts import list_mounts_below
from local.node.place import RUN, Node
from local.orphans import end_processes, find_marked

CGROUPS = Path("/sys/fs/cgroup")
# kubelet sets these for the whole machine.
SYSCTLS = (
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
)
_BEFORE = RUN / "sysctls.json"
_PATIENCE_S = 20.0
# The process that stands between the runtime and a pod.
_SHIM = "containerd-shim"


def keep_sysctls() -> None:
    """Write down how they were, unless another node has done so."""
    RUN.mkdir(mode=0o700, exist_ok=True)
    if not _BEFORE.exists():
        _BEFORE.write_text(json.dumps({name: Path("/proc/sys", name).read_text() for name in SYSCTLS}))


def make_cgroups(node: Node) -> None:
    """Make the parent of all pods in each hierarchy, which kubelet wants to be there."""
    for hierarchy in _list_hierarchies():
        (hierarchy / node.cgroup).mkdir(exist_ok=True)


def remove_traces(node: Node) -> int:
    """End every process of the node, and take away its mounts, cgroups, network and files, but not its logs.

    Returns:
        How many processes there were.

    Raises:
        StackError: if something doesn't go.
    """
    marked = find_marked(node.mark)
    shims = [process for process in marked if _is_shim(process.pid)]
    ended = end_processes([process for process in marked if process not in shims], patience=3)
    ended += _kill_pods(node)
    end_processes(find_marked(node.mark), patience=1)
    _remove_shim_sockets(node)
    _unmount(node)
    subprocess.run(["ip", "link", "delete", node.outside], capture_output=True)
    _remove_cgroups(node)
    _restore_sysctls(node)
    _remove_files(node)
    return ended + len(shims)


def _is_shim(pid: int) -> bool:
    with suppress(OSError):
        return _SHIM in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()
    return False


def _kill_pods(node: Node) -> int:
    """End what runs in pods, while their shims are there to take it in."""
    deadline = time.monotonic() + _PATIENCE_S
    seen: set[int] = set()
    while pids := set(_list_pids(node)):
        seen |= pids
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            raise StackError(f"These processes of pods don't end: {sorted(pids)}")
        time.sleep(0.2)
    return len(seen)


def _list_pids(node: Node) -> Iterator[int]:
    for hierarchy in _list_hierarchies():
        for file in (hierarchy / node.cgroup).rglob("cgroup.procs"):
            with suppress(OSError):
                yield from map(int, file.read_text().split())


def _list_hierarchies() -> list[Path]:
    """Give the root of each hierarchy: one of version 2, or one for each controller of version 1."""
    mounts = psutil.disk_partitions(all=True)
    return sorted({Path(one.mountpoint) for one in mounts if one.fstype in ("cgroup", "cgroup2")})


def _remove_shim_sockets(node: Node) -> None:
    """Remove those that a killed shim leaves in a folder that all runtimes of this machine share."""
    for file in node.run.glob("containerd/io.containerd.runtime.v2.task/*/*/address"):
        Path(file.read_text().removeprefix("unix://")).unlink(missing_ok=True)


def _unmount(node: Node) -> None:
    for point in list_mounts_below(node.run, node.folder):
        subprocess.run(["umount", "--lazy", point], capture_output=True)


def _remove_cgroups(node: Node) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while left := [root for root in _list_hierarchies() if (root / node.cgroup).exists()]:
        for hierarchy in left:
            inner = sorted((hierarchy / node.cgroup).rglob("*"), reverse=True)
            for folder in (*(path for path in inner if path.is_dir()), hierarchy / node.cgroup):
                with suppress(OSError):
                    folder.rmdir()
        if time.monotonic() > deadline:
            raise StackError(f"These cgroups can't be removed: {[str(one / node.cgroup) for one in left]}")


def _restore_sysctls(node: Node) -> None:
    """Set them as they were, if this is the last node."""
    others = [folder for folder in RUN.glob("*/") if folder != node.run]
    if others or not _BEFORE.exists():
        return
    for name, value in json.loads(_BEFORE.read_text()).items():
        file = Path("/proc/sys", name)
        if file.read_text() != value:
            file.write_text(value)
    _BEFORE.unlink()


def _remove_files(node: Node) -> None:
    shutil.rmtree(node.run, ignore_errors=True)
    with suppress(OSError):
        RUN.rmdir()
    for path in node.folder.glob("*") if node.folder.exists() else ():
        if path.name != "logs":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
