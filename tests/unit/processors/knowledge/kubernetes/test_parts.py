"""Nodes, autoscalers, storage, networks, quotas, configuration: each says first what is wrong with it."""

from typing import Any

import pytest

from processors.knowledge.kubernetes.describers import DESCRIBERS
from tests.support.kubernetes import build, build_all, make_object, say

NEW = "2026-11-21T11:58:00Z"


def make_condition(type_: str, status: str, reason: str = "", message: str = "") -> dict[str, str]:
    return {"type": type_, "status": status, "reason": reason, "message": message}


def make_scaler(current: int = 3, desired: int = 3, *conditions: dict[str, str]) -> dict[str, Any]:
    target = {"kind": "Deployment", "name": "checkout"}
    return make_object(
        "HorizontalPodAutoscaler",
        spec={"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 5},
        status={"currentReplicas": current, "desiredReplicas": desired, "conditions": list(conditions)},
    )


def make_claim(phase: str, **status: Any) -> dict[str, Any]:
    return make_object(
        "PersistentVolumeClaim", spec={"volumeName": "pv-1"}, status={"phase": phase, **status}
    )


def make_volume(phase: str, **status: Any) -> dict[str, Any]:
    spec = {
        "claimRef": {"namespace": "shop", "name": "data"}, "persistentVolumeReclaimPolicy": "Retain",
    }  # fmt: skip
    return make_object("PersistentVolume", spec=spec, status={"phase": phase, **status})


def make_slice(*ready: bool | None) -> dict[str, Any]:
    endpoints = [{"addresses": [f"10.0.0.{n}"], "conditions": {"ready": is_}} for n, is_ in enumerate(ready)]
    labels = {"kubernetes.io/service-name": "checkout"}
    return make_object(
        "EndpointSlice", metadata={"name": "checkout-x2vqn", "labels": labels}, endpoints=endpoints
    )


def make_ingress(made: str = "2026-11-20T09:00:00Z", address: str = "", **backend: Any) -> dict[str, Any]:
    path = {"path": "/pay", "backend": backend}
    return make_object(
        "Ingress",
        made,
        spec={"rules": [{"host": "shop.example", "http": {"paths": [path]}}]},
        status={"loadBalancer": {"ingress": [{"ip": address}] if address else []}},
    )


def make_quota(used: str, hard: str = "10") -> dict[str, Any]:
    return make_object("ResourceQuota", status={"hard": {"pods": hard, "cpu": "4"}, "used": {"pods": used}})


SERVICE = {"service": {"name": "pay", "port": {"number": 80}}}
UNABLE = make_condition("ScalingActive", "False", "FailedGetResourceMetric", "no metrics")
LIMITED = make_condition("ScalingLimited", "True", "TooManyReplicas")


@pytest.mark.parametrize(
    ("object_", "severity", "said"),
    [
        (make_scaler(3, 3, UNABLE), "error", "can't scale: FailedGetResourceMetric: no metrics."),
        (make_scaler(3, 3, make_condition("AbleToScale", "False", "FailedGetScale", "not found")),
         "error", "can't scale: FailedGetScale: not found."),
        (make_scaler(0, 0, make_condition("ScalingActive", "False", "ScalingDisabled")),
         "info", "is switched off: its target is scaled to zero."),
        (make_scaler(5, 5, LIMITED), "warning",
         "is at its maximum of 5 replicas and can't scale further up."),
        (make_scaler(5, 5), "warning", "is at its maximum of 5 replicas and can't scale further up."),
        (make_scaler(2, 4), "info", "is scaling from 2 to 4 replicas."),
        (make_scaler(), "info", "keeps 3 replicas."),
        (make_claim("Lost"), "error", "has lost its volume pv-1 (Lost)."),
        (make_claim("Pending"), "warning",
         "is not bound: it waits for a volume (Pending) since 09:00:00 UTC on 2026-11-20."),
        (make_claim("Bound"), "info", "is bound to volume pv-1."),
        (make_claim("Bound", conditions=[make_condition("FileSystemResizePending", "True")]),
         "warning", "is being resized (FileSystemResizePending): no reason is given."),
        (make_volume("Failed", message="delete failed"), "error",
         "has failed to be reclaimed: delete failed."),
        (make_volume("Released"), "warning",
         "is released: its claim shop/data is gone and its data is kept (Retain)."),
        (make_volume("Bound"), "info", "is bound to claim shop/data."),
        (make_object("StorageClass", provisioner="ebs"), "info", "has its volumes made by ebs."),
        (make_slice(), "warning", "has no ready endpoint of service checkout: 0 of 0 endpoints are ready."),
        (make_slice(False, False), "error",
         "has no ready endpoint of service checkout: 0 of 2 endpoints are ready."),
        (make_slice(True, False), "warning",
         "has endpoints of service checkout that are not ready: 1 of 2 endpoints are ready."),
        (make_slice(True, None), "info",
         "has ready endpoints of service checkout: 2 of 2 endpoints are ready."),
        (make_ingress(), "warning", "has a path whose backend is not known: shop.example/pay."),
        (make_ingress(**SERVICE), "warning", "has no address: no ingress controller has taken it."),
        (make_ingress(made=NEW, **SERVICE), "info", "leads to pay:80."),
        (make_ingress(address="10.0.0.9", **SERVICE), "info", "leads to pay:80 at 10.0.0.9."),
        (make_object("Ingress", spec={}), "warning",
         "leads nowhere: it has no rule and no default backend."),
        (make_object("Service", spec={"type": "LoadBalancer"}), "warning",
         "has no address: its load balancer gave none."),
        (make_object("Service", spec={"ports": [{"port": 80, "targetPort": "http"}]}), "info",
         "of type ClusterIP listens on 80/TCP to http."),
        (make_object("NetworkPolicy", spec={"policyTypes": ["Ingress"]}), "info",
         "limits ingress of all pods of its namespace: it lets no ingress through."),
        (make_quota("10"), "warning", "is used up: pods 10 of 10."),
        (make_quota("9"), "info", "is nearly used up: pods 9 of 10."),
        (make_quota("1k", "1000"), "warning", "is used up: pods 1k of 1000."),
        (make_quota("0", "0"), "info", "has room left."),
        (make_object("LimitRange", spec={"limits": [{"type": "Container"}]}), "info",
         "sets limits for Container."),
        (make_object("Namespace", status={"phase": "Active"}), "info", "is active."),
        (make_object("Node", spec={"unschedulable": True},
                     status={"conditions": [make_condition("Ready", "True")]}),
         "warning", "is ready and takes no new pods (cordoned)."),
        (make_object("Node", status={"conditions": [make_condition("Ready", "Unknown", "StatusUnknown")]}),
         "error", "is not ready (NotReady): StatusUnknown."),
        (make_object("Node", status={"conditions": [make_condition("DiskPressure", "True", "Full")]}),
         "warning", "is under DiskPressure: Full."),
    ],
)  # fmt: skip
def test_every_kind_says_first_how_it_is(object_: dict[str, Any], severity: str, said: str) -> None:
    assert say(object_) == (severity, said)


@pytest.mark.parametrize("kind", DESCRIBERS)
@pytest.mark.parametrize("odd", [None, 7, "x", [None, 3], {"conditions": "x"}, {"a": {"b": [[]]}}])
def test_no_kind_is_lost_for_an_odd_part(kind: str, odd: Any) -> None:
    parts = dict.fromkeys(("spec", "status", "data", "endpoints", "provisioner", "type"), odd)
    chunk = build(make_object(kind, metadata={"labels": odd, "ownerReferences": odd}, **parts))
    assert chunk["title"].startswith(f"{kind} checkout")


def test_endpoints_and_their_service_are_of_one_service() -> None:
    service = make_object("Service", spec={"selector": {"app": "web"}})
    assert build(service)["service"] == "web"
    assert build(make_slice(True))["service"] == "checkout"


def test_an_autoscaler_is_of_the_service_that_it_scales() -> None:
    assert build(make_scaler() | {"metadata": {"name": "any-hpa"}})["service"] == "checkout"


def test_a_network_policy_says_what_it_lets_through() -> None:
    peer = {"namespaceSelector": {"matchLabels": {"team": "a"}}, "podSelector": {"matchLabels": {"app": "x"}}}
    rules = [{"from": [peer, {"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 80}]}]
    policy = make_object(
        "NetworkPolicy", spec={"podSelector": {}, "policyTypes": ["Ingress"], "ingress": rules}
    )
    assert (
        "It allows ingress from pods with app=x in namespaces with team=a, 10.0.0.0/8 on 80/TCP."
        in (build(policy)["text"])
    )


@pytest.mark.parametrize("kind", ["Secret", "ConfigMap"])
@pytest.mark.parametrize("place", ["data", "stringData", "binaryData"])
def test_of_values_that_a_shipper_sends_only_the_keys_are_told(kind: str, place: str) -> None:
    chunk = build(make_object(kind, type="Opaque", **{place: {"password": "hunter2", "user": "anna"}}))
    assert "Keys: password, user." in chunk["text"]
    assert "hunter2" not in str(chunk)
    assert "anna" not in str(chunk)


@pytest.mark.parametrize("kind", ["Secret", "ConfigMap"])
def test_another_hash_shows_that_something_changed(kind: str) -> None:
    def tell(hash_: str) -> str:
        hashes = [{"key": "password", "hash": hash_}, {"key": "*", "hash": f"of-{hash_}"}]
        return build(make_object(kind, dataHashes=hashes))["text"]

    assert "Keys: password (hash 1a2b)." in tell("1a2b")
    assert tell("1a2b") != tell("3c4d")


def test_a_list_of_all_kinds_is_one_message() -> None:
    items = [make_object(kind) for kind in DESCRIBERS]
    assert len(build_all({"kind": "List", "items": items})) == len(DESCRIBERS)
