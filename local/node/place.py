"""Where a stack's node is: its folders, its names in the kernel, its addresses."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from local.settings import StackSettings

# What all nodes of this machine leave in memory, each in a folder of its own.
RUN = Path("/run/runlore-nodes")
NAME = "node"
# Inside of the node's own network nobody else is, so each node has the same.
SERVICES = "10.96.0.0/16"
API_SERVICE = "10.96.0.1"
DNS_SERVICE = "10.96.0.10"
PODS = "10.244.0.0/24"
API_PORT = 6443
# What the service can't do without, and the ports that it usually has.
STORES = {"opensearch": 9200, "model-server": 8080}


class Node(NamedTuple):
    """A real Kubernetes node with its control plane, in a network namespace of its own.

    Attributes:
        envs: the folder of the programs.
        folder: data and logs.
        run: sockets and mounts; short, for a socket's path has at most 107 letters.
        mark: value of the mark in the environment of its processes.
        cgroup: parent of its pods' cgroups.
        inside: name of its network interface.
        outside: name of the interface's other end, on this machine.
        address: its own, which this machine reaches.
        gateway: this machine's, which the node and its pods reach.
        stores: ports of the stack that pods may reach: by name, theirs and this machine's.
    """

    envs: Path
    folder: Path
    run: Path
    mark: str
    cgroup: str
    inside: str
    outside: str
    address: str
    gateway: str
    stores: Mapping[str, tuple[int, int]]

    @property
    def namespace(self) -> Path:
        """File that holds the network namespace."""
        return self.run / "network"

    @property
    def containerd(self) -> Path:
        """Socket of the container runtime."""
        return self.run / "containerd.sock"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return self.folder / "admin.kubeconfig"


def find_node(settings: StackSettings) -> Node:
    """Give the node of a stack; two stacks whose ports differ have nothing in common."""
    base = settings.port_base
    # Each range of four ports has a network of four addresses.
    network = f"10.231.{base >> 8}"
    first = base & 0xFC
    return Node(
        envs=settings.envs,
        folder=settings.home / "node",
        run=RUN / str(base),
        mark=f"{settings.stack_id}/node",
        cgroup=f"runlore-{base}",
        inside=f"rl{base}n",
        outside=f"rl{base}h",
        address=f"{network}.{first + 2}",
        gateway=f"{network}.{first + 1}",
        stores={name: (port, settings.ports[name]) for name, port in STORES.items()},
    )
