"""The states of deployments, jobs and nodes in words."""

from datetime import datetime
from typing import Final

from processors.kubernetes.words import (
    Object,
    Told,
    read_moments,
    say_conditions,
    say_reason,
    say_times,
    say_when,
)

_GOOD_DEPLOYMENT: Final = {"Available": "True", "Progressing": "True", "ReplicaFailure": "False"}
_PRESSURES: Final = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")
_GOOD_NODE: Final = {"Ready": "True", **dict.fromkeys(_PRESSURES, "False")}
_SHOWN_CAPACITY: Final = ("cpu", "memory", "pods", "ephemeral-storage")


def tell_deployment(deployment: Object) -> Told:
    """Return what is told of a deployment's state."""
    spec, status = deployment.get("spec") or {}, deployment.get("status") or {}
    conditions: list[Object] = status.get("conditions") or []
    desired = spec.get("replicas", 1)
    ready, unavailable = status.get("readyReplicas", 0), status.get("unavailableReplicas", 0)
    updated = status.get("updatedReplicas", 0)
    stuck = _find(conditions, "Progressing", "False") or _find(conditions, "ReplicaFailure", "True")
    figures = f"{ready} of {desired} replicas are ready"
    if stuck:
        told = f"doesn't get on with its rollout: {say_reason(stuck)}"
        predicate, gist, severity = f"{told}; {figures}", told, "error"
    elif not desired:
        predicate, gist, severity = "is scaled to zero", "is scaled to zero", "info"
    elif unavailable or ready < desired:
        gist = "has replicas that are not available"
        predicate, severity = (
            f"{gist}: {figures}",
            "warning",
        )
    elif updated < desired:
        gist = "is being rolled out"
        predicate, severity = f"is being rolled out: {updated} of {desired} replicas are updated", "info"
    else:
        predicate, gist, severity = f"is available: {figures}", "is available", "info"
    details = [
        f"Desired {desired}, updated {updated}, ready {ready}, available "
        f"{status.get('availableReplicas', 0)}, unavailable {unavailable}.",
        *say_conditions(conditions, _GOOD_DEPLOYMENT),
        *_say_images(spec),
    ]
    labels = {"desired": str(desired), "ready": str(ready), "unavailable": str(unavailable)}
    return Told(predicate, gist, severity, _list_moments(deployment, conditions), details, labels)


def tell_job(job: Object) -> Told:
    """Return what is told of a job's state."""
    spec, status = job.get("spec") or {}, job.get("status") or {}
    conditions: list[Object] = status.get("conditions") or []
    succeeded, failed = status.get("succeeded", 0), status.get("failed", 0)
    wanted, limit = spec.get("completions", 1), spec.get("backoffLimit", 6)
    gone_wrong, done = _find(conditions, "Failed", "True"), _find(conditions, "Complete", "True")
    if gone_wrong:
        why = say_reason(gone_wrong)
        when = say_when(gone_wrong.get("lastTransitionTime"))
        predicate = f"failed at {when}, after its pods had failed {say_times(failed)}: {why}"
        gist, severity = f"failed: {why}", "error"
    elif done:
        when = say_when(status.get("completionTime") or done.get("lastTransitionTime"))
        predicate, gist, severity = (
            f"completed at {when}: {succeeded} of {wanted} succeeded",
            "completed",
            "info",
        )
    elif spec.get("suspend"):
        predicate, gist, severity = "is suspended", "is suspended", "info"
    else:
        predicate = f"is running: {status.get('active', 0)} active, {failed} failed so far"
        gist, severity = "is running", "warning" if failed else "info"
    details = [
        f"Succeeded {succeeded} of {wanted}, failed {failed}, active {status.get('active', 0)}; "
        f"it gives up after {limit} retries.",
        *_say_images(spec),
    ]
    times = read_moments(status.get("startTime"), status.get("completionTime"))
    labels = {"succeeded": str(succeeded), "failed": str(failed), "backoff_limit": str(limit)}
    return Told(predicate, gist, severity, [*_list_moments(job, conditions), *times], details, labels)


def tell_node(node: Object) -> Told:
    """Return what is told of a node's state."""
    spec, status = node.get("spec") or {}, node.get("status") or {}
    conditions: list[Object] = status.get("conditions") or []
    unready = next((c for c in conditions if c["type"] == "Ready" and c["status"] != "True"), None)
    pressures = [c for c in conditions if c["type"] in _PRESSURES and c["status"] == "True"]
    cordoned = " and takes no new pods (cordoned)" if spec.get("unschedulable") else ""
    if unready:
        why = say_reason(unready)
        since = unready.get("lastTransitionTime")
        predicate = f"is not ready (NotReady){f' since {say_when(since)}' if since else ''}: {why}"
        gist, severity = f"is not ready (NotReady): {why}", "error"
    elif pressures:
        gist = f"is under {' and '.join(c['type'] for c in pressures)}{cordoned}"
        predicate = f"{gist}: {'; '.join(say_reason(c) for c in pressures)}"
        severity = "warning"
    else:
        predicate = gist = f"is ready{cordoned}" if conditions else "has not said yet how it is"
        severity = "warning" if cordoned else "info"
    info = status.get("nodeInfo") or {}
    taints = ", ".join(f"{t['key']}:{t['effect']}" for t in spec.get("taints") or [])
    details = [
        *say_conditions(conditions, _GOOD_NODE),
        *_say_amounts("Capacity", status.get("capacity") or {}),
        *_say_amounts("Allocatable", status.get("allocatable") or {}),
        *([f"Taints: {taints}."] if taints else []),
        *([f"Kubelet {info['kubeletVersion']}."] if info.get("kubeletVersion") else []),
    ]
    labels = {"ready": "False" if unready else "True"} if conditions else {}
    return Told(predicate, gist, severity, _list_moments(node, conditions), details, labels)


def _find(conditions: list[Object], type_: str, status: str) -> Object | None:
    return next((c for c in conditions if c["type"] == type_ and c["status"] == status), None)


def _say_images(spec: Object) -> list[str]:
    containers: list[Object] = ((spec.get("template") or {}).get("spec") or {}).get("containers") or []
    images = ", ".join(f"{container['name']} {container.get('image', 'unknown')}" for container in containers)
    return [f"Images: {images}."] if images else []


def _say_amounts(what: str, amounts: dict[str, str]) -> list[str]:
    said = ", ".join(f"{name} {amounts[name]}" for name in _SHOWN_CAPACITY if name in amounts)
    return [f"{what}: {said}."] if said else []


def _list_moments(object_: Object, conditions: list[Object]) -> list[datetime]:
    times = (condition.get("lastTransitionTime") for condition in conditions)
    return read_moments(object_["metadata"].get("creationTimestamp"), *times)
