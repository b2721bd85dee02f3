"""What keeps pods running says when there are not as many as there should be."""

from typing import Any

import pytest

from tests.support.kubernetes import build, make_object, say

NEW = "2026-11-21T11:58:00Z"
QUOTA = {
    "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
    "message": "exceeded quota: compute",
}  # fmt: skip


def make_set(kind: str, desired: int, ready: int, made: str = "2026-11-20T09:00:00Z", **more: Any) -> Any:
    if kind == "DaemonSet":
        return make_object(
            kind, made, status={"desiredNumberScheduled": desired, "numberReady": ready, **more}
        )
    status = {"replicas": desired, "readyReplicas": ready, "updatedReplicas": desired, **more}
    return make_object(kind, made, spec={"replicas": desired}, status=status)


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"])
def test_every_set_says_how_many_are_ready(kind: str) -> None:
    what = "pods" if kind == "DaemonSet" else "replicas"
    figures = f"1 of 3 {what} are ready"
    assert say(make_set(kind, 3, 1)) == ("warning", f"has {what} that are not available: {figures}.")
    assert say(make_set(kind, 3, 3)) == ("info", f"is available: 3 of 3 {what} are ready.")
    severity, said = say(make_set(kind, 3, 0))
    assert (severity, said) == ("error", f"has no {what[:-1]} that is ready: 0 of 3 {what} are ready.")
    assert say(make_set(kind, 3, 0, NEW))[0] == "warning"
    assert say(make_set(kind, 0, 0))[0] == "info"


@pytest.mark.parametrize("kind", ["Deployment", "ReplicaSet"])
def test_a_quota_that_forbids_pods_is_why_there_are_none(kind: str) -> None:
    assert say(make_set(kind, 3, 1, conditions=[QUOTA])) == (
        "error", "can't make its pods: FailedCreate: exceeded quota: compute; 1 of 3 replicas are ready."
    )  # fmt: skip


def test_a_stateful_set_in_its_rollout_says_how_far_it_is() -> None:
    revisions = {"currentRevision": "db-1", "updateRevision": "db-2", "updatedReplicas": 1}
    assert say(make_set("StatefulSet", 3, 3, **revisions)) == (
        "info", "is being rolled out: 1 of 3 replicas are updated."
    )  # fmt: skip


def test_a_daemon_set_on_wrong_nodes_says_so() -> None:
    assert (
        "On 2 nodes it runs although it shouldn't."
        in build(make_set("DaemonSet", 3, 3, numberMisscheduled=2))["text"]
    )


def test_a_deployment_that_was_paused_says_so() -> None:
    deployment = make_set("Deployment", 1, 1)
    deployment["spec"]["paused"] = True
    assert say(deployment) == ("info", "is paused: is available: 1 of 1 replicas are ready.")


def test_a_workload_tells_of_its_pods_without_values() -> None:
    container = {
        "name": "app",
        "image": "shop/checkout:1.4.2",
        "env": [{"name": "A", "value": "hunter2"}],
        "envFrom": [{"secretRef": {"name": "db"}}],
        "command": ["run", "hunter2"],
        "livenessProbe": {"httpGet": {"port": 80, "httpHeaders": [{"name": "X", "value": "hunter2"}]}},
    }
    deployment = make_set("Deployment", 1, 1)
    deployment["spec"] |= {
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}},
    }
    chunk = build(deployment)
    assert "Images: app shop/checkout:1.4.2." in chunk["text"]
    assert "liveness probe GET / on port 80; environment all of Secret db" in chunk["text"]
    assert "It selects pods with app=web." in chunk["text"]
    assert chunk["service"] == "web"
    assert "hunter2" not in str(chunk)
