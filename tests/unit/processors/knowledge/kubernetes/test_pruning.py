"""No value that may be secret leaves a cluster; that one changed does."""

from typing import Any

import pytest

from processors.knowledge.kubernetes.pruning import prune_object
from tests.support.kubernetes import build, make_object

KEY = b"k"
CONTAINER: dict[str, Any] = {
    "name": "app",
    "command": ["sh", "hunter2"],
    "args": ["--password", "hunter2"],
    "lifecycle": {"preStop": {"exec": {"command": ["hunter2"]}}},
    "env": [
        {"name": "A", "value": "hunter2"},
        {"name": "B", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
    ],
    "envFrom": [{"configMapRef": {"name": "settings"}}],
    "livenessProbe": {
        "httpGet": {
            "path": "/live?token=hunter2",
            "port": 80,
            "httpHeaders": [{"name": "X-Key", "value": "hunter2"}],
        },
        "periodSeconds": 5,
    },
    "readinessProbe": {"exec": {"command": ["check", "hunter2"]}, "periodSeconds": 7},
}
POD_SPEC = {"containers": [CONTAINER], "initContainers": [CONTAINER], "ephemeralContainers": [CONTAINER]}
TEMPLATE = {"metadata": {"labels": {"app": "web"}}, "spec": POD_SPEC}
META = {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "hunter2", "a": "b"}}


@pytest.mark.parametrize(
    "object_",
    [
        make_object("Pod", metadata=META, spec=POD_SPEC),
        make_object("Deployment", metadata=META, spec={"template": TEMPLATE}),
        make_object("StatefulSet", metadata=META, spec={"template": TEMPLATE}),
        make_object("CronJob", metadata=META, spec={"jobTemplate": {"spec": {"template": TEMPLATE}}}),
    ],
)
def test_a_pod_described_anywhere_keeps_its_names_and_no_value(object_: dict[str, Any]) -> None:
    pruned = prune_object(object_, KEY)
    assert "hunter2" not in str(pruned)
    assert pruned["metadata"]["annotations"] == {"a": "b"}
    text = build(pruned)["text"] + str(pruned)
    for kept in ("secretKeyRef", "settings", "/live", "'periodSeconds': 7"):
        assert kept in text


@pytest.mark.parametrize(
    "object_",
    [
        make_object("PersistentVolume", spec={"csi": {"driver": "d", "volumeAttributes": {"p": "hunter2"}}}),
        make_object("PersistentVolume", spec={"flexVolume": {"driver": "d", "options": {"p": "hunter2"}}}),
        make_object("StorageClass", provisioner="d", parameters={"restuserkey": "hunter2"}),
        make_object("Secret", data={"p": "hunter2"}, stringData={"q": "hunter2"}),
        make_object("ConfigMap", data={"p": "hunter2"}, binaryData={"q": "hunter2"}),
        make_object("Secret", data="hunter2"),
        make_object("Pod", spec={"containers": "x", "initContainers": [None, {"env": "hunter2"}]}),
    ],
)
def test_no_kind_carries_what_may_be_secret(object_: dict[str, Any]) -> None:
    assert "hunter2" not in str(prune_object(object_, KEY))


def make_hashes(uid: str = "u", key: bytes = KEY, **data: str) -> dict[str, str]:
    pruned = prune_object({"kind": "Secret", "metadata": {"name": "s", "uid": uid}, "data": data}, key)
    return {one["key"]: one["hash"] for one in pruned["dataHashes"]}


def test_a_change_of_one_value_shows_in_its_hash_and_the_whole() -> None:
    before, after = make_hashes(user="anna", password="a"), make_hashes(user="anna", password="b")
    assert before["user"] == after["user"]
    assert before["password"] != after["password"]
    assert before["*"] != after["*"]
    assert make_hashes(user="anna") != make_hashes(login="anna")


def test_a_hash_says_nothing_to_whoever_has_not_the_key() -> None:
    assert make_hashes(password="a") != make_hashes(password="a", key=b"other")
    # That two secrets hold the same doesn't show either.
    assert make_hashes(password="a") != make_hashes("v", password="a")


def test_who_changed_what_when_is_kept_of_the_bookkeeping() -> None:
    entry = {"manager": "kubectl", "time": "2026-11-21T11:00:00Z", "fieldsV1": {"f:data": {"f:p": {}}}}
    pruned = prune_object(make_object("ConfigMap", metadata={"managedFields": [entry]}), KEY)
    assert pruned["metadata"]["managedFields"] == [{"manager": "kubectl", "time": "2026-11-21T11:00:00Z"}]
