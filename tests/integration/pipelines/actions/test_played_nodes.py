"""Logs and use of a real API server, behind which a kubelet and the metrics API are played."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kubernetes import client

from processors.knowledge.actions.refusal import ActionRefusedError
from tests.support.action_runs import GUEST, Ask
from tests.support.deeds import refused, run
from tests.support.played_kubelet import GROUP, LINES, VERSION, PlayedNode, play_metrics, play_node


@pytest.fixture
def node(admin: client.ApiClient, kubeconfigs: Path) -> Iterator[PlayedNode]:
    with play_node(admin, kubeconfigs / "tls", f"played-{time.time_ns()}") as node:
        yield node


@pytest.fixture
def pod(admin: client.ApiClient, namespace: str, node: PlayedNode) -> str:
    """A pod of two containers on the played node."""
    containers = [{"name": name, "image": "shop/api:1"} for name in ("app", "proxy")]
    body = {"metadata": {"name": "api"}, "spec": {"nodeName": node.name, "containers": containers}}
    client.CoreV1Api(admin).create_namespaced_pod(namespace, body)
    return "api"


def test_the_last_lines_of_a_log_come_from_the_played_kubelet(
    ask: Ask, namespace: str, pod: str, node: PlayedNode
) -> None:
    told = {"namespace": namespace, "name": pod, "container": "proxy"}
    assert run(ask("kubernetes.logs", **told)).splitlines() == LINES[-100:]
    assert run(ask("kubernetes.logs", **told, tail=3, since="5m", previous="true")).splitlines() == LINES[-3:]
    paths, queries = zip(*node.asked, strict=True)
    assert set(paths) == {f"/containerLogs/{namespace}/{pod}/proxy"}
    assert queries[0]["tailLines"] == ["100"]
    assert (queries[1]["tailLines"], queries[1]["sinceSeconds"], queries[1]["previous"]) == (
        ["3"], ["300"], ["true"],
    )  # fmt: skip


def test_a_log_is_not_read_without_the_right_or_the_container(
    ask: Ask, namespace: str, pod: str, node: PlayedNode
) -> None:
    assert "get pods/log" in refused(ask("kubernetes.logs", GUEST, namespace=namespace, name=pod))
    with pytest.raises(ActionRefusedError, match="a container name must be specified"):
        run(ask("kubernetes.logs", namespace=namespace, name=pod))
    assert node.asked == []


def test_what_pods_and_nodes_use_comes_from_the_played_metrics(
    ask: Ask, admin: client.ApiClient, namespace: str
) -> None:
    use = {"cpu": "12m", "memory": "64Mi"}
    version = {"apiVersion": f"{GROUP}/{VERSION}"}
    with play_metrics(admin) as objects:
        of_pod = {
            "kind": "PodMetrics",
            "metadata": {"name": "api"},
            "containers": [{"name": "app", "usage": use}],
        }
        objects.create_namespaced_custom_object(GROUP, VERSION, namespace, "pods", version | of_pod)
        of_node = {"kind": "NodeMetrics", "metadata": {"name": "node-1"}, "usage": use}
        objects.create_cluster_custom_object(GROUP, VERSION, "nodes", version | of_node)
        pods = run(ask("kubernetes.top_pods", namespace=namespace)).splitlines()
        nodes = run(ask("kubernetes.top_nodes")).splitlines()
    assert [line.split() for line in pods] == [
        ["POD", "CONTAINER", "CPU", "MEMORY"],
        ["api", "app", "12m", "64Mi"],
    ]
    assert [line.split() for line in nodes] == [["NODE", "CPU", "MEMORY"], ["node-1", "12m", "64Mi"]]
