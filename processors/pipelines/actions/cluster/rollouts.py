"""How far the rollout of a workload is, by the rules of `kubectl rollout status`."""

from typing import NamedTuple

from processors.knowledge.actions.findings import Finding, make_finding
from processors.stores.actions.kubernetes import Object


class Rollout(NamedTuple):
    """How far it is."""

    is_done: bool
    finding: Finding
    is_stuck: bool = False


def describe_rollout(workload: Object) -> Rollout:
    """Tell how far a deployment, stateful set or daemon set is.

    Example:
        >>> spec, status = {"replicas": 2}, {"observedGeneration": 3, "updatedReplicas": 1, "replicas": 2}
        >>> meta = {"name": "api", "generation": 3}
        >>> workload = {"kind": "Deployment", "metadata": meta, "spec": spec, "status": status}
        >>> describe_rollout(workload).finding.tell("en")
        'deployment api: 1 of 2 replicas updated'
    """
    kind, meta, status = workload["kind"], workload["metadata"], workload.get("status", {})
    name = f"{kind.lower()} {meta['name']}"
    if meta.get("generation", 0) > status.get("observedGeneration", 0):
        return Rollout(False, make_finding("unseen", name=name))
    match kind:
        case "Deployment":
            return _describe_deployment(name, workload, status)
        case "DaemonSet":
            wanted = status.get("desiredNumberScheduled", 0)
            updated, available = status.get("updatedNumberScheduled", 0), status.get("numberAvailable", 0)
        case _:
            wanted = workload.get("spec", {}).get("replicas", 1)
            updated, available = status.get("updatedReplicas", 0), status.get("readyReplicas", 0)
    return _compare(name, wanted, updated, available)


def _describe_deployment(name: str, workload: Object, status: Object) -> Rollout:
    wanted = workload.get("spec", {}).get("replicas", 1)
    updated = status.get("updatedReplicas", 0)
    for condition in status.get("conditions", []):
        if condition.get("reason") == "ProgressDeadlineExceeded":
            stuck = make_finding("stuck", name=name, why=condition.get("message", ""))
            return Rollout(False, stuck, is_stuck=True)
    old = status.get("replicas", 0) - updated
    if updated >= wanted and old > 0:
        return Rollout(False, make_finding("old_left", name=name, count=old))
    return _compare(name, wanted, updated, status.get("availableReplicas", 0))


def _compare(name: str, wanted: int, updated: int, available: int) -> Rollout:
    if updated < wanted:
        return Rollout(False, make_finding("updating", name=name, count=updated, wanted=wanted))
    if available < wanted:
        return Rollout(False, make_finding("starting", name=name, count=available, wanted=wanted))
    return Rollout(True, make_finding("rolled_out", name=name, count=available, wanted=wanted))
