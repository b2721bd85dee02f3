"""What the controller of nodes does, played: nodes that aren't heard of, taints, pods of lost nodes."""

from evaluation.benchmarks.diagnosis.cluster import (
    Cluster,
    Object,
    is_true,
    minutes,
    read_time,
    set_condition,
    tell,
    walk,
    write_time,
)
from evaluation.benchmarks.diagnosis.scheduler import is_on

_CONDITIONS = ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready")
_PREFIX = "node.kubernetes.io"


def watch_nodes(cluster: Cluster) -> None:
    """Write which nodes aren't heard of, taint those that take no pods, and give up pods of lost ones."""
    for node in walk(cluster, "Node"):
        name = node["metadata"]["name"]
        if name in cluster.silent and is_true(node, "Ready"):
            said = "Kubelet stopped posting node status."
            for one in _CONDITIONS:
                set_condition(node, one, "Unknown", cluster.now, "NodeStatusUnknown", said)
            tell(cluster, node, "NodeNotReady", f"Node {name} status is now: NodeNotReady", calm=True)
        wanted = {
            (f"{_PREFIX}/unreachable", "NoSchedule"): not is_true(node, "Ready"),
            (f"{_PREFIX}/unreachable", "NoExecute"): not is_true(node, "Ready"),
            (f"{_PREFIX}/disk-pressure", "NoSchedule"): is_true(node, "DiskPressure"),
            (f"{_PREFIX}/unschedulable", "NoSchedule"): bool(node["spec"].get("unschedulable")),
        }
        others = [one for one in node["spec"].get("taints", ()) if not one["key"].startswith(_PREFIX)]
        taints = [{"key": key, "effect": effect} for (key, effect), is_so in wanted.items() if is_so]
        node["spec"]["taints"] = [*others, *taints]
        if not is_true(node, "Ready"):
            _leave(cluster, node)


def _leave(cluster: Cluster, node: Object) -> None:
    """Say that the pods of a node that isn't heard of aren't ready; after five minutes give them up."""
    since = next(
        read_time(one["lastTransitionTime"]) for one in node["status"]["conditions"] if one["type"] == "Ready"
    )
    for pod in walk(cluster, "Pod"):
        if not is_on(pod, node) or not is_true(pod, "PodScheduled"):
            continue
        if is_true(pod, "Ready"):
            set_condition(pod, "Ready", "False", cluster.now)
            tell(cluster, pod, "NodeNotReady", "Node is not ready")
        if cluster.now - since > minutes(5) and "deletionTimestamp" not in pod["metadata"]:
            pod["metadata"]["deletionTimestamp"] = write_time(cluster.now)
            named = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
            tell(cluster, pod, "TaintManagerEviction", f"Marking for deletion Pod {named}", calm=True)
