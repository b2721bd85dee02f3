"""The DAG `actions` on a real Airflow and API server: what was approved is done once, nothing else ever."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import pytest
from kubernetes.client import ApiClient, AppsV1Api
from opensearchpy import OpenSearch

from local.airflow_api import open_airflow
from local.settings import load_settings as load_stack_settings
from processors.knowledge.actions.binding import Approval, sign_approval
from processors.knowledge.actions.request import name_run, sign_request
from processors.pipelines.actions.cluster.changes import MARK
from processors.settings import Settings
from processors.stores.actions.audit import list_entries
from tests.support.action_runs import DAG, GUEST, ONCALL, SECOND, ActionRun, begin, begin_as
from tests.support.waiting import wait_for

Restart = Callable[[], ActionRun]
# Dies after the change and before anything of it is written down.
DYING = """
import os, signal, sys
from processors.pipelines.actions import execute as module
from processors.pipelines.actions.asked import Run
from processors.knowledge.actions.results import Proposed
from processors.settings import load_settings
import json, datetime
told = json.load(sys.stdin)
record = module._record
def die(client, event, *rest, **named):
    if event == "executed":
        os.kill(os.getpid(), signal.SIGKILL)
    record(client, event, *rest, **named)
module._record = die
run = Run(told["run_id"], told["conf"], "", datetime.datetime.now(datetime.UTC))
module.execute(load_settings(), run, Proposed.model_validate(told["proposed"]))
"""


@pytest.fixture(scope="module")
def people(acting: Settings) -> Iterator[dict[str, httpx.Client]]:  # noqa: ARG001 - skips without a cluster
    """Each user of Airflow, logged in."""
    stack = load_stack_settings()
    clients = {name: open_airflow(stack, name) for name in ("admin", "operator", "approver", "runlore")}
    yield clients
    for each in clients.values():
        each.close()


@pytest.fixture
def deployment(admin: ApiClient, namespace: str, api: str) -> Callable[[], Any]:
    """Give the deployment as it is now."""
    apps = AppsV1Api(admin)
    return lambda: apps.read_namespaced_deployment(api, namespace)


@pytest.fixture
def restart(acting: Settings, people: dict[str, httpx.Client], namespace: str, api: str) -> Restart:
    """Let the one on call ask for a restart, up to the question."""

    def ask() -> ActionRun:
        told = {"namespace": namespace, "resource": "deployment", "name": api}
        run = begin(people["runlore"], acting, "kubernetes.rollout_restart", ONCALL, told)
        run.wait_for_question()
        return run

    return ask


def tell_events(search: OpenSearch, run: ActionRun) -> list[str]:
    return [entry.event for entry in list_entries(search, run.request.key)]


def test_what_only_reads_runs_at_once(
    acting: Settings, people: dict[str, httpx.Client], client: OpenSearch, namespace: str, api: str
) -> None:
    told = {"namespace": namespace, "resource": "pods"}
    run = begin(people["runlore"], acting, "kubernetes.get", ONCALL, told)
    done = wait_for(lambda: run.read("execute_task"))
    assert done["state"] == "executed"
    assert done["output"].count(f"{api}-") == 2
    assert run.wait_for_end() == "success"
    assert run.list_states()["approval_task"] == "skipped"
    assert tell_events(client, run) == ["proposed", "executed"]


def test_who_may_not_read_is_refused_before_anything_ran(
    acting: Settings, people: dict[str, httpx.Client], client: OpenSearch, namespace: str
) -> None:
    told = {"namespace": namespace, "resource": "pods"}
    run = begin(people["runlore"], acting, "kubernetes.get", GUEST, told)
    assert f"list pods in the namespace {namespace}" in run.wait_for_proposal().refused
    assert run.wait_for_end() == "success"
    assert run.list_states()["execute_task"] == "skipped"
    assert tell_events(client, run) == ["refused"]


def test_a_restart_is_approved_done_verified_and_taken_back(
    acting: Settings,
    people: dict[str, httpx.Client],
    client: OpenSearch,
    restart: Restart,
    deployment: Callable[[], Any],
) -> None:
    run = restart()
    question = run.wait_for_question()
    assert "kubectl rollout restart deployment/api" in question["subject"]
    assert "+        kubectl.kubernetes.io/restartedAt:" in question["body"]
    assert question["defaults"] == ["Reject"]
    assert MARK not in (deployment().metadata.annotations or {})
    assert run.answer(people["approver"]).is_success
    done = run.wait_for_done()
    assert (done.state, done.approver and done.approver.user) == ("executed", "airflow:approver")
    assert deployment().metadata.annotations[MARK] == run.request.key
    verified = run.read_verified()
    assert verified.verified
    assert tell_events(client, run) == ["proposed", "approved", "started", "executed", "verified"]
    assert verified.rollback
    parameters = dict(verified.rollback.parameters)
    back = begin(people["runlore"], acting, verified.rollback.action, ONCALL, parameters)
    back.wait_for_question()
    back.answer(people["approver"])
    assert back.wait_for_done().state == "executed"
    assert deployment().spec.template.metadata.annotations is None
    assert tell_events(client, run)[-1] == "rolled_back"
    assert back.request.key in list_entries(client, run.request.key)[-1].reason
    assert "rolled_back" not in tell_events(client, back)


@pytest.mark.parametrize(
    ("user", "reason"),
    [("admin", "another person has to approve"), ("operator", "may not approve")],
)
def test_neither_the_proposer_nor_a_guest_can_approve(
    people: dict[str, httpx.Client],
    client: OpenSearch,
    restart: Restart,
    deployment: Callable[[], Any],
    user: str,
    reason: str,
) -> None:
    run = restart()
    run.answer(people[user])
    done = run.wait_for_done()
    assert done.state == "refused"
    assert reason in done.reason
    assert MARK not in (deployment().metadata.annotations or {})
    assert tell_events(client, run) == ["proposed", "refused"]


def test_a_no_is_a_no(
    people: dict[str, httpx.Client], client: OpenSearch, restart: Restart, deployment: Callable[[], Any]
) -> None:
    run = restart()
    run.answer(people["approver"], "Reject")
    assert run.wait_for_done().state == "rejected"
    assert MARK not in (deployment().metadata.annotations or {})
    assert tell_events(client, run) == ["proposed", "rejected"]


def test_silence_is_a_no_and_a_late_yes_is_none(
    acting: Settings, people: dict[str, httpx.Client], restart: Restart, deployment: Callable[[], Any]
) -> None:
    if acting.actions.expires_seconds > 180:
        pytest.skip("RUNLORE_ACTIONS_EXPIRES_SECONDS=120 lets a test wait for it")
    run = restart()
    assert run.wait_for_done().state == "expired"
    run.clear("approval_task", "execute_task", "verify_task", "record_task")
    run.wait_for_question()
    run.answer(people["approver"])
    assert run.wait_for_done().state == "expired"
    assert MARK not in (deployment().metadata.annotations or {})


def test_a_target_that_changed_since_is_left_alone(
    people: dict[str, httpx.Client],
    admin: ApiClient,
    restart: Restart,
    deployment: Callable[[], Any],
) -> None:
    run, found = restart(), deployment()
    apps, place = AppsV1Api(admin), (found.metadata.name, found.metadata.namespace)
    apps.patch_namespaced_deployment(*place, {"spec": {"replicas": 3}})
    run.answer(people["approver"])
    done = run.wait_for_done()
    assert done.state == "refused"
    assert "the target" in done.reason
    assert MARK not in (deployment().metadata.annotations or {})


def test_what_a_task_returned_can_not_be_changed_into_something_else(
    people: dict[str, httpx.Client], restart: Restart, deployment: Callable[[], Any]
) -> None:
    run = restart()
    told = run.read("propose_task")
    told["proposal"]["expires_at"] = "2099-01-01T00:00:00Z"
    path = f"{run.path}/taskInstances/propose_task/xcomEntries/return_value"
    people["admin"].patch(path, json={"value": told}).raise_for_status()
    assert run.read("propose_task") == told
    run.answer(people["approver"])
    assert run.wait_for_done().state == "refused"
    assert MARK not in (deployment().metadata.annotations or {})


def test_a_request_is_good_for_one_run_as_it_was_signed(
    acting: Settings, people: dict[str, httpx.Client], restart: Restart
) -> None:
    run = restart()
    signature = sign_request(run.request, acting.actions.read_secret())
    replayed = begin_as(people["runlore"], run.request, signature, f"manual-{time.time_ns()}")
    assert "run before" in replayed.wait_for_proposal().refused
    told = {**run.request.parameters, "name": "other"}
    other = run.request.model_copy(update={"key": "0" * 31 + "1", "parameters": told})
    forged = begin_as(people["runlore"], other, signature, name_run(other.key))
    assert "signature" in forged.wait_for_proposal().refused
    run.answer(people["approver"], "Reject")


def test_a_yes_by_link_counts_if_the_service_signed_it(
    acting: Settings, people: dict[str, httpx.Client], restart: Restart, deployment: Callable[[], Any]
) -> None:
    for secret, state in (("x" * 40, "refused"), (acting.actions.read_secret(), "executed")):
        run = restart()
        proposal = run.wait_for_proposal().proposal
        assert proposal
        approval = Approval(by=SECOND, at=datetime.now(UTC), through="link", hash=proposal.hash)
        signature = sign_approval(approval, run.request.key, secret)
        given = {"approval": approval.model_dump(mode="json"), "signature": signature}
        run.answer(people["runlore"], given=given)
        assert run.wait_for_done().state == state
        is_marked = (deployment().metadata.annotations or {}).get(MARK) == run.request.key
        assert is_marked == (state == "executed")


def test_two_who_say_yes_at_once_make_one_change(
    people: dict[str, httpx.Client], client: OpenSearch, restart: Restart, deployment: Callable[[], Any]
) -> None:
    run, before = restart(), deployment().metadata.generation
    with ThreadPoolExecutor() as pool:
        codes = [each.status_code for each in pool.map(lambda _: run.answer(people["approver"]), range(2))]
    # Airflow takes both if they come in the same moment, and keeps one.
    assert set(codes) <= {200, 409}
    assert 200 in codes
    assert run.wait_for_done().state == "executed"
    assert deployment().metadata.generation == before + 1
    events = tell_events(client, run)
    assert (events.count("started"), events.count("verified")) == (1, 1)


def test_a_run_that_is_cleared_does_nothing_twice(
    people: dict[str, httpx.Client], client: OpenSearch, restart: Restart, deployment: Callable[[], Any]
) -> None:
    run = restart()
    run.answer(people["approver"])
    assert run.wait_for_done().state == "executed"
    after = deployment().metadata.generation
    run.clear("execute_task", "verify_task", "record_task")
    assert run.wait_for_done().state == "executed"
    run.clear("propose_task", "approval_task", "execute_task", "verify_task", "record_task")
    run.wait_for_question()
    run.answer(people["approver"])
    assert run.wait_for_done().state == "executed"
    assert deployment().metadata.generation == after
    events = tell_events(client, run)
    assert (events.count("started"), events.count("verified")) == (1, 1)


def test_who_dies_between_the_change_and_its_record_makes_it_once(
    people: dict[str, httpx.Client], client: OpenSearch, restart: Restart, deployment: Callable[[], Any]
) -> None:
    run, before = restart(), deployment().metadata.generation
    conf = people["admin"].get(run.path).json()["conf"]
    # While the DAG is paused, no task of Airflow's is quicker than the one that dies.
    people["admin"].patch(f"/dags/{DAG}", json={"is_paused": True}).raise_for_status()
    try:
        run.answer(people["approver"])
        told = json.dumps({"run_id": run.run_id, "conf": conf, "proposed": run.read("propose_task")})
        died = subprocess.run([sys.executable, "-c", DYING], input=told, text=True, env={**os.environ})
    finally:
        people["admin"].patch(f"/dags/{DAG}", json={"is_paused": False}).raise_for_status()
    assert died.returncode == -signal.SIGKILL
    assert deployment().metadata.annotations[MARK] == run.request.key
    assert tell_events(client, run) == ["proposed", "approved", "started"]
    assert run.wait_for_done().state == "executed"
    assert deployment().metadata.generation == before + 1
    assert tell_events(client, run) == ["proposed", "approved", "started", "executed", "verified"]


def test_arguments_are_no_commands(
    acting: Settings, people: dict[str, httpx.Client], restart: Restart
) -> None:
    run = restart()
    secret = acting.actions.read_secret()
    for number, name in enumerate(("api; rm -rf /", "--kubeconfig=/etc/kube", "@/etc/passwd", "$(id)")):
        told = {**run.request.parameters, "name": name}
        asked = run.request.model_copy(update={"key": f"{time.time_ns():031x}{number}", "parameters": told})
        injected = begin_as(people["runlore"], asked, sign_request(asked, secret), name_run(asked.key))
        assert "`name`" in injected.wait_for_proposal().refused
        assert injected.wait_for_end() == "success"
        assert injected.list_states()["execute_task"] == "skipped"
    run.answer(people["approver"], "Reject")


def test_who_triggers_by_hand_is_who_asks(people: dict[str, httpx.Client], namespace: str) -> None:
    asked = {"action": "kubernetes.get", "parameters": {"resource": "pods", "namespace": namespace}}
    for user, is_refused in (("admin", False), ("operator", True)):
        conf = {"request": {**asked, "proposer": {"user": "key:oncall", "groups": ["sre"]}}, "signature": ""}
        body = {"logical_date": None, "conf": conf}
        run_id = people[user].post(f"/dags/{DAG}/dagRuns", json=body).raise_for_status().json()["dag_run_id"]
        path = f"/dags/{DAG}/dagRuns/{run_id}/taskInstances/propose_task/xcomEntries/return_value"
        told = wait_for(partial(read_xcom, people["admin"], path))
        assert bool(told["refused"]) == is_refused


def read_xcom(airflow: httpx.Client, path: str) -> Any:
    answer = airflow.get(path)
    return answer.json()["value"] if answer.is_success else None
