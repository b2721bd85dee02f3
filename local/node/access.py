"""The node's API server, asked as its administrator."""

import json
import tempfile
from typing import Any

from local.kube import call_kubectl
from local.node.place import Node


def run_kubectl(node: Node, *arguments: str) -> str:
    """Run kubectl as the node's administrator and give what it prints.

    Raises:
        StackError: with what it says, if it failed.
    """
    return call_kubectl(node.envs, node.kubeconfig, *arguments)


def get_objects(node: Node, *what: str) -> Any:
    """Give what `kubectl get` finds."""
    return json.loads(run_kubectl(node, "get", *what, "-o", "json"))


def apply_objects(node: Node, *objects: dict[str, Any]) -> None:
    """Put objects into the cluster, or change them."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"apiVersion": "v1", "kind": "List", "items": objects}, file)
        file.flush()
        run_kubectl(node, "apply", "-f", file.name)
