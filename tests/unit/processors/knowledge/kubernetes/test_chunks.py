"""Objects and events of a cluster become sentences that answer. The objects are hand-made, of real shape."""

from typing import Any

import pytest

from processors.knowledge.chunk import ENDED
from tests.support.chunks import make_chunks
from tests.support.kubernetes import build, make_record


def make_pod(status: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "checkout-7d9f8c6b5-x2vqn",
            "namespace": "shop",
            "uid": "5d1c",
            "resourceVersion": "812",
            "creationTimestamp": "2026-11-21T09:00:00Z",
            "labels": {"app.kubernetes.io/name": "checkout", "pod-template-hash": "7d9f8c6b5"},
            "ownerReferences": [{"kind": "ReplicaSet", "name": "checkout-7d9f8c6b5", "controller": True}],
        },
        "spec": {
            "nodeName": "node-1",
            "containers": [
                {
                    "name": "app",
                    "image": "shop/checkout:1.4.2",
                    "resources": {"requests": {"memory": "64Mi"}, "limits": {"memory": "128Mi"}},
                }
            ],
        },
        "status": status,
    }


def make_crashing(restarts: int = 4, at: str = "2026-11-21T10:02:11Z") -> dict[str, Any]:
    ended = {"exitCode": 137, "reason": "OOMKilled", "startedAt": "2026-11-21T09:59:00Z", "finishedAt": at}
    message = "back-off 1m20s restarting failed container=app"
    container = {
        "name": "app",
        "image": "shop/checkout:1.4.2",
        "ready": False,
        "restartCount": restarts,
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": message}},
        "lastState": {"terminated": ended},
    }
    unready = {"type": "Ready", "status": "False", "reason": "ContainersNotReady"}
    return make_pod({"phase": "Running", "conditions": [unready], "containerStatuses": [container]})


def test_a_crashing_pod_says_why_it_was_restarted() -> None:
    chunk = build(make_crashing())
    assert chunk["text"].splitlines()[0] == (
        "Pod checkout-7d9f8c6b5-x2vqn of deployment checkout in namespace shop was restarted 4 times; the "
        "last time container app was OOMKilled (exit code 137) at 10:02:11 UTC on 2026-11-21; it now waits "
        "in CrashLoopBackOff."
    )
    assert "requests memory 64Mi; limits memory 128Mi" in chunk["text"]
    assert "waits in CrashLoopBackOff: back-off 1m20s restarting failed container=app" in chunk["text"]
    assert (chunk["kind"], chunk["service"], chunk["namespace"], chunk["severity"], chunk["cluster"]) == (
        ("k8s_state", "checkout", "shop", "error", "prod")
    )
    assert chunk["observed_at"] == "2026-11-21T10:02:11+00:00"
    assert chunk["source_offset"] == 42
    assert chunk["cite"] == {
        "type": "kubernetes",
        "kind": "Pod",
        "namespace": "shop",
        "name": "checkout-7d9f8c6b5-x2vqn",
        "uid": "5d1c",
        "resource_version": "812",
        "cluster_uid": "",
        "command": "kubectl -n shop get pod checkout-7d9f8c6b5-x2vqn -o yaml",
    }


def test_one_more_restart_replaces_the_chunk_and_costs_no_vector() -> None:
    earlier, later = build(make_crashing(4)), build(make_crashing(5, "2026-11-21T10:05:00Z"))
    assert earlier["chunk_id"] == later["chunk_id"]
    assert earlier["content_hash"] == later["content_hash"]
    assert "5 times" in later["text"]
    assert "5 times" not in later["gist"]


def test_an_image_that_is_not_there_is_why_a_pod_does_not_start() -> None:
    waiting = {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "shop/checkout:1.4.3"'}
    container = {"name": "app", "restartCount": 0, "ready": False, "state": {"waiting": waiting}}
    chunk = build(make_pod({"phase": "Pending", "containerStatuses": [container]}))
    assert "can't start: container app waits in ImagePullBackOff: Back-off pulling image" in chunk["text"]
    assert chunk["severity"] == "error"


def test_a_pod_that_no_node_takes_says_what_the_scheduler_said() -> None:
    message = "0/2 nodes are available: 2 Insufficient memory."
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    pod = make_pod({"phase": "Pending", "conditions": [condition]})
    del pod["spec"]["nodeName"]
    chunk = build(pod)
    assert (
        "can't be scheduled: Unschedulable: 0/2 nodes are available: 2 Insufficient memory." in chunk["text"]
    )


@pytest.mark.parametrize(
    ("status", "said", "severity"),
    [
        ({"phase": "Failed", "reason": "Evicted", "message": "low on memory"},
         "has failed: Evicted: low on memory", "error"),
        ({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
         "runs on node node-1 and is ready", "info"),
        ({"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}]},
         "runs on node node-1 but is not ready", "warning"),
        ({"phase": "Succeeded"}, "has completed", "info"),
        ({}, "is in phase Unknown", "warning"),
    ],
)  # fmt: skip
def test_every_phase_is_told(status: dict[str, Any], said: str, severity: str) -> None:
    chunk = build(make_pod(status))
    assert said in chunk["text"].splitlines()[0]
    assert chunk["severity"] == severity


def test_a_crash_that_is_over_still_says_why() -> None:
    pod = make_crashing()
    pod["status"]["containerStatuses"][0]["state"] = {"running": {"startedAt": "2026-11-21T10:04:00Z"}}
    pod["status"]["conditions"] = [{"type": "Ready", "status": "True"}]
    chunk = build(pod)
    assert "was OOMKilled (exit code 137)" in chunk["text"]
    assert "it now runs and is ready" in chunk["text"]
    assert chunk["severity"] == "warning"


def test_a_deleted_object_says_so_and_when() -> None:
    chunk = build(make_crashing(), type="DELETED")
    assert chunk["text"].startswith(
        "Pod checkout-7d9f8c6b5-x2vqn of deployment checkout in namespace shop was deleted at 12:00:00 UTC "
        "on 2026-11-21. The last that was known of it: it was restarted 4 times"
    )
    assert chunk["chunk_id"] == build(make_crashing())["chunk_id"]
    assert chunk["cite"]["command"] == "kubectl -n shop events --for pod/checkout-7d9f8c6b5-x2vqn"
    assert chunk["labels"]["deleted"] == "True"
    assert ENDED in chunk["values"]
    assert ENDED not in build(make_crashing())["values"]


def make_deployment(ready: int, conditions: list[dict[str, str]] | None = None) -> dict[str, Any]:
    status = {"replicas": 3, "updatedReplicas": 3, "readyReplicas": ready, "unavailableReplicas": 3 - ready}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "checkout", "namespace": "shop", "uid": "d0"},
        "spec": {"replicas": 3, "template": {"spec": {"containers": [{"name": "app", "image": "shop:1"}]}}},
        "status": {**status, "conditions": conditions or []},
    }


def test_a_deployment_tells_how_many_replicas_are_ready() -> None:
    assert (
        "has replicas that are not available: 1 of 3 replicas are ready" in build(make_deployment(1))["text"]
    )
    assert build(make_deployment(1))["content_hash"] == build(make_deployment(2))["content_hash"]
    assert build(make_deployment(3))["severity"] == "info"


def test_a_rollout_that_is_stuck_says_why() -> None:
    condition = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    chunk = build(make_deployment(2, [condition]))
    assert "doesn't get on with its rollout: ProgressDeadlineExceeded; 2 of 3" in chunk["text"]
    assert chunk["severity"] == "error"


def make_node(*conditions: dict[str, str]) -> dict[str, Any]:
    status = {"conditions": list(conditions), "capacity": {"cpu": "8", "memory": "32Gi"}}
    return {"kind": "Node", "metadata": {"name": "node-1", "uid": "n0"}, "spec": {}, "status": status}


def test_a_node_tells_what_is_wrong_with_it() -> None:
    unready = {
        "type": "Ready",
        "status": "Unknown",
        "reason": "NodeStatusUnknown",
        "message": "Kubelet stopped.",
    }
    chunk = build(make_node(unready))
    assert chunk["text"].startswith(
        "Node node-1 is not ready (NotReady): NodeStatusUnknown: Kubelet stopped."
    )
    assert "Capacity: cpu 8, memory 32Gi." in chunk["text"]
    assert chunk["cite"]["command"] == "kubectl get node node-1 -o yaml"
    ready = {"type": "Ready", "status": "True"}
    pressure = {"type": "MemoryPressure", "status": "True", "reason": "KubeletHasInsufficientMemory"}
    chunk = build(make_node(ready, pressure))
    assert "is under MemoryPressure: KubeletHasInsufficientMemory" in chunk["text"]
    assert chunk["severity"] == "warning"


def test_a_job_tells_that_it_gave_up() -> None:
    condition = {
        "type": "Failed",
        "status": "True",
        "reason": "BackoffLimitExceeded",
        "message": "Job has reached the specified backoff limit",
        "lastTransitionTime": "2026-11-21T03:10:00Z",
    }
    job = {
        "kind": "Job",
        "metadata": {"name": "backup-29338560", "namespace": "shop", "uid": "j0"},
        "spec": {"backoffLimit": 2},
        "status": {"failed": 3, "conditions": [condition]},
    }
    chunk = build(job)
    assert "failed at 03:10:00 UTC on 2026-11-21, after its pods had failed 3 times: " in chunk["text"]
    assert "BackoffLimitExceeded: Job has reached the specified backoff limit" in chunk["text"]
    assert (chunk["service"], chunk["severity"]) == ("backup", "error")


CORE_EVENT: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Event",
    "metadata": {"name": "checkout.18ea", "namespace": "shop", "uid": "e0", "creationTimestamp": None},
    "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "checkout-7d9f8c6b5-x2vqn", "uid": "5d1c"},
    "reason": "BackOff",
    "type": "Warning",
    "message": "Back-off restarting failed container app",
    "count": 14,
    "firstTimestamp": "2026-11-21T10:01:00Z",
    "lastTimestamp": "2026-11-21T10:14:40Z",
    "eventTime": None,
    "source": {"component": "kubelet", "host": "node-1"},
}
NEW_EVENT: dict[str, Any] = {
    "apiVersion": "events.k8s.io/v1",
    "kind": "Event",
    "metadata": CORE_EVENT["metadata"],
    "regarding": CORE_EVENT["involvedObject"],
    "reason": "BackOff",
    "type": "Warning",
    "note": CORE_EVENT["message"],
    "eventTime": "2026-11-21T10:01:00.000000Z",
    "series": {"count": 14, "lastObservedTime": "2026-11-21T10:14:40.000000Z"},
    "reportingController": "kubelet",
}


@pytest.mark.parametrize("event", [CORE_EVENT, NEW_EVENT])
def test_an_event_of_either_api_tells_what_how_often_and_when(event: dict[str, Any]) -> None:
    chunk = build(event)
    assert chunk["text"].splitlines()[0] == (
        "Pod checkout-7d9f8c6b5-x2vqn in namespace shop had the event BackOff (Warning) 14 times, the last "
        "time at 10:14:40 UTC on 2026-11-21: Back-off restarting failed container app"
    )
    assert "First seen at 10:01:00 UTC" in chunk["text"]
    assert "Reported by kubelet" in chunk["text"]
    assert (chunk["kind"], chunk["service"], chunk["severity"]) == ("k8s_event", "checkout", "warning")
    assert chunk["began_at"] == "2026-11-21T10:01:00+00:00"
    assert chunk["observed_at"] == "2026-11-21T10:14:40+00:00"
    assert chunk["content_hash"] == build({**event, "count": 15})["content_hash"]
    assert chunk["cite"]["command"] == "kubectl -n shop events --for pod/checkout-7d9f8c6b5-x2vqn"


def test_an_event_that_the_cluster_forgot_stays_told() -> None:
    assert make_chunks(make_record(CORE_EVENT, type="DELETED")) == []


@pytest.mark.parametrize(
    "object_", [None, 12, {}, {"kind": "Pod", "metadata": {}}, {"kind": "Event", "metadata": {"name": "e"}},
                {"kind": "Pod", "metadata": {"name": {"odd": 1}}}, {"items": 5}]
)  # fmt: skip
def test_what_is_no_object_of_a_known_kind_is_an_error(object_: Any) -> None:
    with pytest.raises((ValueError, LookupError)):
        make_chunks(make_record(object_))
