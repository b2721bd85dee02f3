"""What controllers make of objects, played: replica sets and pods, their counts, endpoints and claims."""

import hashlib
import json
import math
from datetime import datetime
from typing import Final

from evaluation.benchmarks.diagnosis.admission import count_quotas, refuse_pod
from evaluation.benchmarks.diagnosis.cluster import (
    LETTERS,
    Cluster,
    Object,
    delete,
    find,
    has_labels,
    is_true,
    make_id,
    own,
    put,
    set_condition,
    tell,
    walk,
    walk_owned,
)

_REVISION: Final = "deployment.kubernetes.io/revision"
_DEADLINE_S: Final = 600


def control(cluster: Cluster) -> None:
    """Bring everything one step nearer to how it is to be."""
    for claim in walk(cluster, "PersistentVolumeClaim"):
        _bind(cluster, claim)
    for deployment in walk(cluster, "Deployment"):
        _roll_out(cluster, deployment)
    count_quotas(cluster)


def publish(cluster: Cluster) -> None:
    """Count what is ready by now, and write it into workloads and endpoints."""
    for deployment in walk(cluster, "Deployment"):
        sets = list(walk_owned(cluster, "ReplicaSet", deployment))
        for one in sets:
            pods = list_pods(cluster, one)
            ready = sum(is_true(pod, "Ready") for pod in pods)
            one["status"] |= {"replicas": len(pods), "readyReplicas": ready, "availableReplicas": ready}
        _count(cluster, deployment, sets)
    for service in walk(cluster, "Service"):
        _publish_endpoints(cluster, service)


def list_pods(cluster: Cluster, set_: Object) -> list[Object]:
    """Return the pods of a replica set that aren't done."""
    pods = walk_owned(cluster, "Pod", set_)
    return [
        pod
        for pod in pods
        if pod["status"].get("phase") not in ("Failed", "Succeeded")
        and "deletionTimestamp" not in pod["metadata"]
    ]


def _roll_out(cluster: Cluster, deployment: Object) -> None:
    """Move pods from the old replica sets to the new one, as many at a time as may be missing or too many."""
    desired = int(deployment["spec"]["replicas"])
    new = _ensure_set(cluster, deployment)
    old = [one for one in walk_owned(cluster, "ReplicaSet", deployment) if one is not new]
    lacks, more = math.floor(desired / 4), math.ceil(desired / 4)
    old_pods = [pod for one in old for pod in list_pods(cluster, one)]
    ready = sum(is_true(pod, "Ready") for pod in list_pods(cluster, new))
    kept = max(0, desired - lacks - ready)
    for pod in sorted(old_pods, key=lambda one: is_true(one, "Ready"))[: max(0, len(old_pods) - kept)]:
        delete(cluster, "Pod", pod["metadata"]["namespace"], pod["metadata"]["name"])
        old_pods.remove(pod)
    for one in old:
        one["spec"]["replicas"] = len(list_pods(cluster, one))
    new["spec"]["replicas"] = max(0, min(desired, desired + more - len(old_pods)))
    _fill(cluster, deployment, new)


def _ensure_set(cluster: Cluster, deployment: Object) -> Object:
    template = deployment["spec"]["template"]
    digest = hashlib.sha256(json.dumps(template, sort_keys=True).encode()).digest()
    hash_ = "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:10])
    meta = deployment["metadata"]
    name = f"{meta['name']}-{hash_}"
    found = find(cluster, "ReplicaSet", meta["namespace"], name)
    if found:
        return found
    revision = 1 + sum(1 for _ in walk_owned(cluster, "ReplicaSet", deployment))
    labels = {**template["metadata"]["labels"], "pod-template-hash": hash_}
    meta.setdefault("annotations", {})[_REVISION] = str(revision)
    deployment.setdefault("status", {})["progressed"] = cluster.now.isoformat()
    return put(
        cluster,
        "ReplicaSet",
        name,
        meta["namespace"],
        metadata={
            "labels": labels,
            "ownerReferences": own(deployment),
            "annotations": {_REVISION: str(revision)},
        },
        spec={
            "replicas": 0,
            "selector": {"matchLabels": labels},
            "template": {**template, "metadata": {**template["metadata"], "labels": labels}},
        },
        status={"replicas": 0},
    )


def _fill(cluster: Cluster, deployment: Object, set_: Object) -> None:
    pods = list_pods(cluster, set_)
    wanted = int(set_["spec"]["replicas"])
    for pod in pods[wanted:]:
        delete(cluster, "Pod", pod["metadata"]["namespace"], pod["metadata"]["name"])
    refused = ""
    for _ in range(wanted - len(pods)):
        pod = make_pod(cluster, set_)
        refused = refuse_pod(cluster, pod)
        if refused:
            said = f'Error creating: pods "{pod["metadata"]["name"]}" is forbidden: {refused}'
            tell(cluster, set_, "FailedCreate", said)
            message = said.removeprefix("Error creating: ")
            set_condition(set_, "ReplicaFailure", "True", cluster.now, "FailedCreate", message)
            set_condition(deployment, "ReplicaFailure", "True", cluster.now, "FailedCreate", message)
            break
        cluster.objects["Pod", pod["metadata"]["namespace"], pod["metadata"]["name"]] = pod
    if not refused:
        for one in (set_, deployment):
            conditions = one.setdefault("status", {}).get("conditions", [])
            one["status"]["conditions"] = [each for each in conditions if each["type"] != "ReplicaFailure"]


def make_pod(cluster: Cluster, owner: Object) -> Object:
    """Return a pod of what makes pods, which is not in the cluster yet."""
    meta, template = owner["metadata"], owner["spec"]["template"]
    name, namespace = f"{meta['name']}-{make_id(cluster, 5)}", meta["namespace"]
    parts = {
        "metadata": {"labels": template["metadata"]["labels"], "ownerReferences": own(owner)},
        "spec": {"schedulerName": "default-scheduler", **template["spec"]},
        "status": {"phase": "Pending"},
    }
    pod = put(cluster, "Pod", name, namespace, **parts)
    del cluster.objects["Pod", namespace, name]
    return pod


def _count(cluster: Cluster, deployment: Object, sets: list[Object]) -> None:
    desired, status = int(deployment["spec"]["replicas"]), deployment["status"]
    newest = max(sets, key=lambda one: int(one["metadata"]["annotations"][_REVISION]))
    total = sum(one["status"]["replicas"] for one in sets)
    ready = sum(one["status"].get("readyReplicas", 0) for one in sets)
    updated = newest["status"]["replicas"]
    if newest["status"].get("readyReplicas", 0) > status.get("updatedReady", 0) or updated > status.get(
        "updatedReplicas", 0
    ):
        status["progressed"] = cluster.now.isoformat()
    status |= {
        "observedGeneration": deployment["metadata"]["generation"],
        "replicas": total,
        "updatedReplicas": updated,
        "updatedReady": newest["status"].get("readyReplicas", 0),
        "readyReplicas": ready,
        "availableReplicas": ready,
        "unavailableReplicas": max(0, total - ready, desired - ready),
    }
    lacks = math.floor(desired / 4)
    if ready >= desired - lacks:
        set_condition(deployment, "Available", "True", cluster.now, "MinimumReplicasAvailable")
    else:
        said = "Deployment does not have minimum availability."
        set_condition(deployment, "Available", "False", cluster.now, "MinimumReplicasUnavailable", said)
    name = newest["metadata"]["name"]
    since = (cluster.now - datetime.fromisoformat(status["progressed"])).total_seconds()
    if status["updatedReady"] >= desired and total == desired:
        said = f'ReplicaSet "{name}" has successfully progressed.'
        set_condition(deployment, "Progressing", "True", cluster.now, "NewReplicaSetAvailable", said)
    elif since > _DEADLINE_S:
        said = f'ReplicaSet "{name}" has timed out progressing.'
        set_condition(deployment, "Progressing", "False", cluster.now, "ProgressDeadlineExceeded", said)
    else:
        said = f'ReplicaSet "{name}" is progressing.'
        set_condition(deployment, "Progressing", "True", cluster.now, "ReplicaSetUpdated", said)


def _publish_endpoints(cluster: Cluster, service: Object) -> None:
    meta, selector = service["metadata"], service["spec"].get("selector")
    if not selector:
        return
    slice_ = next(
        (
            one
            for one in walk(cluster, "EndpointSlice", meta["namespace"])
            if one["metadata"]["labels"]["kubernetes.io/service-name"] == meta["name"]
        ),
        None,
    ) or put(
        cluster,
        "EndpointSlice",
        f"{meta['name']}-{make_id(cluster, 5)}",
        meta["namespace"],
        metadata={
            "labels": {"kubernetes.io/service-name": meta["name"]},
            "ownerReferences": own(service),
        },
        addressType="IPv4",
    )
    slice_["endpoints"] = [
        {
            "addresses": [f"10.244.{sum(pod['metadata']['uid'].encode()) % 250}.7"],
            "conditions": {"ready": is_true(pod, "Ready")},
            "nodeName": pod["spec"]["nodeName"],
            "targetRef": {"kind": "Pod", "name": pod["metadata"]["name"]},
        }
        for pod in walk(cluster, "Pod", meta["namespace"])
        if has_labels(pod, selector) and "nodeName" in pod["spec"] and pod["status"]["phase"] == "Running"
    ]
    slice_["ports"] = [
        {"name": port.get("name", ""), "port": port["targetPort"]}
        for port in service["spec"]["ports"]
        if isinstance(port["targetPort"], int)
    ]


def _bind(cluster: Cluster, claim: Object) -> None:
    name = claim["spec"].get("storageClassName", "")
    status = claim.setdefault("status", {"phase": "Pending"})
    class_ = find(cluster, "StorageClass", "", name)
    if status["phase"] == "Bound":
        return
    if class_ is None:
        tell(cluster, claim, "ProvisioningFailed", f'storageclass.storage.k8s.io "{name}" not found')
    elif class_["volumeBindingMode"] == "Immediate":
        volume = f"pvc-{claim['metadata']['uid']}"
        meta = claim["metadata"]
        reference = {"kind": "PersistentVolumeClaim", "name": meta["name"], "namespace": meta["namespace"]}
        put(
            cluster,
            "PersistentVolume",
            volume,
            spec={
                "capacity": claim["spec"]["resources"]["requests"],
                "accessModes": claim["spec"]["accessModes"],
                "claimRef": reference,
                "storageClassName": name,
                "persistentVolumeReclaimPolicy": "Delete",
            },
            status={"phase": "Bound"},
        )
        claim["spec"]["volumeName"] = volume
        status |= {
            "phase": "Bound",
            "capacity": claim["spec"]["resources"]["requests"],
            "accessModes": claim["spec"]["accessModes"],
        }
