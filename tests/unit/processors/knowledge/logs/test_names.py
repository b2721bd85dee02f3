"""Names are found in the spellings of all shippers, in one order, and have a length that can be written."""

from typing import Any

import pytest

from processors.knowledge.flat_fields import flatten_fields
from processors.knowledge.logs.names import (
    LONGEST_NAME,
    find_cluster,
    find_namespace,
    find_service,
    list_identifiers,
    name_stream,
)
from processors.knowledge.logs.opening import open_event


def name_service(body: dict[str, Any], key: str = "key") -> str:
    return find_service(open_event(body).layers, key)


@pytest.mark.parametrize(
    "body",
    [
        {"service": {"name": "shop"}, "kubernetes": {"labels": {"app": "other"}}},
        {"service.name": "shop"},
        {"service": "shop"},
        {"resource": {"attributes": {"service.name": "shop"}}},
        {"resource": {"service.name": "shop"}},
        {"attributes": {"service.name": "shop"}},
        {"kubernetes": {"labels": {"app.kubernetes.io/name": "shop", "app": "b"}, "container_name": "c"}},
        {"kubernetes": {"labels": {"app_kubernetes_io/name": "shop"}, "container_name": "server"}},
        {"kubernetes": {"labels": {"app": {"kubernetes": {"io/name": "shop"}}}}},
        {"kubernetes": {"pod_labels": {"app.kubernetes.io/name": "shop"}}},
        {"kubernetes.labels.k8s-app": "shop"},
        {"labels": {"k8s-pod/app": "shop"}},
        {"k8s.pod.labels.app": "shop"},
        {"k8s.deployment.name": "shop", "k8s.container.name": "server"},
        {"kubernetes": {"deployment": {"name": "shop"}, "container": {"name": "server"}}},
        {"kubernetes": {"container": {"name": "shop"}}},
        {"resource": {"labels": {"container_name": "shop"}}},
        {"container_name": "/shop"},
        {"_SYSTEMD_UNIT": "shop.service", "SYSLOG_IDENTIFIER": "sh"},
        {"SYSLOG_IDENTIFIER": "shop"},
        {"message": '{"service": "shop", "msg": "x"}'},
    ],
)  # fmt: skip
def test_a_service_is_found_in_every_spelling(body: dict[str, Any]) -> None:
    assert name_service(body) == "shop"


@pytest.mark.parametrize(
    ("body", "key", "service"),
    [
        ({}, "key", "key"),
        ({"programname": "cron"}, "key", "key"),
        ({"programname": "cron"}, "", "cron"),
        ({"logGroup": "/aws/lambda/pay"}, "", "pay"),
        ({"service": 7, "kubernetes": "x"}, "key", "key"),
        ({"service": {"name": " "}}, "key", "key"),
        ({}, "", "unknown"),
    ],
)
def test_without_a_name_of_its_own_the_key_names_a_service(
    body: dict[str, Any], key: str, service: str
) -> None:
    assert name_service(body, key) == service


@pytest.mark.parametrize(
    "body",
    [
        {"kubernetes": {"namespace": "prod"}},
        {"kubernetes": {"namespace_name": "prod"}},
        {"kubernetes": {"pod_namespace": "prod"}},
        {"kubernetes.namespace": "prod"},
        {"resource": {"attributes": {"k8s.namespace.name": "prod"}}},
        {"resource": {"labels": {"namespace_name": "prod"}}},
        {"labels": {"namespace": "prod"}},
    ],
)
def test_a_namespace_is_found_in_every_spelling(body: dict[str, Any]) -> None:
    assert find_namespace(open_event(body).layers) == "prod"


@pytest.mark.parametrize(
    "body",
    [
        {"k8s.cluster.name": "east"},
        {"resource": {"attributes": {"k8s.cluster.name": "east"}}},
        {"resource": {"labels": {"cluster_name": "east"}}},
        {"orchestrator": {"cluster": {"name": "east"}}},
        {"kubernetes": {"cluster": "east"}},
        {"cluster_name": "east"},
    ],
)
def test_a_cluster_is_found_in_every_spelling(body: dict[str, Any]) -> None:
    assert find_cluster(open_event(body).layers) == "east"


def test_names_are_cut_and_long_identifiers_left_out() -> None:
    layers = [flatten_fields({"service": "s" * 40_000, "kubernetes": {"namespace": "n" * 5_000}})]
    assert len(find_service(layers, "k" * 40_000)) == LONGEST_NAME
    assert len(find_service([{}], "k" * 40_000)) == LONGEST_NAME
    assert len(find_namespace(layers)) == LONGEST_NAME
    assert list_identifiers([{"requestid": "r" * 1_000, "traceid": "t-1"}]) == ["t-1"]


@pytest.mark.parametrize(
    "fields",
    [
        {"pod_name": "p-1"},
        {"kubernetes": {"pod": {"name": "p-1"}}},
        {"host": {"name": "p-1"}},
        {"trace_id": "p-1"},
        {"traceId": "p-1"},
        {"attributes": {"http.request.id": "p-1"}},
    ],
)
def test_identifiers_are_found_in_every_spelling(fields: dict[str, Any]) -> None:
    assert list_identifiers(open_event({"message": "x", **fields}).layers) == ["p-1"]


def test_pods_hosts_and_files_have_streams_of_their_own() -> None:
    bodies: list[dict[str, Any]] = [
        {"kubernetes": {"pod_name": "p-1"}},
        {"kubernetes": {"pod_name": "p-2"}},
        {"host": {"hostname": "p-1"}},
        {"log": {"file": {"path": "/a"}}},
        {},
    ]
    assert len({name_stream([flatten_fields(body)], "s") for body in bodies}) == len(bodies)
