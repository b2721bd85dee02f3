"""The programs of the local Kubernetes cluster.

`local/kubernetes/go.mod` names Kubernetes with its staging modules and etcd as tools. kwok, which plays the
nodes, wants other versions of the same modules, so it is built apart.
"""

from pathlib import Path

from local.go_build import Programs, ensure_built, read_version
from local.settings import ROOT

MODULE = ROOT / "local/kubernetes"
KUBERNETES = "k8s.io/kubernetes"
KWOK = "sigs.k8s.io/kwok/cmd/kwok@v0.8.0"
PROGRAMS = {
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
    "etcd": "go.etcd.io/etcd/server/v3",
    "kwok": KWOK,
}
FREE_BYTES = 8 << 30
_VERSIONS = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")


def ensure_programs(envs: Path) -> Path:
    """Build what is missing of the cluster's programs, and give their folder.

    Raises:
        StackError: if there is no Go, no room, or a program can't be built.
    """
    version = read_version(MODULE, KUBERNETES)
    title = f"Kubernetes {version}, etcd and kwok"
    return ensure_built(
        envs, Programs("kube", title, MODULE, PROGRAMS, make_linker_flags(version), FREE_BYTES)
    )


def make_linker_flags(version: str) -> str:
    """Tell the programs their version, which clients ask for; and leave out what only debuggers read."""
    major, minor, _ = version.removeprefix("v").split(".")
    values = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    stamps = (f"-X {package}.{name}={value}" for package in _VERSIONS for name, value in values.items())
    return " ".join(("-s -w", *stamps))
