"""The programs of a real node: kubelet, kube-proxy, what holds a pod, CoreDNS, and metrics-server.

They have `go.mod` files of their own: a tool more in that of `local/kubernetes` would build all of it again,
and CoreDNS and metrics-server want other versions of the same modules.
"""

from pathlib import Path

from local.go_build import Programs, ensure_built, read_version
from local.kube_build import KUBERNETES, make_linker_flags
from local.settings import ROOT

MODULE = ROOT / "local/node"
DNS_MODULE = MODULE / "dns"
METRICS_MODULE = MODULE / "metrics"
PROGRAMS = {
    "kubelet": "k8s.io/kubernetes/cmd/kubelet",
    "kube-proxy": "k8s.io/kubernetes/cmd/kube-proxy",
    "pause": "./pause",
}
FREE_BYTES = 6 << 30


def ensure_node_programs(envs: Path) -> Path:
    """Build what is missing of kubelet, kube-proxy and pause, and give their folder.

    Raises:
        StackError: if there is no Go, no room, or a program can't be built.
    """
    version = read_version(MODULE, KUBERNETES)
    title = f"kubelet and kube-proxy {version}"
    return ensure_built(
        envs, Programs("node", title, MODULE, PROGRAMS, make_linker_flags(version), FREE_BYTES)
    )


def ensure_dns(envs: Path) -> Path:
    """Build CoreDNS if it is missing, and give its folder.

    Raises:
        StackError: if there is no Go, no room, or it can't be built.
    """
    title = f"CoreDNS {read_dns_version()}"
    return ensure_built(envs, Programs("node-dns", title, DNS_MODULE, {"coredns": "."}))


def ensure_metrics(envs: Path) -> Path:
    """Build metrics-server if it is missing, and give its folder.

    Raises:
        StackError: if there is no Go, no room, or it can't be built.
    """
    title = f"metrics-server {read_metrics_version()}"
    package = "sigs.k8s.io/metrics-server/cmd/metrics-server"
    return ensure_built(envs, Programs("node-metrics", title, METRICS_MODULE, {"metrics-server": package}))


def read_dns_version() -> str:
    """Give the version of CoreDNS, without a v.

    Example:
        >>> read_dns_version().count(".")
        2
    """
    return read_version(DNS_MODULE, "github.com/coredns/coredns").removeprefix("v")


def read_metrics_version() -> str:
    """Give the version of metrics-server, without a v.

    Example:
        >>> read_metrics_version().count(".")
        2
    """
    return read_version(METRICS_MODULE, "sigs.k8s.io/metrics-server").removeprefix("v")
