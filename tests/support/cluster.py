"""A small cluster at noon, its objects as the API gives them, and what is wrong in it by the rules."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from processors.knowledge import topics
from processors.knowledge.chunk import Chunk
from processors.knowledge.incidents.diagnosis import find_incidents
from processors.knowledge.incidents.incident import Incident
from processors.knowledge.incidents.observation import observe
from processors.knowledge.partitions import build_chunks
from processors.knowledge.record import Record

Object = dict[str, Any]

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HASH = "7d9f8c6b5"


def ago(minutes: float) -> str:
    """Return a time before noon as the API writes it."""
    return f"{NOON - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


LONG_AGO = ago(60 * 48)


def make(kind: str, name: str, namespace: str = "shop", made: str = LONG_AGO, **parts: Any) -> Object:
    """Return an object; `metadata` is added to its names."""
    meta = {"name": name, "uid": f"{kind}-{namespace}-{name}", "creationTimestamp": made}
    if namespace:
        meta["namespace"] = namespace
    return {"kind": kind, "metadata": {**meta, **parts.pop("metadata", {})}, **parts}


def changed(object_: Object, minutes: float, manager: str = "kubectl-edit") -> Object:
    """Return an object that somebody changed so many minutes ago."""
    entry = {"manager": manager, "operation": "Update", "time": ago(minutes)}
    return {**object_, "metadata": {**object_["metadata"], "managedFields": [entry]}}


def make_container(name: str = "app", image: str = "shop/checkout:1.4.2", **parts: Any) -> Object:
    """Return what is asked of a container."""
    return {"name": name, "image": image, "ports": [{"name": "http", "containerPort": 8080}], **parts}


def make_template(app: str, *containers: Object, **spec: Any) -> Object:
    """Return the template of a workload's pods."""
    whole = {"containers": list(containers) or [make_container(image=f"shop/{app}:1.4.2")], **spec}
    return {"metadata": {"labels": {"app": app}}, "spec": whole}


def make_deployment(
    name: str = "checkout",
    *containers: Object,
    desired: int = 2,
    ready: int | None = None,
    namespace: str = "shop",
    made: str = LONG_AGO,
    conditions: Iterable[Object] = (),
    metadata: Object | None = None,
    **spec: Any,
) -> Object:
    """Return a deployment; without more words its replicas are ready."""
    count = desired if ready is None else ready
    return make(
        "Deployment",
        name,
        namespace,
        made,
        metadata={"generation": 1, **(metadata or {})},
        spec={
            "replicas": desired,
            "selector": {"matchLabels": {"app": name}},
            "template": make_template(name, *containers, **spec),
        },
        status={
            "replicas": desired,
            "updatedReplicas": desired,
            "readyReplicas": count,
            "availableReplicas": count,
            "unavailableReplicas": desired - count,
            "conditions": list(conditions),
        },
    )


def own(kind: str, name: str) -> list[Object]:
    """Return the reference to an owner."""
    return [{"kind": kind, "name": name, "uid": f"{kind}-{name}", "controller": True}]


def make_replica_set(deployment: Object, hash_: str = HASH, revision: int = 1, **parts: Any) -> Object:
    """Return the replica set of a deployment."""
    name = deployment["metadata"]["name"]
    template = deployment["spec"]["template"]
    labels = {**template["metadata"]["labels"], "pod-template-hash": hash_}
    return make(
        "ReplicaSet",
        f"{name}-{hash_}",
        deployment["metadata"]["namespace"],
        parts.pop("made", LONG_AGO),
        metadata={
            "labels": labels,
            "ownerReferences": own("Deployment", name),
            "annotations": {"deployment.kubernetes.io/revision": str(revision)},
        },
        spec={
            "replicas": deployment["spec"]["replicas"],
            "selector": {"matchLabels": labels},
            "template": {**template, "metadata": {"labels": labels}},
            **parts.pop("spec", {}),
        },
        status={"readyReplicas": deployment["status"]["readyReplicas"], **parts.pop("status", {})},
    )  # fmt: skip


def make_pod(
    deployment: Object,
    suffix: str = "x2vqn",
    *,
    state: Object | None = None,
    last: Object | None = None,
    restarts: int = 0,
    ready: bool | None = None,
    since: float = 5,
    node: str = "node-1",
    made: str = LONG_AGO,
    phase: str = "",
    **parts: Any,
) -> Object:
    """Return a pod of a deployment, which runs and is ready if no state is given."""
    is_ready = state is None if ready is None else ready
    running = {"running": {"startedAt": made}}
    template = deployment["spec"]["template"]
    labels = {**template["metadata"]["labels"], "pod-template-hash": HASH}
    name = deployment["metadata"]["name"]
    at = LONG_AGO if is_ready else ago(since)
    conditions = [{"type": "Ready", "status": str(is_ready), "lastTransitionTime": at}]
    statuses = [
        {
            "name": container["name"], "image": container["image"], "ready": is_ready,
            "restartCount": restarts, "state": state or running, "lastState": last or {},
        }
        for container in template["spec"]["containers"]
    ]  # fmt: skip
    waits = "waiting" in (state or {})
    return make(
        "Pod",
        f"{name}-{HASH}-{suffix}",
        deployment["metadata"]["namespace"],
        made,
        metadata={"labels": labels, "ownerReferences": own("ReplicaSet", f"{name}-{HASH}")},
        spec={**template["spec"], "nodeName": node},
        status={
            "phase": phase or ("Pending" if waits and not restarts else "Running"),
            "startTime": made,
            "conditions": conditions,
            "containerStatuses": statuses,
            **parts,
        },
    )


def make_unscheduled(deployment: Object, message: str, suffix: str = "x2vqn", minutes: float = 5) -> Object:
    """Return a pod that no node takes."""
    pod = make_pod(deployment, suffix, ready=False, made=ago(minutes))
    spec = {name: value for name, value in pod["spec"].items() if name != "nodeName"}
    condition = {
        "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message,
        "lastTransitionTime": ago(minutes),
    }  # fmt: skip
    return {**pod, "spec": spec, "status": {"phase": "Pending", "conditions": [condition]}}


def waiting(reason: str, message: str = "") -> Object:
    """Return the state of a container that waits."""
    return {"waiting": {"reason": reason, "message": message}}


def ended(reason: str = "Error", code: int = 1, minutes: float = 1, message: str = "") -> Object:
    """Return the state of a container that ended."""
    end = {"reason": reason, "exitCode": code, "finishedAt": ago(minutes), "startedAt": ago(minutes + 1)}
    return {"terminated": {**end, **({"message": message} if message else {})}}


def make_service(name: str = "checkout", port: object = 8080, namespace: str = "shop", **spec: Any) -> Object:
    """Return a service that selects the pods of the deployment of its name."""
    ports = [{"port": 80, "targetPort": port, "protocol": "TCP"}]
    return make("Service", name, namespace, spec={"selector": {"app": name}, "ports": ports, **spec})


def make_slice(service: str, *pods: Object, ready: bool = True, namespace: str = "shop") -> Object:
    """Return the endpoints of a service."""
    endpoints = [
        {
            "addresses": [f"10.0.0.{number}"],
            "conditions": {"ready": ready},
            "targetRef": {"kind": "Pod", "name": pod["metadata"]["name"]},
        }
        for number, pod in enumerate(pods)
    ]
    labels = {"kubernetes.io/service-name": service}
    return make(
        "EndpointSlice", f"{service}-abc12", namespace, metadata={"labels": labels}, endpoints=endpoints
    )


def make_node(name: str = "node-1", *, ready: str = "True", **parts: Any) -> Object:
    """Return a node with four processors and 8 GiB."""
    condition = {
        "type": "Ready", "status": ready, "lastTransitionTime": LONG_AGO if ready == "True" else ago(5),
        "reason": "KubeletReady" if ready == "True" else "NodeStatusUnknown",
        "message": "" if ready == "True" else "Kubelet stopped posting node status.",
    }  # fmt: skip
    return make(
        "Node",
        name,
        "",
        metadata={"labels": {"kubernetes.io/hostname": name, **parts.pop("labels", {})}},
        spec=parts.pop("spec", {}),
        status={
            "conditions": [condition, *parts.pop("conditions", [])],
            "allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"},
        },
    )


def make_event(about: Object, reason: str, message: str, *, minutes: float = 1, count: int = 3) -> Object:
    """Return a warning about an object."""
    meta = about["metadata"]
    named = {name: meta[name] for name in ("name", "namespace", "uid") if name in meta}
    return make(
        "Event",
        f"{meta['name']}.{reason}.{len(message)}",
        meta.get("namespace", "default"),
        involvedObject={"kind": about["kind"], **named},
        reason=reason,
        type="Warning",
        message=message,
        firstTimestamp=ago(minutes + 3),
        lastTimestamp=ago(minutes),
        count=count,
    )


def make_healthy(name: str = "payment", namespace: str = "shop", **parts: Any) -> list[Object]:
    """Return a deployment with all that belongs to it, of which nothing is wrong."""
    deployment = make_deployment(name, namespace=namespace, **parts)
    pods = [make_pod(deployment, suffix) for suffix in ("m4kpz", "q8rtw")]
    return [
        deployment,
        make_replica_set(deployment),
        *pods,
        make_service(name, namespace=namespace),
        make_slice(name, *pods, namespace=namespace),
    ]


def make_log(
    service: str, text: str, *, level: str = "error", minutes: float = 1, namespace: str = "shop"
) -> Object:
    """Return a line of a service's log."""
    return {
        "@timestamp": ago(minutes), "message": text, "log": {"level": level},
        "service": {"name": service}, "kubernetes": {"namespace": namespace},
    }  # fmt: skip


def make_all_chunks(
    objects: Iterable[Object], logs: Iterable[Object] = (), others: Iterable[tuple[str, Object]] = ()
) -> list[Chunk]:
    """Return the chunks of objects and events, of lines of logs, and of records of other topics."""
    told = [
        *((topics.KUBERNETES, object_, {"cluster": "prod"}) for object_ in objects),
        *((topics.LOGS, line, {}) for line in logs),
        *((topic, value, {}) for topic, value in others),
    ]
    of_topic: dict[str, list[Record]] = {}
    for topic, value, headers in told:
        records = of_topic.setdefault(topic, [])
        records.append(_record(topic, len(records), value, headers))
    chunks = []
    for records in of_topic.values():
        built = build_chunks(records, None, (), "b", NOON.isoformat())
        assert not built["letters"], built["letters"]
        chunks += built["chunks"]
    return chunks


def _record(topic: str, offset: int, value: Object, headers: dict[str, str]) -> Record:
    return Record(
        topic=topic,
        partition=0,
        offset=offset,
        timestamp_ms=int(NOON.timestamp() * 1_000),
        key="",
        headers=headers,
        value=json.dumps(value),
    )


def diagnose(
    *objects: Object, logs: Iterable[Object] = (), others: Iterable[tuple[str, Object]] = ()
) -> list[Incident]:
    """Return what is wrong at noon."""
    return find_incidents([observe(chunk) for chunk in make_all_chunks(objects, logs, others)], NOON)
