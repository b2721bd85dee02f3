"""A cluster in memory beside a real one: scripts and the played kubelet change it, and it is kept the same.

What a script puts, edits or deletes goes to the API server as a person's doing. What the API server,
the controllers and the scheduler made of it is pulled back, with the times of the story.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from evaluation.benchmarks.diagnosis.cluster import Cluster, Key, Object, find, walk
from evaluation.benchmarks.diagnosis.real.api import Api, RefusedError, create, name_path, remove, replace
from evaluation.benchmarks.diagnosis.real.clock import Clock, tell, untell
from processors.stores import kubernetes

# What a kubelet has to know in each round, and what a script has to know besides.
OF_ROUNDS: Final = ("pods", "nodes", "persistentvolumeclaims")
EVERYTHING: Final = tuple(name for name in kubernetes.RESOURCES if name != "events")
_MADE_BY_OTHERS: Final = ("Pod", "ReplicaSet", "EndpointSlice", "Event", "ServiceAccount", "PersistentVolume")
_MADE_WITH_NAMESPACE: Final = "kube-root-ca.crt"
# Nodes and namespaces come first; what may refuse a pod or is needed by one is there before it is made.
_ORDER: Final = (
    "Node",
    "Namespace",
    "StorageClass",
    "PriorityClass",
    "LimitRange",
    "ResourceQuota",
    "ConfigMap",
)
_LAST: Final = ("Deployment", "Job", "CronJob", "HorizontalPodAutoscaler")
_OF_SERVER: Final = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink")
_WORKERS: Final = 8
_PATIENCE_S: Final = 120.0


@dataclass
class Mirror:
    """A cluster in memory and the real one that it is kept the same as.

    Attributes:
        cluster: That scripts and the kubelet change.
        api: The real one, to write.
        source: The real one, as the collector reads it.
        clock: Between the machine's time and the story's.
        same: Objects as they were when both sides were the same.
        versions: Of objects, when they were pulled.
        refused: What the API server didn't take.
    """

    cluster: Cluster
    api: Api
    source: kubernetes.Cluster
    clock: Clock
    same: dict[Key, Object] = field(default_factory=dict)
    versions: dict[Key, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def pull(mirror: Mirror, resources: Iterable[str] = EVERYTHING) -> None:
    """Take over what there is of some resources; what isn't there any more is remembered as gone."""
    cluster = mirror.cluster
    for resource in resources:
        kind = kubernetes.RESOURCES[resource][1]
        seen: set[Key] = set()
        for objects, _ in kubernetes.list_objects(mirror.source, resource):
            for object_ in objects:
                seen.add(_take(mirror, object_))
        for key in [key for key in mirror.same if key[0] == kind and key not in seen]:
            cluster.gone.append(mirror.same.pop(key))
            cluster.objects.pop(key, None)


def _take(mirror: Mirror, object_: Object) -> Key:
    meta = object_["metadata"]
    key = object_["kind"], meta.get("namespace", ""), meta["name"]
    if mirror.versions.get(key) != meta["resourceVersion"] or key not in mirror.same:
        mirror.versions[key] = meta["resourceVersion"]
        mirror.same[key] = mirror.cluster.objects[key] = tell(mirror.clock, object_)
    return key


def push(mirror: Mirror) -> None:
    """Write what scripts have put, edited and deleted since both sides were the same."""
    objects = mirror.cluster.objects
    for key in [key for key in mirror.same if key not in objects]:
        del mirror.same[key]
        _try(mirror, remove, mirror.api, name_path(*key))
    changed = [
        key for key, object_ in objects.items() if mirror.same.get(key) is not object_ and _is_persons(key)
    ]
    for rank, keys in groupby(sorted(changed, key=_rank), key=_rank):
        spread(lambda key: _write(mirror, key), list(keys))
        if rank == _ORDER.index("Namespace"):
            _await_accounts(mirror)


def spread(work: Callable[[Any], object], items: list[Any]) -> None:
    """Do some work for each item, several at a time."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        list(pool.map(work, items))


def _is_persons(key: Key) -> bool:
    return key[0] not in _MADE_BY_OTHERS and key[2] != _MADE_WITH_NAMESPACE


def _rank(key: Key) -> int:
    if key[0] in _LAST:
        return len(_ORDER) + 1
    return _ORDER.index(key[0]) if key[0] in _ORDER else len(_ORDER)


def _write(mirror: Mirror, key: Key) -> None:
    object_ = mirror.cluster.objects[key]
    body = untell(mirror.clock, _shorten(object_, mirror.clock.stretch))
    meta = {name: value for name, value in object_["metadata"].items() if name not in _OF_SERVER}
    made = _try(mirror, replace if key in mirror.same else create, mirror.api, {**body, "metadata": meta})
    if made:
        _take(mirror, {"kind": key[0], **made})


def _shorten(object_: Object, stretch: float) -> Object:
    """Return an object whose own times are those of the machine, and without an address of its own."""
    spec = object_.get("spec", {})
    if object_["kind"] == "Deployment":
        return {**object_, "spec": {**spec, "progressDeadlineSeconds": round(600 / stretch)}}
    if object_["kind"] == "CronJob":
        return {**object_, "spec": {**spec, "schedule": "* * * * *"}}
    is_new_service = object_["kind"] == "Service" and "resourceVersion" not in object_["metadata"]
    if is_new_service and object_["metadata"]["name"] != "kube-dns":
        return {**object_, "spec": {name: value for name, value in spec.items() if name != "clusterIP"}}
    return object_


def _try(mirror: Mirror, act: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return act(*arguments)
    except RefusedError as error:
        mirror.refused.append(str(error))
        return None


def _await_accounts(mirror: Mirror) -> None:
    """Wait until each namespace has the account that its pods run as."""
    wanted = {space["metadata"]["name"] for space in walk(mirror.cluster, "Namespace")}
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        answer = mirror.api.http.get("/api/v1/serviceaccounts").raise_for_status().json()
        names = ((one["metadata"]["namespace"], one["metadata"]["name"]) for one in answer["items"])
        if wanted <= {namespace for namespace, name in names if name == "default"}:
            return
        time.sleep(0.5)
    raise TimeoutError("the controllers made no service accounts")


def provision(mirror: Mirror) -> None:
    """Make the volumes that claims wait for, as a class's driver does, which is no part of Kubernetes."""
    for claim in _list_waiting(mirror.cluster):
        meta, spec = claim["metadata"], claim["spec"]
        name = f"pvc-{meta['uid']}"
        if find(mirror.cluster, "PersistentVolume", "", name):
            continue
        reference = {
            "kind": "PersistentVolumeClaim",
            "apiVersion": "v1",
            **{part: meta[part] for part in ("name", "namespace", "uid")},
        }
        volume = {
            "kind": "PersistentVolume",
            "metadata": {"name": name, "annotations": {"pv.kubernetes.io/provisioned-by": "ebs.csi.aws.com"}},
            "spec": {
                "capacity": spec["resources"]["requests"],
                "accessModes": spec["accessModes"],
                "claimRef": reference,
                "storageClassName": spec["storageClassName"],
                "persistentVolumeReclaimPolicy": "Delete",
                "csi": {"driver": "ebs.csi.aws.com", "volumeHandle": name},
            },
        }
        if made := _try(mirror, create, mirror.api, volume):
            _take(mirror, {"kind": "PersistentVolume", **made})


def _list_waiting(cluster: Cluster) -> Iterator[Object]:
    for claim in walk(cluster, "PersistentVolumeClaim"):
        class_ = find(cluster, "StorageClass", "", claim["spec"].get("storageClassName", ""))
        is_waiting = claim.get("status", {}).get("phase") == "Pending"
        if is_waiting and class_ and class_.get("volumeBindingMode") == "Immediate":
            yield claim
