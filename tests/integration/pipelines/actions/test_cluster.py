"""Actions on a real API server: with the asking person's rights, to the version that was seen, once."""

import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
from kubernetes import client

from processors.knowledge.actions.refusal import ActionRefusedError
from processors.pipelines.actions.cluster.changes import MARK
from processors.pipelines.actions.operations import OPERATIONS
from processors.settings import Settings
from processors.stores.actions import kubernetes as store
from tests.support.action_runs import GUEST, Ask
from tests.support.deeds import do, is_marked, look_at, refused, run, verify
from tests.support.waiting import wait_for

PRIVILEGED = """
apiVersion: v1
kind: Pod
metadata: {name: digger}
spec:
  containers: [{name: app, image: "shop/api:1", securityContext: {privileged: true}}]
"""
HOST_PATH = """
apiVersion: v1
kind: Pod
metadata: {name: digger}
spec:
  containers: [{name: app, image: "shop/api:1"}]
  volumes: [{name: root, hostPath: {path: /}}]
"""
MANIFEST = """
apiVersion: v1
kind: ConfigMap
metadata: {name: limits}
data: {most: "5"}
"""


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
    after = apps.read_namespaced_deployment(*place)
    assert after.metadata.resource_version == before.metadata.resource_version
    assert look_at(deed) == look
    assert not is_marked(deed, look)
    run(deed, look)
    assert is_marked(deed, look)
    assert not is_marked(ask("kubernetes.rollout_restart", **workload), look)
    verified, told = verify(deed, look)
    assert verified
    assert "2 of 2 replicas available" in told
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


@pytest.mark.parametrize("name", ["kubernetes.rollout_restart", "kubernetes.delete_pod"])
def test_what_crashes_all_the_time_can_be_changed(
    ask: Ask, admin: client.ApiClient, workload: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    namespace, get, crashes = workload["namespace"], store.get_object, []
    apps, core = client.AppsV1Api(admin), client.CoreV1Api(admin)
    pod = core.list_namespaced_pod(namespace).items[0].metadata.name
    of_pod = {"namespace": namespace, "name": pod}
    deed = ask(name, **(of_pod if name == "kubernetes.delete_pod" else workload))

    def crash() -> None:
        """Write what a crash loop writes each time."""
        crashes.append(1)
        told = {"type": "Crashing", "status": "True", "message": f"crash {len(crashes)}"}
        apps.patch_namespaced_deployment_status("api", namespace, {"status": {"conditions": [told]}})
        core.patch_namespaced_pod_status(pod, namespace, {"status": {"message": told["message"]}})

    look = look_at(deed)
    crash()
    assert look_at(deed) == look

    def crash_behind(cluster: store.Cluster, *where: Any) -> store.Object:
        found = get(cluster, *where)
        if len(crashes) < 3:
            crash()
        return found

    monkeypatch.setattr(store, "get_object", crash_behind)
    run(deed, look)
    assert len(crashes) == 3
    monkeypatch.undo()
    assert is_marked(deed, look)


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
    assert verify(set_image, look)[0]
    assert look.undo
    undo = ask(look.undo.action, **look.undo.parameters)
    back = do(undo)
    assert "+      - image: shop/api:1" in back.dry_run
    assert verify(undo, back)[0]
    assert is_marked(undo, back)
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
    assert verify(deed, look)[0]
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
    assert verify(deed, look)[0]
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
    assert not is_marked(deed, look)
    run(deed, look)
    assert verify(deed, look)[0]
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
    assert verify(deed, look)[0]
    # Somebody else manages the field by now.
    core.patch_namespaced_config_map("limits", namespace, {"data": {"most": "6"}}, field_manager="helm")
    again = ask("kubernetes.apply", namespace=namespace, manifest=MANIFEST)
    with pytest.raises(ActionRefusedError, match="conflict"):
        look_at(again)


@pytest.mark.parametrize(
    ("manifest", "by_us", "by_the_cluster"),
    [
        (PRIVILEGED, "privileged", "privileged: Forbidden: disallowed by cluster policy"),
        (HOST_PATH, "hostPath", 'violates PodSecurity "baseline:latest": hostPath volumes'),
    ],
)
def test_power_over_a_node_is_refused_by_our_policy_and_by_the_cluster_s(
    ask: Ask, admin: client.ApiClient, namespace: str, manifest: str, by_us: str, by_the_cluster: str
) -> None:
    core, level = client.CoreV1Api(admin), {"pod-security.kubernetes.io/enforce": "baseline"}
    core.patch_namespace(namespace, {"metadata": {"labels": level}})
    deed = ask("kubernetes.apply", namespace=namespace, manifest=manifest)
    assert f"The policy forbids this manifest: {by_us}" in refused(deed)
    rules = deed.policy.manifests.model_copy(update={"privileged": True, "host_paths": True})
    allowed = deed._replace(policy=deed.policy.model_copy(update={"manifests": rules}))
    assert "create pods" in OPERATIONS["apply"].rights(allowed)
    with pytest.raises(ActionRefusedError) as caught:
        look_at(allowed)
    assert str(caught.value).startswith("Kubernetes refused")
    assert by_the_cluster in str(caught.value)
    assert core.list_namespaced_pod(namespace).items == []


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
