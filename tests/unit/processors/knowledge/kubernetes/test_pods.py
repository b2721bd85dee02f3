"""A pod that is wrong says so first, of whichever of its containers that comes."""

from typing import Any

import pytest

from tests.support.kubernetes import build, make_object, say

ENDED = {"reason": "Error", "exitCode": 2, "finishedAt": "2026-11-21T11:59:20Z"}
AT = " at 11:59:20 UTC on 2026-11-21"
BACK_OFF = {"reason": "CrashLoopBackOff", "message": "back-off 40s"}
READY = {"type": "Ready", "status": "True"}
UNREADY = {"type": "Ready", "status": "False", "reason": "ContainersNotReady"}


def make_status(name: str, **state: Any) -> dict[str, Any]:
    return {"name": name, "image": f"r/{name}", "ready": False, "restartCount": 0, "lastState": {}, **state}


def make_pod(status: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return make_object("Pod", spec={"nodeName": "n1", **spec}, status={"phase": "Pending", **status})


def test_an_init_container_that_failed_is_why_a_pod_does_not_start() -> None:
    init = make_status("schema", state={"terminated": ENDED})
    app = make_status("app", state={"waiting": {"reason": "PodInitializing"}})
    pod = make_pod({"initContainerStatuses": [init], "containerStatuses": [app], "conditions": [UNREADY]})
    assert say(pod) == (
        "error", f"can't start: init container schema ended with Error (exit code 2){AT}."
    )  # fmt: skip


def test_an_init_container_that_fails_again_and_again_says_how_often() -> None:
    init = make_status("schema", restartCount=4, state={"waiting": BACK_OFF}, lastState={"terminated": ENDED})
    assert say(make_pod({"initContainerStatuses": [init]})) == (
        "error",
        f"can't start: init container schema ended with Error (exit code 2){AT}; it was restarted 4 times; "
        "it now waits in CrashLoopBackOff: back-off 40s.",
    )


def test_an_init_container_whose_image_is_not_there_is_why_a_pod_does_not_start() -> None:
    init = make_status("schema", state={"waiting": {"reason": "ErrImagePull", "message": "no such tag"}})
    assert say(make_pod({"initContainerStatuses": [init]})) == (
        "error", "can't start: init container schema waits in ErrImagePull: no such tag."
    )  # fmt: skip


def test_an_init_container_that_was_killed_for_memory_is_named() -> None:
    killed = {"reason": "OOMKilled", "exitCode": 137, "finishedAt": "2026-11-21T11:59:20Z"}
    init = make_status("schema", state={"terminated": killed})
    severity, said = say(make_pod({"initContainerStatuses": [init]}))
    assert (severity, said) == (
        "error", f"can't start: init container schema was OOMKilled (exit code 137){AT}."
    )  # fmt: skip


def test_init_containers_that_ended_well_are_no_news() -> None:
    done = {"reason": "Completed", "exitCode": 0, "finishedAt": "2026-11-21T11:59:20Z"}
    status = {
        "phase": "Running",
        "initContainerStatuses": [make_status("schema", state={"terminated": done})],
        "containerStatuses": [make_status("app", ready=True, state={"running": {}})],
        "conditions": [READY],
    }
    assert say(make_pod(status)) == ("info", "runs on node n1 and is ready.")


def test_a_sidecar_that_fails_is_called_one() -> None:
    sidecar = make_status(
        "proxy", restartCount=2, state={"waiting": BACK_OFF}, lastState={"terminated": ENDED}
    )
    pod = make_pod(
        {"initContainerStatuses": [sidecar]}, initContainers=[{"name": "proxy", "restartPolicy": "Always"}]
    )
    severity, said = say(pod)
    assert severity == "error"
    assert said.startswith("can't start: sidecar container proxy ended with Error (exit code 2)")
    pod["status"] |= {"phase": "Running", "conditions": [UNREADY]}
    assert say(pod)[1].startswith(
        "has a container that doesn't run: sidecar container proxy ended with Error"
    )


@pytest.mark.parametrize(
    ("reason", "severity", "said"),
    [
        ("ImagePullBackOff", "error", "can't start: container app waits in ImagePullBackOff."),
        ("CreateContainerConfigError", "error",
         "can't start: container app waits in CreateContainerConfigError."),
        ("InvalidImageName", "error", "can't start: container app waits in InvalidImageName."),
        ("RunContainerError", "error", "can't start: container app waits in RunContainerError."),
        ("ContainerCreating", "info", "is starting."),
        ("PodInitializing", "info", "is starting."),
    ],
)  # fmt: skip
def test_what_a_container_waits_for_decides(reason: str, severity: str, said: str) -> None:
    app = make_status("app", state={"waiting": {"reason": reason}})
    assert say(make_pod({"containerStatuses": [app]})) == (severity, said)


def test_a_start_that_takes_too_long_is_wrong() -> None:
    app = make_status("app", state={"waiting": {"reason": "ContainerCreating"}})
    pod = make_pod({"startTime": "2026-11-21T11:00:00Z", "containerStatuses": [app]})
    assert say(pod) == (
        "warning",
        "doesn't get on with its start: container app waits in ContainerCreating, since 11:00:00 UTC on "
        "2026-11-21.",
    )


def test_an_init_container_that_never_ends_keeps_a_pod_from_running() -> None:
    init = make_status("schema", state={"running": {"startedAt": "2026-11-21T11:01:00Z"}})
    app = make_status("app", state={"waiting": {"reason": "PodInitializing"}})
    pod = make_pod({"startTime": "2026-11-21T11:00:00Z", "initContainerStatuses": [init],
                    "containerStatuses": [app]})  # fmt: skip
    assert say(pod) == (
        "warning",
        "doesn't get on with its start: init container schema still runs, since 11:00:00 UTC on 2026-11-21.",
    )
    pod["status"]["startTime"] = "2026-11-21T11:55:00Z"
    assert say(pod) == ("info", "is starting.")


def test_a_readiness_probe_that_fails_is_named_though_the_pod_runs() -> None:
    app = make_status("app", started=True, state={"running": {}})
    probe = {"httpGet": {"path": "/ready?token=hunter2", "port": 8080}, "periodSeconds": 5}
    pod = make_pod(
        {"phase": "Running", "containerStatuses": [app], "conditions": [UNREADY]},
        containers=[{"name": "app", "readinessProbe": probe}],
    )
    assert say(pod) == (
        "warning", "runs on node n1 but is not ready: container app fails its readiness probe."
    )  # fmt: skip
    text = build(pod)["text"]
    assert "readiness probe GET /ready on port 8080 every 5 s" in text
    assert "hunter2" not in text


def test_a_startup_probe_that_was_not_passed_is_named() -> None:
    app = make_status("app", started=False, state={"running": {}})
    pod = make_pod(
        {"phase": "Running", "containerStatuses": [app], "conditions": [UNREADY]},
        containers=[{"name": "app", "startupProbe": {"exec": {"command": ["cat", "hunter2"]}}}],
    )
    assert say(pod)[1] == "runs on node n1 but is not ready: container app has not passed its startup probe."
    assert "startup probe by a command" in build(pod)["text"]
    assert "hunter2" not in build(pod)["text"]


def test_a_restart_of_last_week_is_told_but_calmly() -> None:
    ended = {**ENDED, "finishedAt": "2026-11-14T10:00:00Z"}
    app = make_status(
        "app", ready=True, restartCount=1, state={"running": {}}, lastState={"terminated": ended}
    )
    pod = make_pod({"phase": "Running", "containerStatuses": [app], "conditions": [READY]})
    assert say(pod) == (
        "info",
        "runs and is ready; it was restarted once, the last time container app ended with Error (exit code "
        "2) at 10:00:00 UTC on 2026-11-14.",
    )


def test_references_are_told_and_values_are_not() -> None:
    container = {
        "name": "app",
        "env": [
            {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
            {"name": "PLAIN", "value": "hunter2"},
        ],
        "envFrom": [{"configMapRef": {"name": "settings"}}],
    }
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]
    app = make_status("app", ready=True, state={"running": {}})
    pod = make_pod(
        {"phase": "Running", "containerStatuses": [app], "conditions": [READY]},
        containers=[container],
        volumes=volumes,
    )
    chunk = build(pod)
    assert "environment PASSWORD from key password of Secret db, all of ConfigMap settings" in chunk["text"]
    assert chunk["labels"]["uses"] == "ConfigMap/settings,PersistentVolumeClaim/data,Secret/db"
    assert "hunter2" not in str(chunk)


@pytest.mark.parametrize(
    "status",
    [
        {"phase": ["odd"], "containerStatuses": [None, 3, {"name": None}, {"name": "app", "state": []}]},
        {"conditions": [{"type": None}, "x", {"type": ["Ready"], "status": {}}], "startTime": {"a": 1}},
        {"containerStatuses": [{"name": "app", "restartCount": "many", "state": {"waiting": {"reason": 5}}}]},
        {"initContainerStatuses": {"name": "x"}, "reason": 7, "phase": "Failed"},
        "Running",
    ],
)  # fmt: skip
def test_an_odd_field_takes_no_other_along(status: Any) -> None:
    chunk = build(make_object("Pod", status=status, spec={"nodeName": "n1"}))
    assert chunk["title"] == "Pod checkout in namespace shop"
    assert "on node n1" in chunk["text"]
