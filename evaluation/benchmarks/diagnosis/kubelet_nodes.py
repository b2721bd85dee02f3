"""What a kubelet tells of its node, played: that it is cordoned, that its disk is full, whom it evicts."""

from evaluation.benchmarks.diagnosis.cluster import Cluster, Object, is_true, set_condition, tell, walk
from evaluation.benchmarks.diagnosis.scheduler import is_on

_LOW = "The node was low on resource: ephemeral-storage. Threshold quantity: 10727897073, available: 4127Mi. "


def run_nodes(cluster: Cluster) -> None:
    """Write how each node fares whose kubelet runs."""
    for node in walk(cluster, "Node"):
        name = node["metadata"]["name"]
        if name in cluster.silent:
            continue
        if node["spec"].get("unschedulable"):
            _tell_once(cluster, node, "NodeNotSchedulable")
        if name in cluster.full and not is_true(node, "DiskPressure"):
            _press(cluster, node)


def _tell_once(cluster: Cluster, node: Object, reason: str) -> None:
    said = f"Node {node['metadata']['name']} status is now: {reason}"
    if (node["metadata"]["uid"], reason, said) not in cluster.events:
        tell(cluster, node, reason, said, calm=True)


def _press(cluster: Cluster, node: Object) -> None:
    """Say that a disk is full, and end the pods of its node."""
    reason, said = "KubeletHasDiskPressure", "kubelet has disk pressure"
    set_condition(node, "DiskPressure", "True", cluster.now, reason, said)
    _tell_once(cluster, node, "NodeHasDiskPressure")
    tell(cluster, node, "EvictionThresholdMet", "Attempting to reclaim ephemeral-storage", times=5)
    for pod in walk(cluster, "Pod"):
        if is_on(pod, node):
            tell(cluster, pod, "Evicted", _LOW)
            pod["status"] |= {
                "phase": "Failed",
                "reason": "Evicted",
                "message": _LOW,
                "containerStatuses": [],
            }
            for type_ in ("ContainersReady", "Ready"):
                set_condition(pod, type_, "False", cluster.now, "PodFailed")
