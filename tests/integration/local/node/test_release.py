"""The life of a release whose pods run, asked all the while. `make test-node` runs this."""

import time

import pytest

from local.errors import StackError
from local.node.network import run_tool
from local.node.release import RELEASE, ask_release, release, run_helm
from tests.support.asking import Seen
from tests.support.on_node import CLIENTS, Installed, list_objects
from tests.support.waiting import wait_for

REPLICAS = 2
# Before something is changed and after it, in seconds: so that it happens in the middle.
AROUND_S = 4


# An answer that Redis was too slow for is an answer.
ANSWERED = {"whole", "without cache"}


def count_lost(seen: Seen) -> int:
    return sum(count for end, count in seen.ends.items() if end not in ANSWERED)


def tell(what: str, seen: Seen, began: float) -> None:
    total = sum(seen.ends.values())
    seconds = time.monotonic() - began
    print(  # noqa: T201 -- the figures
        f"{what}: {total} questions in {seconds:.0f} s, {count_lost(seen)} without an answer "
        f"({dict(seen.ends)}), the slowest after {seen.slowest:.1f} s"
    )


def require_answers(seen: Seen) -> None:
    assert not seen.wrong, seen.wrong[:5]
    assert not count_lost(seen), seen.ends
    assert seen.ends["whole"] > CLIENTS * 5, "too few questions to tell anything"


def test_the_charts_own_test_gets_a_cited_answer(installed: Installed) -> None:
    said = ask_release(installed.node, installed.namespace)
    assert "Phase:          Succeeded" in said
    assert "[1] " in said.partition("POD LOGS")[2]


def test_another_setting_and_the_way_back_fail_no_request(installed: Installed) -> None:
    first, began = installed.name_ready(), time.monotonic()
    assert len(first) == REPLICAS
    with installed.asked() as seen:
        time.sleep(AROUND_S)
        setting = ("--set-string", "service.settings.RUNLORE_LOG_LEVEL=WARNING")
        release(installed.node, installed.namespace, *setting)
        second = installed.name_ready()
        assert len(second) == REPLICAS
        assert not second & first
        run_helm(installed.node, installed.namespace, "rollback", RELEASE, "1", "--wait")
        assert not installed.name_ready() & second
        time.sleep(AROUND_S)
    tell("an upgrade and its roll-back", seen, began)
    require_answers(seen)


@pytest.mark.parametrize(
    "wrong", ["image.tag=not-there", "stores.opensearchUrl=http://nowhere.stores.svc:9200"]
)
def test_a_bad_version_is_taken_back_while_the_old_one_serves(installed: Installed, wrong: str) -> None:
    pods, began = installed.name_ready(), time.monotonic()
    with installed.asked() as seen:
        with pytest.raises(StackError, match="atomic"):
            release(installed.node, installed.namespace, "--set", wrong, "--atomic", "--timeout", "40s")
        time.sleep(AROUND_S)
    tell(wrong, seen, began)
    require_answers(seen)
    assert installed.name_ready() == pods
    wait_for(lambda: installed.name_pods() == pods)


def test_a_pod_that_is_deleted_is_replaced_and_no_request_fails(installed: Installed) -> None:
    gone, began = sorted(installed.name_ready())[0], time.monotonic()
    with installed.asked() as seen:
        time.sleep(AROUND_S)
        run_tool(*kubectl(installed), "delete", "pod", gone)
        wait_for(lambda: len(installed.name_ready() - {gone}) == REPLICAS)
        time.sleep(AROUND_S)
    tell("a pod deleted", seen, began)
    require_answers(seen)


def test_a_pod_whose_process_is_killed_comes_back_and_the_other_answers(installed: Installed) -> None:
    pod = installed.list_pods()[0]
    (status,) = pod["status"]["containerStatuses"]
    container, name = status["containerID"].removeprefix("containerd://"), pod["metadata"]["name"]
    began = time.monotonic()
    with installed.asked() as seen:
        time.sleep(AROUND_S)
        socket = str(installed.node.containerd)
        run_tool("ctr", "--address", socket, "-n", "k8s.io", "tasks", "kill", "-s", "SIGKILL", container)
        wait_for(lambda: count_restarts(installed, name) == status["restartCount"] + 1)
        wait_for(lambda: len(installed.name_ready()) == REPLICAS)
        time.sleep(AROUND_S)
    tell("a process killed", seen, began)
    # What the killed process was about to answer is lost, and what came before the node knew.
    assert count_lost(seen) <= CLIENTS * 3, seen.wrong[:5]
    assert seen.ends["whole"] > CLIENTS * 5
    with installed.asked() as after:
        time.sleep(AROUND_S)
    assert not after.wrong
    assert not count_lost(after), after.ends


def test_an_uninstall_leaves_nothing_but_the_pod_of_the_test(installed: Installed) -> None:
    assert list_objects(installed.node, installed.namespace) > installed.before
    run_helm(installed.node, installed.namespace, "uninstall", RELEASE, "--wait")
    # Helm removes no hooks, and with a pod that is removed by itself it couldn't show what the test said.
    run_tool(*kubectl(installed), "delete", "pod", f"{RELEASE}-test", "--ignore-not-found")
    wait_for(lambda: list_objects(installed.node, installed.namespace) == installed.before, 60)
    chosen = ("-l", f"app.kubernetes.io/instance={RELEASE}", "-o", "name")
    kinds = "clusterroles,clusterrolebindings,persistentvolumes"
    assert not run_tool(*kubectl(installed), "get", kinds, *chosen)


def kubectl(installed: Installed) -> tuple[str, ...]:
    node = installed.node
    program = str(node.envs / "kube/bin/kubectl")
    return (program, "--kubeconfig", str(node.kubeconfig), "-n", installed.namespace)


def count_restarts(installed: Installed, name: str) -> int:
    pods = {pod["metadata"]["name"]: pod for pod in installed.list_pods()}
    return int(pods[name]["status"]["containerStatuses"][0]["restartCount"])
