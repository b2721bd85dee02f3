"""The stack's stores, as pods find them: services without pods, whose address is this machine's."""

from typing import Any

from local.node.access import apply_objects
from local.node.place import Node
from local.node.programs import start_program

# As in the values that come with the chart.
NAMESPACE = "stores"


def lend_stores(node: Node) -> None:
    """Let pods reach the stack's stores, which listen on this machine's own address alone."""
    apply_objects(node, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    for name, (usual, port) in node.stores.items():
        # To the node's interface, so that nobody else is let in.
        listen = f"TCP-LISTEN:{port},bind={node.gateway},so-bindtodevice={node.outside},fork,reuseaddr"
        start_program(node, f"way-to-{name}", "socat", listen, f"TCP:127.0.0.1:{port}")
        apply_objects(node, _make_service(name, usual), _make_slice(node, name, port))


def _make_service(name: str, port: int) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"ports": [{"name": "tcp", "port": port}]},
    }


def _make_slice(node: Node, name: str, port: int) -> dict[str, Any]:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "labels": {"kubernetes.io/service-name": name},
        },
        "addressType": "IPv4",
        "endpoints": [{"addresses": [node.gateway]}],
        "ports": [{"name": "tcp", "port": port}],
    }
