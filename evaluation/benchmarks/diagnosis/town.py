"""A cluster before anything is wrong: nodes, kube-system, and namespaces of small services, by a seed."""

import math
import random
from datetime import timedelta
from typing import Any, Final, NamedTuple

from evaluation.benchmarks.diagnosis.cluster import (
    NOON,
    App,
    Cluster,
    Object,
    put,
    set_condition,
)
from evaluation.benchmarks.diagnosis.play import settle

_NAMES: Final = (
    "gateway", "orders", "billing", "catalog", "users", "search", "mailer", "stock", "rates", "reviews",
    "carts", "media", "ledger", "quotes", "tickets", "geo", "profile", "export",
)  # fmt: skip
_PLACES: Final = ("harbour", "meadow", "quarry", "orchard", "lagoon", "summit", "prairie", "canyon")
_PORTS: Final = (8080, 3000, 5000, 8000, 9090)
_PATHS: Final = ("/healthz", "/health", "/ready", "/livez")
DATABASE: Final = "postgres"
LONG_AGO: Final = NOON - timedelta(days=3)
"""When a town is built."""

BATCH: Final = -10
"""The priority of what gives way first."""


class Town(NamedTuple):
    """A cluster with the names of the namespace in which something will be wrong.

    Attributes:
        cluster: That is played.
        namespace: Where the fault is to be.
        front: The service that the ingress leads to, which calls the others.
        middle: A service that is called and calls the database.
        back: A service that is called and calls nobody.
        spare: A service that isn't called by anybody.
    """

    cluster: Cluster
    namespace: str
    front: str
    middle: str
    back: str
    spare: str


def build_town(seed: int) -> Town:
    """Return a cluster of three days ago in which all is well.

    Args:
        seed: Decides the names, ports and counts.
    """
    town = plan_towns(seed)[0]
    for _ in range(3):
        settle(town.cluster)
    return town


def plan_towns(seed: int, count: int = 3, nodes: int = 3) -> list[Town]:
    """Return the towns of one cluster of three days ago, of which no part has made anything yet.

    Args:
        seed: Decides the names, ports and counts.
        count: Of namespaces.
        nodes: How many there are.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret depends on it
    cluster = Cluster(chance, LONG_AGO)
    for number in range(1, nodes + 1):
        _make_node(cluster, f"worker-{number}")
    for name, mode in (("standard", "Immediate"), ("on-demand", "WaitForFirstConsumer")):
        put(cluster, "StorageClass", name, provisioner="ebs.csi.aws.com", volumeBindingMode=mode)
    _make_dns(cluster)
    rounds = math.ceil(count / len(_PLACES))
    names = [f"{place}-{number}" if number else place for number in range(rounds) for place in _PLACES]
    places = chance.sample(names, count)
    towns = [_build_namespace(cluster, place, chance.sample(_NAMES, 4)) for place in places]
    _make_batch(towns[0])
    return towns


def _make_batch(town: Town) -> None:
    """Let a service be large and of low priority: it is what pods of a higher one take the place of."""
    put(town.cluster, "PriorityClass", "batch", value=BATCH)
    spec = town.cluster.objects["Deployment", town.namespace, town.middle]["spec"]["template"]["spec"]
    spec |= {"priorityClassName": "batch", "priority": BATCH}
    spec["containers"][0]["resources"]["requests"]["cpu"] = "500m"


def _make_node(cluster: Cluster, name: str) -> None:
    node = put(
        cluster,
        "Node",
        name,
        metadata={"labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"}},
        spec={},
        status={
            "allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"},
            "capacity": {"cpu": "4", "memory": "8Gi", "pods": "110"},
        },
    )
    for pressure in ("MemoryPressure", "DiskPressure", "PIDPressure"):
        set_condition(node, pressure, "False", cluster.now, f"KubeletHasNo{pressure}")
    set_condition(node, "Ready", "True", cluster.now, "KubeletReady", "kubelet is posting ready status")


def _make_dns(cluster: Cluster) -> None:
    put(cluster, "Namespace", "kube-system", status={"phase": "Active"})
    cluster.images.add("registry.k8s.io/coredns/coredns:v1.12.0")
    labels = {"k8s-app": "kube-dns"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "coredns", "image": "registry.k8s.io/coredns/coredns:v1.12.0"}]},
    }
    spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}
    put(cluster, "Deployment", "coredns", "kube-system", metadata={"labels": labels}, spec=spec, status={})
    ports = [{"name": "dns", "port": 53, "targetPort": 53, "protocol": "UDP"}]
    service = {"selector": labels, "ports": ports, "clusterIP": "10.96.0.10"}
    put(cluster, "Service", "kube-dns", "kube-system", spec=service)


def _build_namespace(cluster: Cluster, namespace: str, names: list[str]) -> Town:
    front, middle, back, spare = names
    put(cluster, "Namespace", namespace, status={"phase": "Active"})
    put(cluster, "ConfigMap", "kube-root-ca.crt", namespace, data={"ca.crt": "-"})
    put(cluster, "ServiceAccount", "default", namespace)
    calls = {front: (middle, back), middle: (f"{DATABASE}:5432",), back: (), spare: ()}
    for name in names:
        add_service(cluster, namespace, name, calls[name])
    _add_database(cluster, namespace)
    backend = {"service": {"name": front, "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    rule = {"host": f"{namespace}.example", "http": {"paths": [path]}}
    tls = [{"hosts": [f"{namespace}.example"], "secretName": f"{namespace}-tls"}]
    pair = {"tls.crt": "LQ==", "tls.key": "LQ=="}
    put(cluster, "Secret", f"{namespace}-tls", namespace, type="kubernetes.io/tls", data=pair)
    put(cluster, "Ingress", front, namespace, spec={"rules": [rule], "tls": tls})
    _add_autoscaler(cluster, namespace, front)
    hard = {"pods": "30", "requests.cpu": "12", "requests.memory": "8Gi"}
    put(cluster, "ResourceQuota", "team", namespace, spec={"hard": hard})
    peers = [{"podSelector": {"matchLabels": {"app": front}}}]
    policy = {
        "podSelector": {"matchLabels": {"app": back}},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": peers}],
    }
    put(cluster, "NetworkPolicy", f"{back}-from-{front}", namespace, spec=policy)
    return Town(cluster, namespace, *names)


def add_service(
    cluster: Cluster, namespace: str, name: str, calls: tuple[str, ...] = (), **spec: Any
) -> Object:
    """Add a deployment with its service and configuration, and return the deployment.

    Args:
        cluster: Changed in place.
        namespace: Where to.
        name: Of all of it.
        calls: Services that it calls, with their ports if they aren't 80.
        spec: Of its pods.
    """
    chance = cluster.chance
    port, path = chance.choice(_PORTS), chance.choice(_PATHS)
    cluster.apps[namespace, name] = App(name, namespace, port, path, chance.randint(4, 12), calls=calls)
    image = f"registry.example/{namespace}/{name}:1.{chance.randint(2, 9)}.{chance.randint(0, 9)}"
    cluster.images.add(image)
    put(cluster, "ConfigMap", f"{name}-config", namespace, data={"LOG_LEVEL": "info", "REGION": "north"})
    put(cluster, "Secret", f"{name}-keys", namespace, type="Opaque", data={"API_KEY": "LQ=="})
    probe = {"httpGet": {"path": path, "port": "http"}, "periodSeconds": 10, "failureThreshold": 3}
    env = [
        {"name": "REGION", "valueFrom": {"configMapKeyRef": {"name": f"{name}-config", "key": "REGION"}}},
        {"name": "API_KEY", "valueFrom": {"secretKeyRef": {"name": f"{name}-keys", "key": "API_KEY"}}},
        *(
            {
                "name": f"{host.partition(':')[0].upper()}_ADDR",
                "value": host if ":" in host else f"{host}:80",
            }
            for host in calls
        ),
    ]
    container = {
        "name": "app" if chance.random() < 0.5 else name,
        "image": image,
        "ports": [{"name": "http", "containerPort": port}],
        "env": env,
        "envFrom": [{"configMapRef": {"name": f"{name}-config"}}],
        "readinessProbe": probe,
        "livenessProbe": probe,
        "resources": {
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"cpu": "500m", "memory": "256Mi"},
        },
    }
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container], **spec}}
    whole = {"replicas": chance.choice((1, 2, 3)), "selector": {"matchLabels": labels}, "template": template}
    address = f"10.96.{chance.randint(1, 200)}.{chance.randint(1, 250)}"
    ports = [{"name": "http", "port": 80, "targetPort": chance.choice((port, "http")), "protocol": "TCP"}]
    put(cluster, "Service", name, namespace, spec={"selector": labels, "ports": ports, "clusterIP": address})
    return put(cluster, "Deployment", name, namespace, metadata={"labels": labels}, spec=whole, status={})


def make_job_spec(cluster: Cluster, name: str, tries: int) -> Object:
    """Return what a job is to do, with an image that the registry has.

    Args:
        cluster: Its registry is given the image.
        name: That its pods are labelled with.
        tries: So often it is tried again.
    """
    image = "registry.example/tools/batch:1.0"
    cluster.images.add(image)
    resources = {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}}
    pod = {
        "containers": [{"name": "main", "image": image, "resources": resources}],
        "restartPolicy": "Never",
    }
    return {"backoffLimit": tries, "template": {"metadata": {"labels": {"app": name}}, "spec": pod}}


def _add_database(cluster: Cluster, namespace: str) -> None:
    deployment = add_service(cluster, namespace, DATABASE)
    app = cluster.apps[namespace, DATABASE]
    app.port = 5432
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "standard",
        "resources": {"requests": {"storage": "5Gi"}},
    }
    put(cluster, "PersistentVolumeClaim", f"{DATABASE}-data", namespace, spec=claim)
    spec = deployment["spec"]["template"]["spec"]
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": f"{DATABASE}-data"}}
    deployment["spec"]["replicas"] = 1
    spec["volumes"] = [volume]
    container = spec["containers"][0]
    container["ports"] = [{"name": "postgres", "containerPort": 5432}]
    container["volumeMounts"] = [{"name": "data", "mountPath": "/var/lib/postgresql/data"}]
    for name in ("readinessProbe", "livenessProbe"):
        container.pop(name)
    service = cluster.objects["Service", namespace, DATABASE]
    service["spec"]["ports"] = [{"name": "postgres", "port": 5432, "targetPort": 5432, "protocol": "TCP"}]


def _add_autoscaler(cluster: Cluster, namespace: str, name: str) -> None:
    target = {"type": "Utilization", "averageUtilization": 70}
    spec = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "minReplicas": 1,
        "maxReplicas": 5,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
    }
    put(cluster, "HorizontalPodAutoscaler", name, namespace, spec=spec, status={})
