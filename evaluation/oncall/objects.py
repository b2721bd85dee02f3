"""Kubernetes objects as the API server gives them: workloads, their pods, and what is around them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

Object = dict[str, Any]
_LONG: Final = timedelta(days=2)


def write_time(moment: datetime) -> str:
    """Return a moment as the API server writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def make_object(kind: str, name: str, namespace: str, made: datetime, **parts: Any) -> Object:
    """Return an object.

    Args:
        kind: Such as "Pod".
        name: Of the object.
        namespace: Empty for what lies in none.
        made: When it was created.
        **parts: The rest of it; `metadata` is added to its names.
    """
    metadata = {"name": name, "uid": f"{kind}-{namespace}-{name}", "creationTimestamp": write_time(made)}
    placed = {"namespace": namespace} if namespace else {}
    return {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {**metadata, **placed, **parts.pop("metadata", {})},
        **parts,
    }


def make_event(about: Object, reason: str, message: str, at: datetime, count: int) -> Object:
    """Return a warning about an object.

    Args:
        about: The object.
        reason: Such as "BackOff".
        message: As the component words it.
        at: When it was seen last.
        count: How often it was seen.
    """
    names = {part: about["metadata"].get(part, "") for part in ("name", "namespace", "uid")}
    name = f"{names['name']}.{reason.lower()}"
    return make_object(
        "Event",
        name,
        names["namespace"] or "default",
        at,
        involvedObject={"kind": about["kind"], **{part: value for part, value in names.items() if value}},
        type="Warning",
        reason=reason,
        message=message,
        firstTimestamp=write_time(at - timedelta(minutes=8)),
        lastTimestamp=write_time(at),
        count=count,
        source={"component": "kubelet"},
    )


class Workload:
    """A deployment with its replica sets, pods, service and endpoints."""

    def __init__(self, name: str, namespace: str, now: datetime, *, desired: int, code: str) -> None:
        """Describe a deployment that is well.

        Args:
            name: Of the deployment, its service, and its label `app`.
            namespace: Of all of it.
            now: The time that is told of.
            desired: So many replicas.
            code: The hash of its pods' template.
        """
        self.name, self.namespace, self.now = name, namespace, now
        self.desired, self.code = desired, code
        self.image = f"{namespace}/{name}:1.4.2"

    def template(self, image: str = "", **container: Any) -> Object:
        """Return the template of its pods.

        Args:
            image: Another one than it had.
            **container: What else is asked of the container.
        """
        asked = {"name": "app", "image": image or self.image, "ports": [{"containerPort": 8080}], **container}
        return {"metadata": {"labels": {"app": self.name}}, "spec": {"containers": [asked]}}

    def deployment(self, ready: int, template: Object, generation: int = 1) -> Object:
        """Return the deployment.

        Args:
            ready: So many replicas are.
            template: Of its pods.
            generation: How often it was changed.
        """
        available = "True" if ready == self.desired else "False"
        return make_object(
            "Deployment",
            self.name,
            self.namespace,
            self.now - _LONG,
            metadata={"generation": generation},
            spec={
                "replicas": self.desired,
                "selector": {"matchLabels": {"app": self.name}},
                "template": template,
            },
            status={
                "replicas": self.desired,
                "updatedReplicas": self.desired,
                "readyReplicas": ready,
                "availableReplicas": ready,
                "unavailableReplicas": self.desired - ready,
                "conditions": [{"type": "Available", "status": available}],
            },
        )

    def replica_set(self, template: Object, code: str, revision: int, made: datetime, ready: int) -> Object:
        """Return the replica set of a revision.

        Args:
            template: Of its pods.
            code: The hash of that.
            revision: Of the deployment.
            made: When it was created.
            ready: So many of its pods are.
        """
        labels = {"app": self.name, "pod-template-hash": code}
        return make_object(
            "ReplicaSet",
            f"{self.name}-{code}",
            self.namespace,
            made,
            metadata={
                "labels": labels,
                "annotations": {"deployment.kubernetes.io/revision": str(revision)},
                "ownerReferences": [_own("Deployment", self.name)],
            },
            spec={
                "replicas": ready,
                "selector": {"matchLabels": labels},
                "template": {**template, "metadata": {"labels": labels}},
            },
            status={"replicas": ready, "readyReplicas": ready},
        )

    def pod(self, suffix: str, template: Object, code: str = "", **told: Any) -> Object:
        """Return a pod, which runs and is ready unless `told` says otherwise.

        Args:
            suffix: The end of its name.
            template: It was made from.
            code: Of its replica set, if that is another one than the first.
            **told: `state`, `last`, `restarts`, `since` of its container, and `node`.
        """
        code = code or self.code
        is_well = "state" not in told
        since = told.get("since", self.now - _LONG)
        status = {
            "name": "app",
            "image": template["spec"]["containers"][0]["image"],
            "ready": is_well,
            "restartCount": told.get("restarts", 0),
            "state": told.get("state", {"running": {"startedAt": write_time(since)}}),
            "lastState": told.get("last", {}),
        }
        ready = {"type": "Ready", "status": str(is_well), "lastTransitionTime": write_time(since)}
        return make_object(
            "Pod",
            f"{self.name}-{code}-{suffix}",
            self.namespace,
            min(since, self.now - timedelta(minutes=10)),
            metadata={
                "labels": {"app": self.name, "pod-template-hash": code},
                "ownerReferences": [_own("ReplicaSet", f"{self.name}-{code}")],
            },
            spec={**template["spec"], "nodeName": told.get("node", "worker-1")},
            status={
                "phase": "Running" if is_well or told.get("restarts") else "Pending",
                "startTime": write_time(since),
                "conditions": [ready],
                "containerStatuses": [status],
            },
        )

    def entrance(self, pods: Sequence[Object]) -> list[Object]:
        """Return its service and the endpoints of it, all ready."""
        endpoints = [
            {
                "addresses": [f"10.0.0.{number}"],
                "conditions": {"ready": True},
                "targetRef": {"kind": "Pod", "name": pod["metadata"]["name"]},
            }
            for number, pod in enumerate(pods, start=1)
        ]
        made = self.now - _LONG
        ports = [{"port": 80, "targetPort": 8080, "protocol": "TCP"}]
        return [
            make_object(
                "Service",
                self.name,
                self.namespace,
                made,
                spec={"selector": {"app": self.name}, "ports": ports},
            ),
            make_object(
                "EndpointSlice",
                f"{self.name}-abc12",
                self.namespace,
                made,
                metadata={"labels": {"kubernetes.io/service-name": self.name}},
                endpoints=endpoints,
            ),
        ]

    def healthy(self) -> list[Object]:
        """Return all of it, of which nothing is wrong."""
        template = self.template()
        pods = [self.pod(f"m{number}kpz", template) for number in range(self.desired)]
        made = self.now - _LONG
        sets = [self.replica_set(template, self.code, 1, made, self.desired)]
        return [self.deployment(self.desired, template), *sets, *pods, *self.entrance(pods)]


def make_node(name: str, now: datetime, lost: datetime | None = None) -> Object:
    """Return a node, which is ready unless its kubelet was lost.

    Args:
        name: Of the node.
        now: The time that is told of.
        lost: When its kubelet was heard last.
    """
    condition: Mapping[str, str] = {
        "type": "Ready",
        "status": "Unknown" if lost else "True",
        "lastTransitionTime": write_time(lost or now - _LONG),
        "reason": "NodeStatusUnknown" if lost else "KubeletReady",
        "message": "Kubelet stopped posting node status." if lost else "kubelet is posting ready status",
    }
    return make_object(
        "Node",
        name,
        "",
        now - _LONG,
        metadata={"labels": {"kubernetes.io/hostname": name}},
        spec={},
        status={
            "conditions": [condition],
            "allocatable": {"cpu": "8", "memory": "32Gi", "pods": "110"},
        },
    )


def _own(kind: str, name: str) -> Object:
    return {"kind": kind, "name": name, "uid": f"{kind}-{name}", "controller": True}
