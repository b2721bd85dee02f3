"""The node brought up and taken down."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from local.containers.engine import find_program
from local.errors import StackError
from local.kube_build import ensure_programs
from local.node.access import get_objects, run_kubectl
from local.node.build import ensure_dns, ensure_metrics, ensure_node_programs
from local.node.image import COREDNS, PAUSE, import_program
from local.node.keys import make_keys
from local.node.metrics_server import start_metrics
from local.node.network import make_network
from local.node.place import NAME, Node
from local.node.programs import (
    CNI,
    start_api_server,
    start_controllers,
    start_etcd,
    start_kubelet,
    start_runtime,
    wait_until,
    write_configurations,
)
from local.node.stores import lend_stores
from local.node.traces import keep_sysctls, make_cgroups, remove_traces
from local.packages import install_packages

# A program that shows that Debian's package is there, and the package.
_PACKAGES = {
    "containerd": "containerd",
    "runc": "runc",
    "iptables": "iptables",
    "conntrack": "conntrack",
    "nsenter": "util-linux",
    "ip": "iproute2",
    "socat": "socat",
}


class Folders(NamedTuple):
    """Where the programs lie: those of the control plane, of the node, CoreDNS, and metrics-server."""

    kube: Path
    node: Path
    dns: Path
    metrics: Path


def is_ready(node: Node) -> bool:
    """Say whether the node says that it can run pods, and answers names for them."""
    if not node.kubeconfig.exists():
        return False
    try:
        _require_conditions(node)
    except (StackError, LookupError):
        return False
    return True


def bring_up(node: Node) -> None:
    """Make a node from nothing; what is left of one before is removed first.

    Raises:
        StackError: if it can't be had; nothing of it is left then but its logs.
    """
    _require_root()
    _install()
    programs = _ensure_programs(node.envs)
    remove_traces(node)
    try:
        _start(node, programs)
    except BaseException:
        remove_traces(node)
        raise


def take_down(node: Node) -> int:
    """End the node without a trace but its logs, and give how many processes it had."""
    _require_root()
    return remove_traces(node)


def _ensure_programs(envs: Path) -> Folders:
    return Folders(ensure_programs(envs), ensure_node_programs(envs), ensure_dns(envs), ensure_metrics(envs))


def _start(node: Node, programs: Folders) -> None:
    shutil.rmtree(node.folder / "logs", ignore_errors=True)
    (node.folder / "logs").mkdir(parents=True)
    keep_sysctls()
    node.run.mkdir(mode=0o700)
    make_cgroups(node)
    make_network(node)
    make_keys(node)
    write_configurations(node)
    start_runtime(node)
    start_etcd(node, programs.kube)
    start_api_server(node, programs.kube)
    _tell_when("containerd, etcd, API server", node, lambda: _answers(node, "/readyz"), "kube-apiserver")
    start_controllers(node, programs.kube)
    start_kubelet(node, programs.node)
    import_program(node, programs.node / "pause", PAUSE)
    import_program(node, programs.dns / "coredns", COREDNS)
    run_kubectl(node, "apply", "-f", str(node.folder / "coredns.yaml"))
    start_metrics(node, programs.metrics)
    lend_stores(node)
    _tell_when("kubelet, kube-proxy, names for pods", node, lambda: is_ready(node), "kubelet")


def tell(what: str, do: Callable[[], None]) -> None:
    """Do something, and say how long it took."""
    began = time.monotonic()
    print(f"{what} …", end=" ", flush=True)
    do()
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def _tell_when(what: str, node: Node, holds: Callable[[], bool], program: str) -> None:
    tell(what, lambda: wait_until(node, holds, what, program))


def _answers(node: Node, path: str) -> bool:
    try:
        return run_kubectl(node, "get", "--raw", path) == "ok"
    except StackError:
        return False


def _require_conditions(node: Node) -> None:
    found = get_objects(node, "node", NAME)
    ready = {one["type"]: one["status"] for one in found["status"]["conditions"]}["Ready"]
    names = get_objects(node, "-n", "kube-system", "deployment", "coredns")
    if ready != "True" or not names["status"].get("readyReplicas"):
        raise StackError(f"The node's condition Ready is {ready}, and CoreDNS is {names['status']}.")


def _require_root() -> None:
    if os.geteuid() != 0:
        raise StackError(
            "Only root can make a node: it needs namespaces, mounts and cgroups. Run this as root."
        )


def _install() -> None:
    missing = [package for program, package in _PACKAGES.items() if not find_program(program)]
    plugins = [] if (CNI / "bridge").exists() else ["containernetworking-plugins"]
    install_packages([*missing, *plugins])
