"""Two stacks' nodes have nothing in common, and the kernel takes their names."""

from ipaddress import ip_address, ip_network
from pathlib import Path

import yaml

from local.charts.helm import CHART
from local.node.place import STORES, Node, find_node
from local.node.stores import NAMESPACE
from local.settings import PORT_OFFSETS, StackSettings

# What the kernel allows for the name of an interface and of a socket.
INTERFACE, SOCKET = 15, 107


def place(settings: StackSettings, base: int) -> Node:
    return find_node(settings.model_copy(update={"port_base": base, "home": Path(f"/stacks/{base}")}))


def test_nodes_of_two_stacks_share_no_name_and_no_network(settings: StackSettings) -> None:
    one, other = place(settings, 23000), place(settings, 23000 + len(PORT_OFFSETS))
    for name in ("folder", "run", "mark", "cgroup", "inside", "outside"):
        assert getattr(one, name) != getattr(other, name)
    assert ip_address(other.address) not in ip_network(f"{one.address}/30", strict=False)


def test_the_node_and_this_machine_are_in_one_network_of_their_own(settings: StackSettings) -> None:
    for base in (1024, 23000, 23002, 65000):
        node = place(settings, base)
        hosts = [str(host) for host in ip_network(f"{node.address}/30", strict=False).hosts()]
        assert hosts == [node.gateway, node.address]


def test_the_kernel_takes_the_names(settings: StackSettings) -> None:
    node = place(settings, 65000)
    assert max(len(node.inside), len(node.outside)) <= INTERFACE
    assert len(str(node.containerd)) <= SOCKET


def test_pods_find_the_stores_where_the_charts_values_name_them() -> None:
    values = yaml.safe_load((CHART / "values-dev.yaml").read_text())
    named = {values["stores"]["opensearchUrl"], values["embedding"]["url"]}
    assert named == {f"http://{name}.{NAMESPACE}.svc:{port}" for name, port in STORES.items()}
