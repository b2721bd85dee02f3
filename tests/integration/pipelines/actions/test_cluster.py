"""Actions on a real API server: with the asking person's rights, to the version that was seen, once."""

import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
from kubernetes import client

from processors.knowledge.actions.refusal import ActionRefusedError
from processors.pipelines.actions.cluster.changes import MARK
from processors.pipelines.actions.operation import Deed, Look
from processors.pipelines.actions.operations import OPERATIONS
from processors.settings import Settings
from processors.stores.actions import kubernetes as store
from tests.support.action_runs import GUEST, Ask
from tests.support.waiting import wait_for

MANIFEST = """
apiVersion: v1
kind: ConfigMap
metadata: {name: limits}
data: {most: "5"}
"""


def refused(deed: Deed) -> str:
    """Return the reason for which the rights don't suffice."""
    with pytest.raises(ActionRefusedError) as caught:
        OPERATIONS[deed.action.operation].rights(deed)
    return str(caught.value)


def look_at(deed: Deed) -> Look:
    look = OPERATIONS[deed.action.operation].look
    assert look
    return look(deed)


def run(deed: Deed, look: Look | None = None) -> str:
    return OPERATIONS[deed.action.operation].run(deed, look)


def do(deed: Deed) -> Look:
    """Look and run at once, as if somebody had approved."""
    look = look_at(deed)
    run(deed, look)
    return look


@pytest.fixture
def workload(namespace: str, api: str) -> dict[str, str]:
    return {"namespace": namespace, "resource": "deployment", "name": api}


def test_objects_are_listed_as_kubectl_does(ask: Ask, namespace: str, api: str) -> None:  # noqa: ARG001
    deed = ask("kubernetes.get", resource="pods", namespace=namespace)
    assert f"list pods in the namespace {namespace}" in OPERATIONS["get"].rights(deed)
    lines = run(deed).splitlines()
    assert lines[0].split() == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert [line.split()[1:3] for line in lines[1:]] == [["1/1", "Running"]] * 2
    everywhere = run(ask("kubernetes.get_cluster", resource="pods"))
    assert everywhere.startswith("NAMESPACE")
    assert namespace in everywhere
    assert "node-1" in run(ask("kubernetes.get_cluster", resource="nodes"))


def test_a_guest_is_refused_before_anything_is_read(ask: Ask, namespace: str) -> None:
    reason = refused(ask("kubernetes.get", GUEST, resource="pods", namespace=namespace))
    assert "key:guest" in reason
    assert f"list pods in the namespace {namespace}" in reason
    assert OPERATIONS["get"].rights(ask("kubernetes.get", GUEST, resource="pods", namespace="checkout"))
    assert "list pods in all namespaces" in refused(ask("kubernetes.get_cluster", GUEST, resource="pods"))


def test_what_is_read_holds_no_values(ask: Ask, admin: client.ApiClient, namespace: str) -> None:
    env = [{"name": "DB_PASSWORD", "value": "hunter2-hunter2"}]
    spec = {"containers": [{"name": "app", "image": "shop/api:1", "env": env}]}
    client.CoreV1Api(admin).create_namespaced_pod(namespace, {"metadata": {"name": "one"}, "spec": spec})
    shown = run(ask("kubernetes.describe", resource="pod", name="one", namespace=namespace))
    assert "DB_PASSWORD" in shown
    assert "hunter2" not in shown
    assert "Events:" in shown


def test_a_cluster_without_metrics_says_so(ask: Ask, namespace: str) -> None:
    with pytest.raises(ActionRefusedError, match="no metrics API"):
        run(ask("kubernetes.top_pods", namespace=namespace))


def test_a_restart_is_shown_done_marked_and_verified(
    ask: Ask, admin: client.ApiClient, workload: dict[str, str]
) -> None:
    deed = ask("kubernetes.rollout_restart", **workload)
    operation, apps = OPERATIONS["rollout_restart"], client.AppsV1Api(admin)
    place = ("api", workload["namespace"])
    before = apps.read_namespaced_deployment(*place)
    assert "patch deployments" in operation.rights(deed)
    look = look_at(deed)
    assert "+        kubectl.kubernetes.io/restartedAt:" in look.dry_run
    # Nothing was changed by looking, and looking again says the same.
    assert apps.read_namespaced_deployment(*place).metadata.resource_version == look.target.resource_version
    assert look_at(deed) == look
    assert not operation.find_mark(deed, look.target)
    run(deed, look)
    assert operation.find_mark(deed, look.target)
    assert not operation.find_mark(ask("kubernetes.rollout_restart", **workload), look.target)
    verified = operation.verify(deed, look.target)
    assert verified.verified
    assert "2 of 2 replicas available" in verified.told
    assert apps.read_namespaced_deployment(*place).metadata.generation == before.metadata.generation + 1
    assert look.undo
    assert look.undo.parameters["revision"] == 1


def test_what_was_changed_since_is_left_alone(
    ask: Ask, admin: client.ApiClient, workload: dict[str, str]
) -> None:
    deed = ask("kubernetes.scale", **workload, replicas=5)
    look = look_at(deed)
    apps, place = client.AppsV1Api(admin), ("api", workload["namespace"])
    apps.patch_namespaced_deployment(*place, {"metadata": {"labels": {"touched": "yes"}}})
    with pytest.raises(ActionRefusedError, match="the target"):
        run(deed, look)
    assert apps.read_namespaced_deployment(*place).spec.replicas == 2


def test_the_api_server_itself_refuses_what_was_changed_since(
    ask: Ask, admin: client.ApiClient, workload: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    deed = ask("kubernetes.scale", **workload, replicas=5)
    look = look_at(deed)
    apps, place = client.AppsV1Api(admin), ("api", workload["namespace"])
    get = store.get_object

    def change_behind(cluster: store.Cluster, *where: Any) -> store.Object:
        found = get(cluster, *where)
        apps.patch_namespaced_deployment(*place, {"metadata": {"labels": {"touched": "yes"}}})
        return found

    monkeypatch.setattr(store, "get_object", change_behind)
    with pytest.raises(ActionRefusedError, match="the target"):
        run(deed, look)
    assert apps.read_namespaced_deployment(*place).spec.replicas == 2


def test_a_change_is_taken_back_to_its_revision(
    ask: Ask, admin: client.ApiClient, workload: dict[str, str]
) -> None:
    apps, place = client.AppsV1Api(admin), ("api", workload["namespace"])
    set_image = ask("kubernetes.set_image", **workload, container="app", image="shop/api:2")
    look = do(set_image)
    assert "-      - image: shop/api:1" in look.dry_run
    assert "+      - image: shop/api:2" in look.dry_run
    assert OPERATIONS["set_image"].verify(set_image, look.target).verified
    assert look.undo
    undo = ask(look.undo.action, **look.undo.parameters)
    back = do(undo)
    assert "+      - image: shop/api:1" in back.dry_run
    assert OPERATIONS["rollout_undo"].verify(undo, back.target).verified
    assert OPERATIONS["rollout_undo"].find_mark(undo, back.target)
    found = apps.read_namespaced_deployment(*place)
    assert found.spec.template.spec.containers[0].image == "shop/api:1"
    assert "pod-template-hash" not in found.spec.template.metadata.labels


def test_no_container_is_made_by_a_new_image(ask: Ask, workload: dict[str, str]) -> None:
    deed = ask("kubernetes.set_image", **workload, container="sidecar", image="shop/api:2")
    with pytest.raises(ActionRefusedError, match="container sidecar"):
        look_at(deed)


def test_scaling_is_taken_back(ask: Ask, admin: client.ApiClient, workload: dict[str, str]) -> None:
    deed = ask("kubernetes.scale", **workload, replicas=3)
    look = do(deed)
    assert OPERATIONS["scale"].verify(deed, look.target).verified
    assert look.undo
    do(ask(look.undo.action, **look.undo.parameters))
    apps = client.AppsV1Api(admin)
    assert apps.read_namespaced_deployment("api", workload["namespace"]).spec.replicas == 2


def test_a_node_is_cordoned_whatever_signs_of_life_it_gives(ask: Ask, admin: client.ApiClient) -> None:
    core = client.CoreV1Api(admin)
    deed = ask("kubernetes.cordon", name="node-2")
    look = look_at(deed)
    core.patch_node_status("node-2", {"status": {"conditions": [{"type": "Odd", "status": "False"}]}})
    run(deed, look)
    assert core.read_node("node-2").spec.unschedulable
    assert OPERATIONS["cordon"].verify(deed, look.target).verified
    assert look.undo
    do(ask(look.undo.action, **look.undo.parameters))
    assert not core.read_node("node-2").spec.unschedulable


def test_only_the_pod_that_was_seen_is_deleted(
    ask: Ask, admin: client.ApiClient, namespace: str, api: str
) -> None:
    core = client.CoreV1Api(admin)
    pods = {pod.metadata.name for pod in core.list_namespaced_pod(namespace).items}
    deed = ask("kubernetes.delete_pod", namespace=namespace, name=min(pods))
    look = look_at(deed)
    assert "ReplicaSet" in look.dry_run
    assert not OPERATIONS["delete_pod"].find_mark(deed, look.target)
    run(deed, look)
    assert OPERATIONS["delete_pod"].verify(deed, look.target).verified
    assert wait_for(lambda: len(core.list_namespaced_pod(namespace).items) == 2)
    with pytest.raises(ActionRefusedError):
        run(deed, look)
    assert len(core.list_namespaced_pod(namespace).items) == 2
    assert api


def test_a_manifest_is_compared_applied_and_not_forced(
    ask: Ask, admin: client.ApiClient, namespace: str
) -> None:
    core = client.CoreV1Api(admin)
    deed = ask("kubernetes.apply", namespace=namespace, manifest=MANIFEST)
    assert "create configmaps" in OPERATIONS["apply"].rights(deed)
    look = look_at(deed)
    assert "+  most: '5'" in look.dry_run
    run(deed, look)
    assert core.read_namespaced_config_map("limits", namespace).data == {"most": "5"}
    assert OPERATIONS["apply"].verify(deed, look.target).verified
    # Somebody else manages the field by now.
    core.patch_namespaced_config_map("limits", namespace, {"data": {"most": "6"}}, field_manager="helm")
    again = ask("kubernetes.apply", namespace=namespace, manifest=MANIFEST)
    with pytest.raises(ActionRefusedError, match="conflict"):
        look_at(again)


def test_a_manifest_made_by_another_meanwhile_is_left_alone(
    ask: Ask, admin: client.ApiClient, namespace: str
) -> None:
    core = client.CoreV1Api(admin)
    deed = ask("kubernetes.apply", namespace=namespace, manifest=MANIFEST)
    look = look_at(deed)
    core.create_namespaced_config_map(namespace, {"metadata": {"name": "limits"}, "data": {"least": "1"}})
    with pytest.raises(ActionRefusedError, match="the target"):
        run(deed, look)
    assert core.read_namespaced_config_map("limits", namespace).data == {"least": "1"}


def test_the_account_may_be_nobody_but_those_it_was_given(acting: Settings) -> None:
    node = store.open_cluster_as(acting.actions.kubeconfig, "key:oncall", ["masters"])
    with node.http, pytest.raises(store.AnswerError, match="cannot impersonate"):
        store.get_raw(node, "/api/v1/namespaces")
    alone = store.open_cluster_as(acting.actions.kubeconfig, "key:oncall", [])
    trust = ssl.create_default_context(cafile=Path(acting.actions.kubeconfig).parent / "tls/apiserver.crt")
    with alone.http:
        address = str(alone.http.base_url.join("/api/v1/namespaces"))
        headers = {"Authorization": alone.http.headers["Authorization"]}
        for user in ("system:kube-scheduler", "runlore:other"):
            asked = httpx.get(address, headers={**headers, "Impersonate-User": user}, verify=trust)
            assert asked.status_code == 403
            assert "cannot impersonate" in asked.text
        # Itself, it may do nothing.
        assert httpx.get(address, headers=headers, verify=trust).status_code == 403


def test_who_it_was_is_at_the_object(ask: Ask, admin: client.ApiClient, workload: dict[str, str]) -> None:
    deed = ask("kubernetes.scale", **workload, replicas=1)
    do(deed)
    found = client.AppsV1Api(admin).read_namespaced_deployment("api", workload["namespace"])
    assert found.metadata.annotations[MARK] == deed.request.key
    assert any(field.manager == "runlore-actions" for field in found.metadata.managed_fields)
