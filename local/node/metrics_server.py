"""metrics-server: a pod that asks the kubelet, and answers `kubectl top` behind the API server."""

from pathlib import Path

from local.node.access import run_kubectl
from local.node.image import METRICS_SERVER, import_program
from local.node.place import Node


def start_metrics(node: Node, programs: Path) -> None:
    """Start it; its first figures come half a minute later, and nothing of the node waits for them."""
    import_program(node, programs / "metrics-server", METRICS_SERVER)
    pair = node.folder / "tls/metrics-server"
    secret = ("-n", "kube-system", "create", "secret", "tls", "metrics-server")
    run_kubectl(node, *secret, f"--cert={pair}.crt", f"--key={pair}.key")
    run_kubectl(node, "apply", "-f", str(node.folder / "metrics-server.yaml"))
