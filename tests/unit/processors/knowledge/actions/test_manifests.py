import json

import pytest

from processors.knowledge.actions.manifests import check_image, check_manifest
from processors.knowledge.actions.policy import Manifests
from processors.knowledge.actions.refusal import ActionRefusedError

RULES = Manifests(images=("registry.example/*",))


def write_deployment(**pod: object) -> str:
    """A deployment whose pods have what is given, in their spec or with `c_` in their container."""
    container = {"name": "api", "image": "registry.example/shop/api:1"}
    container |= {name[2:]: value for name, value in pod.items() if name.startswith("c_")}
    spec = {"containers": [container]} | {n: v for n, v in pod.items() if not n.startswith("c_")}
    return json.dumps(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "api", "namespace": "shop"},
            "spec": {"template": {"spec": spec}},
        }
    )


def test_the_object_of_a_good_manifest_is_returned():
    body = check_manifest(RULES, write_deployment(), "shop")
    assert body["metadata"]["name"] == "api"
    config = (
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {hostPath: /, privileged: 'yes'}\n"
    )
    assert check_manifest(RULES, config, "shop")["kind"] == "ConfigMap"


@pytest.mark.parametrize(
    ("pod", "what"),
    [
        ({"c_securityContext": {"privileged": True}}, "privileged"),
        ({"c_securityContext": {"privileged": "true"}}, "privileged"),
        ({"initContainers": [{"securityContext": {"privileged": True}}]}, "privileged"),
        ({"ephemeralContainers": [{"securityContext": {"privileged": True}}]}, "privileged"),
        ({"c_securityContext": {"allowPrivilegeEscalation": True}}, "allowPrivilegeEscalation"),
        ({"securityContext": {"windowsOptions": {"hostProcess": True}}}, "hostProcess"),
        ({"c_securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}, "SYS_ADMIN"),
        ({"c_securityContext": {"procMount": "Unmasked"}}, "procMount"),
        ({"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}, "hostPath"),
        ({"hostNetwork": True}, "hostNetwork"),
        ({"hostPID": True}, "hostPID"),
        ({"hostIPC": True}, "hostIPC"),
        ({"c_ports": [{"containerPort": 1, "hostPort": 80}]}, "hostPort"),
        ({"serviceAccountName": "cluster-admin"}, "service account"),
        ({"c_image": "docker.io/evil:1"}, "docker.io/evil:1"),
        ({"initContainers": [{"image": "evil"}]}, "evil"),
    ],
)
def test_what_gives_a_pod_power_over_its_node_is_forbidden(pod, what):
    with pytest.raises(ActionRefusedError, match=what):
        check_manifest(RULES, write_deployment(**pod), "shop")


def test_what_a_policy_allows_is_allowed():
    rules = Manifests(
        privileged=True,
        host_paths=True,
        host_network=True,
        capabilities=("NET_ADMIN",),
        service_accounts=("*",),
    )
    pod = {
        "c_securityContext": {"privileged": True, "capabilities": {"add": ["NET_ADMIN"]}},
        "hostNetwork": True,
        "volumes": [{"hostPath": {"path": "/"}}],
        "serviceAccountName": "other",
    }
    check_manifest(rules, write_deployment(**pod), "shop")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a text",
        "[1, 2]",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: &x one, b: *x}",
        "!!python/object/apply:os.system [id]",
        "[" * 100_000,
        "{a: " * 100_000,
        write_deployment().replace("Deployment", "ClusterRole"),
        write_deployment().replace("Deployment", "deployment"),
        write_deployment().replace("Deployment", "Secret"),
        write_deployment().replace("apps/v1", "extensions/v1beta1"),
        write_deployment().replace('"shop"', '"kube-system"'),
        write_deployment().replace('"name": "api", "namespace"', '"generateName": "api-", "namespace"'),
        f"{write_deployment()}\n---\n{write_deployment()}",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}",
        "apiVersion: v1\nkind: Node\nmetadata: {name: x}",
        "apiVersion: v1\nkind: List\nitems: []",
    ],
)
def test_anything_but_one_known_object_of_the_namespace_is_forbidden(text):
    with pytest.raises(ActionRefusedError):
        check_manifest(RULES, text, "shop")


def test_an_object_of_the_whole_cluster_is_forbidden_even_if_its_kind_is_allowed():
    with pytest.raises(ActionRefusedError, match="whole cluster"):
        check_manifest(Manifests(kinds=("Node",)), "apiVersion: v1\nkind: Node\nmetadata: {name: x}", "shop")


def test_images_outside_of_the_list_are_refused():
    check_image(RULES, "registry.example/shop/api:2")
    with pytest.raises(ActionRefusedError):
        check_image(RULES, "registry.example.evil/shop/api:2")
