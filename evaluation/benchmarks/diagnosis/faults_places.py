"""Faults of where pods may be: quotas, limits, scheduling, nodes and volumes; and scaling."""

from typing import Final

from evaluation.benchmarks.diagnosis.cluster import Object, delete, edit, put, walk
from evaluation.benchmarks.diagnosis.fault import (
    Expected,
    change_container,
    change_pods,
    expect,
    restart,
)
from evaluation.benchmarks.diagnosis.town import DATABASE, Town


def quota_used_up(town: Town) -> Expected:
    """Set a quota to the pods that there are, and ask for more."""
    cluster, namespace = town.cluster, town.namespace
    count = sum(1 for _ in walk(cluster, "Pod", namespace))
    edit(cluster, "ResourceQuota", namespace, "team", lambda one: one["spec"]["hard"].update(pods=str(count)))
    edit(cluster, "Deployment", namespace, town.middle, lambda one: one["spec"].update(replicas=5))
    return expect(town, "ResourceQuota/team", "pods", also=(f"Deployment/{town.middle}",))


def limit_range_refuses(town: Town) -> Expected:
    """Limit containers to less than one of them asks for."""
    limit = {"type": "Container", "max": {"cpu": "500m", "memory": "512Mi"}}
    put(town.cluster, "LimitRange", "small", town.namespace, spec={"limits": [limit]})
    resources = {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "2", "memory": "256Mi"}}
    change_container(town, town.back, lambda one: one.update(resources=resources))
    return expect(town, f"Deployment/{town.back}", "maximum|limit", "cpu", also=("LimitRange/small",))


def cpu_request_too_large(town: Town) -> Expected:
    """Ask for more processors than any node has."""
    resources = {"requests": {"cpu": "5", "memory": "128Mi"}, "limits": {"cpu": "5", "memory": "256Mi"}}
    change_container(town, town.spare, lambda one: one.update(resources=resources))
    return expect(town, f"Deployment/{town.spare}", "cpu|processor")


def node_selector(town: Town) -> Expected:
    """Select nodes by a label that none has."""
    change_pods(town, town.middle, nodeSelector={"disk": "nvme"})
    return expect(town, f"Deployment/{town.middle}", "selector|affinity|disk")


def untolerated_taint(town: Town) -> Expected:
    """Select a node whose taint isn't tolerated."""

    def taint(node: Object) -> None:
        node["spec"]["taints"] = [{"key": "dedicated", "value": "batch", "effect": "NoSchedule"}]
        node["metadata"]["labels"]["pool"] = "batch"

    edit(town.cluster, "Node", "", "worker-3", taint)
    change_pods(town, town.spare, nodeSelector={"pool": "batch"})
    expected = expect(town, f"Deployment/{town.spare}", "taint|tolera")
    return expected._replace(objects=(*expected.objects, ("Node", "", "worker-3")))


def node_not_ready(town: Town) -> Expected:
    """Stop the kubelet of a node that runs something of the namespace."""
    name = _choose_node(town)
    town.cluster.silent.add(name)
    return Expected((("Node", "", name),), (("not ready", "notready", "kubelet", "unreachable"),))


def nodes_cordoned(town: Town) -> Expected:
    """Forget to uncordon the nodes after a maintenance, and restart something."""
    names = [node["metadata"]["name"] for node in walk(town.cluster, "Node")]
    for name in names:
        edit(town.cluster, "Node", "", name, lambda one: one["spec"].update(unschedulable=True))
    restart(town, town.front)
    return Expected(tuple(("Node", "", name) for name in names), (("cordon", "unschedulable"),))


def disk_pressure(town: Town) -> Expected:
    """Fill the disk of a node, so that pods are evicted."""
    name = _choose_node(town)
    town.cluster.full.add(name)
    return Expected((("Node", "", name),), (("disk",),))


def _choose_node(town: Town) -> str:
    """Return the name of a node that runs something of the namespace."""
    pods = walk(town.cluster, "Pod", town.namespace)
    return next(
        str(pod["spec"]["nodeName"])
        for pod in pods
        if "nodeName" in pod["spec"] and pod["status"]["phase"] == "Running"
    )


def missing_storage_class(town: Town) -> Expected:
    """Claim storage of a class that there isn't."""
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "fast-ssd",
        "resources": {"requests": {"storage": "10Gi"}},
    }
    put(town.cluster, "PersistentVolumeClaim", f"{town.spare}-data", town.namespace, spec=claim)
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": f"{town.spare}-data"}}
    change_pods(town, town.spare, volumes=[volume])
    return expect(town, f"PersistentVolumeClaim/{town.spare}-data", "fast-ssd|class")


def claim_deleted(town: Town) -> Expected:
    """Delete the claim of the database, and restart that."""
    name = f"{DATABASE}-data"
    delete(town.cluster, "PersistentVolumeClaim", town.namespace, name)
    restart(town, DATABASE)
    return expect(town, f"Deployment/{DATABASE}", name, also=(f"PersistentVolumeClaim/{name}",))


def zero_replicas(town: Town) -> Expected:
    """Scale what the front calls to zero."""
    edit(town.cluster, "Deployment", town.namespace, town.back, lambda one: one["spec"].update(replicas=0))
    return expect(town, f"Deployment/{town.back}", "zero|0 ")


def dependency_scaled_to_zero(town: Town) -> Expected:
    """Scale the database to zero, which is felt two calls away."""
    edit(town.cluster, "Deployment", town.namespace, DATABASE, lambda one: one["spec"].update(replicas=0))
    return expect(town, f"Deployment/{DATABASE}", "zero|0 ")


def dns_down(town: Town) -> Expected:
    """Scale the name server to zero, or let it not start."""
    edit(town.cluster, "Deployment", "kube-system", "coredns", lambda one: one["spec"].update(replicas=0))
    return Expected((("Deployment", "kube-system", "coredns"),), (("zero", "0 ", "dns"),))


def autoscaler_without_metrics(town: Town) -> Expected:
    """Take away the metrics that an autoscaler reads."""
    town.cluster.unmeasured.add((town.namespace, town.front))
    return expect(town, f"HorizontalPodAutoscaler/{town.front}", "metric")


def autoscaler_at_maximum(town: Town) -> Expected:
    """Let load go beyond what an autoscaler may add."""
    cluster, namespace, name = town.cluster, town.namespace, town.front
    edit(cluster, "HorizontalPodAutoscaler", namespace, name, lambda one: one["spec"].update(maxReplicas=3))
    cluster.loads[namespace, name] = 188
    also = (f"Deployment/{name}",)
    return expect(town, f"HorizontalPodAutoscaler/{name}", "max", also=also)


ACTS: Final = (
    quota_used_up,
    limit_range_refuses,
    cpu_request_too_large,
    node_selector,
    untolerated_taint,
    node_not_ready,
    nodes_cordoned,
    disk_pressure,
    missing_storage_class,
    claim_deleted,
    zero_replicas,
    dependency_scaled_to_zero,
    dns_down,
    autoscaler_without_metrics,
    autoscaler_at_maximum,
)
