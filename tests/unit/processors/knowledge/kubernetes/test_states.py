"""Objects that are being deleted or gone, and times that can't be believed."""

from typing import Any

import pytest

from processors.knowledge.chunk import ENDED
from tests.support.kubernetes import NOON, build, make_object, say


def make_held(kind: str, **meta: Any) -> dict[str, Any]:
    deletion = {"deletionTimestamp": "2026-11-21T10:03:20Z", "finalizers": ["backup.example/hold"]}
    return make_object(kind, metadata={**deletion, **meta}, spec={}, status={})


@pytest.mark.parametrize("kind", ["Pod", "PersistentVolumeClaim", "Namespace", "Service", "Job", "Ingress"])
def test_what_a_finalizer_holds_says_since_when_and_by_what(kind: str) -> None:
    severity, said = say(make_held(kind))
    assert severity == "warning"
    assert said.startswith(
        "is being deleted since 10:03:20 UTC on 2026-11-21, held by finalizer backup.example/hold; it "
    )


def test_a_deletion_within_its_time_of_grace_is_calm() -> None:
    assert say(make_held("Pod", deletionTimestamp="2026-11-21T12:00:20Z"))[0] == "info"
    assert say(make_held("Pod", deletionTimestamp="2026-11-21T11:59:45Z"))[0] == "info"
    assert say(make_held("Pod", deletionTimestamp="2026-11-21T11:59:00Z"))[0] == "warning"


@pytest.mark.parametrize("time", [None, "", "0001-01-01T00:00:00Z", "soon", 0, {}])
def test_a_time_of_nothing_is_no_deletion(time: Any) -> None:
    assert "deleted" not in say(make_held("Job", deletionTimestamp=time))[1]


def test_a_pod_whose_node_does_not_answer_says_which() -> None:
    pod = make_held("Pod", finalizers=[]) | {"spec": {"nodeName": "n1"}}
    assert ", which node n1 has not confirmed; it " in say(pod)[1]


def test_a_namespace_that_stays_names_what_is_left_in_it() -> None:
    left = {
        "type": "NamespaceContentRemaining", "status": "True", "reason": "SomeResourcesRemain",
        "message": "pods. has 2 resource instances", "lastTransitionTime": "2026-11-21T10:04:00Z",
    }  # fmt: skip
    namespace = make_held("Namespace") | {"status": {"phase": "Terminating", "conditions": [left]}}
    chunk = build(namespace)
    assert chunk["severity"] == "warning"
    assert "SomeResourcesRemain: pods. has 2 resource instances" in chunk["text"]


@pytest.mark.parametrize(
    "time", ["2099-01-01T00:00:00Z", "0001-01-01T00:00:00Z", None, "soon", 1e999, [], {}]
)
def test_a_time_that_is_none_moves_no_state(time: Any) -> None:
    condition = {"type": "Ready", "status": "False", "lastTransitionTime": time}
    meta = {"creationTimestamp": time, "deletionTimestamp": None}
    chunk = build(make_object("Node", metadata=meta, status={"conditions": [condition]}))
    assert (chunk["began_at"], chunk["observed_at"]) == (NOON, NOON)
    assert "2099" not in chunk["text"]
    assert "0001" not in chunk["text"]


@pytest.mark.parametrize(
    "time", ["2099-01-01T00:00:00Z", "0001-01-01T00:00:00Z", None, ["2026-11-21T10:00:00Z"]]
)
def test_a_deletion_at_no_time_was_when_the_record_came(time: Any) -> None:
    chunk = build(make_object("Job", metadata={"deletionTimestamp": time}), type="DELETED")
    assert chunk["observed_at"] == NOON
    assert ENDED in chunk["values"]


def test_of_an_object_that_was_only_missed_what_was_told_last_is_told() -> None:
    skeleton = {"kind": "Pod", "metadata": {"name": "checkout-1", "namespace": "shop", "uid": "p1"}}
    chunk = build(skeleton, type="DELETED", last_known="it was restarted 4 times.")
    assert chunk["text"] == (
        "Pod checkout-1 in namespace shop was deleted at 12:00:00 UTC on 2026-11-21. The last that was known "
        "of it: it was restarted 4 times."
    )
    assert "phase" not in chunk["labels"]


def test_who_changed_an_object_last_is_told_and_moves_it() -> None:
    managed = [
        {"manager": "kubectl-edit", "time": "2026-11-21T11:40:00Z"},
        {"manager": "kube-controller-manager", "time": "2026-11-21T11:50:00Z"},
        {"manager": "argocd", "time": "2026-11-21T11:55:00Z", "subresource": "status"},
    ]
    chunk = build(make_object("ConfigMap", metadata={"managedFields": managed}))
    assert "It was last changed at 11:40:00 UTC on 2026-11-21 by kubectl-edit." in chunk["text"]
    assert chunk["observed_at"] == "2026-11-21T11:40:00+00:00"


def test_a_change_without_a_time_of_its_own_happened_when_it_came() -> None:
    assert build(make_object("Service"), type="MODIFIED")["observed_at"] == NOON
    assert build(make_object("Service"), type="ADDED")["observed_at"] == "2026-11-20T09:00:00+00:00"


def test_owners_are_kept_for_whoever_follows_them() -> None:
    owner = {"kind": "StatefulSet", "name": "db", "uid": "s-1", "controller": True}
    labels = build(make_object("Pod", metadata={"ownerReferences": [owner, None]}))["labels"]
    assert (labels["owner"], labels["owner_uids"]) == ("StatefulSet/db", "s-1")
