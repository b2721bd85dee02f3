"""What somebody on call types, done on a real node: the kubelet has the lines, metrics-server the figures.

`make test-node` runs this. All but Airflow's own part of an action is as in service: a message is read, the
request signed, proposed, executed with the person's rights, and recorded.
"""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from local.containers.build import name_image
from local.node.access import apply_objects, get_objects, run_kubectl
from local.node.place import NAME, Node
from processors.knowledge.actions.commands import read_command
from processors.knowledge.actions.request import Person, make_request, name_run, sign_request
from processors.knowledge.actions.results import Done
from processors.pipelines.actions.asked import Run
from processors.pipelines.actions.execute import execute
from processors.pipelines.actions.propose import propose
from processors.retrieval.language import find_language
from processors.settings import Settings
from processors.stores.actions.audit import find_entry
from processors.stores.search import open_search
from tests.support.action_runs import GUEST, ONCALL
from tests.support.waiting import wait_for

SECRET = "AKIAIOSFODNN7REALKEY"
# Its first run ends at once, the second one writes lines, holds 80 MiB and keeps a part of a processor busy.
WRITE = f"""\
import pathlib, sys, time
mark = pathlib.Path("/marks/began")
if not mark.exists():
    mark.touch()
    print("the first run ends", flush=True)
    sys.exit(1)
held = bytearray(b"x" * (80 << 20))
for number in range(1, 41):
    print(f"order {{number}} taken", flush=True)
print("uploads with aws_access_key_id={SECRET}", flush=True)
while True:
    until = time.monotonic() + 0.06
    while time.monotonic() < until:
        pass
    time.sleep(0.14)
"""
METRICS = ("apiservice", "v1beta1.metrics.k8s.io")


class Told(NamedTuple):
    """What became of a message: the answer's text, and how the action ended."""

    state: str
    text: str
    key: str


Say = Callable[..., Told]
"""Does what a message asks for."""


@pytest.fixture
def say(acting: Settings) -> Say:
    """Do what a message asks for, as the tasks of the DAG do it."""

    def do(text: str, person: Person = ONCALL) -> Told:
        command = read_command(text)
        assert command, f"{text} is no command"
        now, secret = datetime.now(UTC), acting.actions.read_secret()
        request = make_request(
            command.action, command.parameters, person, source="chat", language=find_language(text), now=now
        )
        conf = {"request": request.model_dump(mode="json"), "signature": sign_request(request, secret)}
        run = Run(name_run(request.key), conf, "runlore", now)
        proposed = propose(acting, run)
        if proposed.refused:
            return Told("refused", proposed.refused, request.key)
        done: Done = execute(acting, run, proposed)
        return Told(done.state, done.output or done.reason, request.key)

    return do


@pytest.fixture(scope="module")
def shop(node: Node) -> Iterator[str]:
    """A namespace with a pod that has begun twice, a workload of it, and a pod whose image isn't there."""
    name = f"shop-{time.time_ns()}"
    run_kubectl(node, "create", "namespace", name)
    wait_for(lambda: get_objects(node, "-n", name, "serviceaccounts")["items"])
    labels = {"app": "writer"}
    apply_objects(
        node,
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "absent", "namespace": name},
         "spec": make_spec("runlore/nowhere:1")},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "writer", "namespace": name},
         "spec": {"selector": {"matchLabels": labels},
                  "template": {"metadata": {"labels": labels}, "spec": make_spec(name_image("service"))}}},
    )  # fmt: skip
    wait_for(lambda: count_starts(node, name, "app=writer") == 2)
    wait_for(lambda: "order 40" in run_kubectl(node, "-n", name, "logs", "deployment/writer"))
    yield name
    run_kubectl(node, "delete", "namespace", name, "--wait=false")


def make_spec(image: str) -> dict[str, Any]:
    container = {
        "name": "app",
        "image": image,
        "imagePullPolicy": "Never",
        "command": ["python", "-c", WRITE],
        "volumeMounts": [{"name": "marks", "mountPath": "/marks"}],
    }
    return {"containers": [container], "volumes": [{"name": "marks", "emptyDir": {}}]}


def list_pods(node: Node, namespace: str, labels: str) -> list[dict[str, Any]]:
    pods: list[dict[str, Any]] = get_objects(node, "-n", namespace, "pods", "-l", labels)["items"]
    return pods


def count_starts(node: Node, namespace: str, labels: str) -> int:
    """How often the only container of the first pod has begun, 0 while it doesn't run."""
    for pod in list_pods(node, namespace, labels):
        for status in pod["status"].get("containerStatuses", ()):
            return int(status["restartCount"]) + 1 if "running" in status["state"] else 0
    return 0


@pytest.fixture
def writer(node: Node, shop: str) -> str:
    return str(list_pods(node, shop, "app=writer")[0]["metadata"]["name"])


def test_without_metrics_server_the_answer_says_what_is_missing(say: Say, node: Node) -> None:
    """Before all others, which wait until it is back."""
    try:
        run_kubectl(node, "-n", "kube-system", "delete", "deployment", "metrics-server")
        text = "kubectl top nodes"
        wait_for(lambda: "metrics API doesn't answer" in say(text).text, 30)
        run_kubectl(node, "delete", *METRICS)
        wait_for(lambda: "no metrics API, which metrics-server brings" in say(text).text, 30)
    finally:
        run_kubectl(node, "apply", "-f", str(node.folder / "metrics-server.yaml"))


def test_the_last_lines_are_those_of_the_pod_and_no_secret_is_among_them(
    say: Say, shop: str, writer: str, acting: Settings
) -> None:
    told = say(f"kubectl logs {writer} -n {shop} --tail=3")
    assert told.state == "executed"
    first, second, third = told.text.splitlines()
    assert [first, second] == ["order 39 taken", "order 40 taken"]
    assert third.startswith("uploads with aws_access_key_id=")
    assert SECRET not in third
    events = open_search(acting.opensearch), told.key
    assert find_entry(*events, "proposed")
    assert find_entry(*events, "executed")


@pytest.mark.parametrize(
    "text",
    ["kubectl logs deploy/writer -n {} --tail 1", "покажи последние 1 строк логов деплоймента writer в {}"],
)
def test_the_log_of_a_workload_is_that_of_its_pod(say: Say, shop: str, text: str) -> None:
    assert say(text.format(shop)).text.startswith("uploads with")


def test_what_a_container_said_before_it_ended_is_there(say: Say, shop: str, writer: str) -> None:
    told = say(f"kubectl logs -n {shop} {writer} app --previous")
    assert told.text.splitlines() == ["the first run ends"]


def test_what_has_no_log_says_why(say: Say, node: Node, shop: str) -> None:
    absent = say(f"kubectl logs absent -n {shop}")
    assert absent.state == "refused"
    assert "is waiting to start: ErrImageNeverPull" in absent.text
    dns = list_pods(node, "kube-system", "k8s-app=kube-dns")[0]["metadata"]["name"]
    before = say(f"kubectl logs {dns} -n kube-system --previous")
    assert 'previous terminated container "coredns"' in before.text
    assert 'pods "api" isn\'t there' in say(f"kubectl logs api -n {shop}").text


def test_who_may_not_read_a_log_is_told_which_right_is_missing(say: Say, shop: str, writer: str) -> None:
    log = say(f"kubectl logs {writer} -n {shop}", GUEST)
    assert (log.state, "order" in log.text) == ("refused", False)
    assert f"get pods/log in the namespace {shop}" in log.text
    use = say(f"kubectl top pods -n {shop}", GUEST)
    assert f"list pods.metrics.k8s.io in the namespace {shop}" in use.text


def test_what_pods_and_the_node_use_is_what_the_kubelet_measures(
    say: Say, node: Node, shop: str, writer: str
) -> None:
    wait_for(lambda: say(f"kubectl top pod {writer} -n {shop}").state == "executed")
    head, line = say(f"kubectl top pods -n {shop}").text.splitlines()
    assert head.split() == ["POD", "CONTAINER", "CPU", "MEMORY"]
    pod, container, cpu, memory = line.split()
    assert (pod, container) == (writer, "app")
    assert int(cpu.removesuffix("m")) >= 20
    measured = measure_memory(node, writer) / (1 << 20)
    assert measured >= 80
    assert int(memory.removesuffix("Mi")) == pytest.approx(measured, abs=2)
    everywhere = say("kubectl top pods -A --sort-by=memory").text.splitlines()
    figures = [int(row.split()[-1].removesuffix("Mi")) for row in everywhere[1:]]
    assert everywhere[0].split()[0] == "NAMESPACE"
    assert figures == sorted(figures, reverse=True)
    assert {"kube-system", shop} <= {row.split()[0] for row in everywhere[1:]}
    nodes = say("покажи расход ресурсов узлов").text.splitlines()
    assert re.fullmatch(rf"{NAME} +\d+m +\d+Mi", nodes[1])


def measure_memory(node: Node, pod: str) -> int:
    """What the kubelet itself tells of a pod's container, asked without metrics-server."""
    told = run_kubectl(node, "get", "--raw", f"/api/v1/nodes/{NAME}/proxy/metrics/resource")
    found = re.search(rf'container_memory_working_set_bytes{{.*pod="{pod}"}} (\S+)', told)
    assert found, told
    return int(float(found[1]))


def test_a_pod_without_a_figure_is_named(say: Say, shop: str) -> None:
    told = say(f"kubectl top pod absent -n {shop}")
    assert told.text.startswith(f"A figure of pod absent in the namespace {shop} (the first one comes")
