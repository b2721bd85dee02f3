"""A real API server is read along: nothing is lost by a kill, and nothing that is unchanged is sent twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from kubernetes import client
from kubernetes.client.exceptions import ApiException

from local import probes
from local.airflow_api import find_active_run, open_airflow
from local.settings import load_settings as load_stack_settings
from processors.knowledge import topics
from processors.knowledge.positions import Positions
from processors.knowledge.record import Record
from processors.pipelines.collect import kubernetes as collector
from processors.settings import Settings, change_settings
from processors.stores import kafka
from processors.stores import kubernetes as store
from tests.support.chunks import make_chunks
from tests.support.waiting import wait_for

Topic = Callable[[], list[Record]]
COLLECT = (
    "from processors.pipelines.collect.kubernetes import collect_kubernetes; "
    "from processors.settings import load_settings; "
    "collect_kubernetes(load_settings(), 120)"
)


@pytest.fixture(scope="module")
def watching(settings: Settings, kubeconfigs: Path) -> Iterator[Settings]:
    """Settings with the stack's cluster, which nobody else watches meanwhile."""
    stack = load_stack_settings()
    kubeconfig = str(kubeconfigs / "collector.kubeconfig")
    os.environ["RUNLORE_KUBECONFIG"] = kubeconfig
    watched = change_settings(settings, kubernetes={"kubeconfig": kubeconfig})
    # A stack of which only some parts run has no DAG that watches.
    if not probes.accepts("airflow")(stack, 0):
        yield watched
        return
    with open_airflow(stack) as airflow:
        _end_watch(airflow)
        yield watched
        airflow.patch("/dags/watch_kubernetes", json={"is_paused": False}).raise_for_status()


def _end_watch(airflow: httpx.Client) -> None:
    airflow.patch("/dags/watch_kubernetes", json={"is_paused": True}).raise_for_status()
    deadline = time.monotonic() + 60
    while run := find_active_run(airflow, "watch_kubernetes"):
        airflow.patch(f"/dags/watch_kubernetes/dagRuns/{run}", json={"state": "failed"}).raise_for_status()
        assert time.monotonic() < deadline, f"{run} doesn't end"
        time.sleep(1)


@pytest.fixture
def topic(watching: Settings) -> Topic:
    """Give what has come into the topic since the test began."""
    begin = kafka.find_ends(watching.kafka, [topics.KUBERNETES])

    def read(since: Positions = begin) -> list[Record]:
        return kafka.drain(watching.kafka, [topics.KUBERNETES], since, 10**9)[0]

    return read


@pytest.fixture
def start(watching: Settings) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:  # noqa: ARG001
    """Start a collector as a process of its own."""
    started: list[subprocess.Popen[bytes]] = []

    def run() -> "subprocess.Popen[bytes]":
        started.append(subprocess.Popen([sys.executable, "-c", COLLECT], env={**os.environ}))
        return started[-1]

    yield run
    for process in started:
        process.send_signal(signal.SIGKILL)
        process.wait()


def _make_pod_spec() -> dict[str, Any]:
    env = [{"name": "DB_PASSWORD", "value": "hunter2-hunter2"}]
    return {
        "containers": [{"name": "app", "image": "shop/checkout:1", "env": env, "args": ["--key=hunter2"]}]
    }


def _create_deployment(admin: client.ApiClient, namespace: str, name: str) -> Any:
    """Create a deployment of one pod, and give the pod when kwok has started it."""
    labels = {"app": name}
    spec = {
        "replicas": 1,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": _make_pod_spec()},
    }
    client.AppsV1Api(admin).create_namespaced_deployment(
        namespace, {"metadata": {"name": name}, "spec": spec}
    )
    core = client.CoreV1Api(admin)

    def find_running() -> Any:
        pods = core.list_namespaced_pod(namespace, label_selector=f"app={name}").items
        return next((pod for pod in pods if pod.status.phase == "Running"), None)

    return wait_for(find_running)


def _crash(admin: client.ApiClient, pod: Any) -> None:
    """Write the status that a kubelet would write after the fourth time."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    crashed = {
        "name": "app",
        "image": "shop/checkout:1",
        "imageID": "",
        "ready": False,
        "restartCount": 4,
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 1m20s restarting app"}},
        "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": now}},
    }
    client.CoreV1Api(admin).patch_namespaced_pod_status(
        pod.metadata.name, pod.metadata.namespace, {"status": {"containerStatuses": [crashed]}}
    )


def _of(records: list[Record], kind: str, namespace: str) -> list[Record]:
    return [record for record in records if record["key"].startswith(f"{kind}/{namespace}/")]


def test_a_crash_is_in_the_topic_at_once_and_says_why(
    admin: client.ApiClient, namespace: str, topic: Topic, start: Callable[[], Any]
) -> None:
    start()
    pod = _create_deployment(admin, namespace, "checkout")
    wait_for(lambda: _of(topic(), "Pod", namespace))
    _crash(admin, pod)
    crashed_at = time.time()

    def find_crash() -> Record | None:
        records = _of(topic(), "Pod", namespace)
        return next((record for record in records if "CrashLoopBackOff" in str(record["value"])), None)

    crash = wait_for(find_crash)
    # By the watch: the next list is minutes away.
    assert crash["timestamp_ms"] / 1000 - crashed_at < 30
    (chunk,) = make_chunks(crash)
    assert f"of deployment checkout in namespace {namespace} was restarted 4 times" in chunk["text"]
    assert "container app was OOMKilled (exit code 137)" in chunk["text"]
    assert _of(topic(), "Deployment", namespace)
    assert _of(topic(), "Event", namespace)
    assert "hunter2" not in json.dumps(topic())


def test_kills_lose_nothing_and_what_is_unchanged_is_not_sent_again(
    admin: client.ApiClient,
    namespace: str,
    watching: Settings,
    topic: Topic,
    start: Callable[[], "subprocess.Popen[bytes]"],
) -> None:
    core = client.CoreV1Api(admin)
    dice = random.Random(1)  # noqa: S311 - moments to kill at, no secrets
    for round_ in range(5):
        process = start()
        for number in range(6):
            body = {"metadata": {"name": f"p-{round_}-{number}"}, "spec": _make_pod_spec()}
            core.create_namespaced_pod(namespace, body)
            if number == 0:
                seen = f"Pod/{namespace}/p-{round_}-0/"
                wait_for(lambda seen=seen: [r for r in topic() if r["key"].startswith(seen)])
            time.sleep(dice.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        process.wait()
        core.delete_namespaced_pod(f"p-{round_}-0", namespace, grace_period_seconds=0)
    collector.collect_kubernetes(watching, 3)

    sent: dict[str, Record] = {record["key"]: record for record in _of(topic(), "Pod", namespace)}
    gone = {key.split("/")[2] for key, record in sent.items() if record["headers"]["type"] == "DELETED"}
    assert gone == {f"p-{round_}-0" for round_ in range(5)}
    versions = {
        key.split("/")[2]: json.loads(str(record["value"]))["metadata"]["resourceVersion"]
        for key, record in sent.items()
    }
    pods = core.list_namespaced_pod(namespace).items
    assert len(pods) == 25
    assert {pod.metadata.name: pod.metadata.resource_version for pod in pods}.items() <= versions.items()

    before = len(_of(topic(), "Pod", namespace))
    collector.collect_kubernetes(watching, 1)
    assert len(_of(topic(), "Pod", namespace)) == before


def test_an_api_server_that_has_forgotten_says_so(watching: Settings) -> None:
    cluster = store.open_cluster(watching.kubernetes.kubeconfig)
    with pytest.raises(store.PositionGoneError):
        list(store.watch_objects(cluster, "pods", "1", 2))


def test_after_a_gap_only_the_difference_is_sent(
    admin: client.ApiClient,
    namespace: str,
    watching: Settings,
    topic: Topic,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ("crashed", "removed", "unchanged")
    crashed, removed, _ = (_create_deployment(admin, namespace, name) for name in names)
    collector.collect_kubernetes(watching, 2)
    before = topic()
    client.AppsV1Api(admin).delete_namespaced_deployment("removed", namespace)
    core = client.CoreV1Api(admin)
    wait_for(lambda: len(core.list_namespaced_pod(namespace).items) == 2)
    _crash(admin, crashed)

    forgotten = set()
    watch = store.watch_objects

    def forget_once(cluster: store.Cluster, resource: str, since: str, seconds: float) -> Any:
        if resource in forgotten:
            return watch(cluster, resource, since, seconds)
        forgotten.add(resource)
        raise store.PositionGoneError(resource)

    monkeypatch.setattr(store, "watch_objects", forget_once)
    collector.collect_kubernetes(watching, 2)

    after = [record for record in topic() if record not in before]
    pods = [
        (record["key"].split("/")[2], record["headers"]["type"]) for record in _of(after, "Pod", namespace)
    ]
    assert sorted(pods) == sorted([(crashed.metadata.name, "MODIFIED"), (removed.metadata.name, "DELETED")])
    ends = [record["headers"]["type"] for record in _of(after, "Deployment", namespace)]
    assert ends.count("DELETED") == 1


def test_the_collector_may_look_and_nothing_else(watching: Settings, namespace: str) -> None:
    core = client.CoreV1Api(store.open_cluster(watching.kubernetes.kubeconfig).api)
    for forbidden in (core.list_namespaced_secret, core.delete_collection_namespaced_pod):
        with pytest.raises(ApiException, match="Forbidden"):
            forbidden(namespace)
