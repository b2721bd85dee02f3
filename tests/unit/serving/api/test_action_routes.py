from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from processors.knowledge.actions.results import Done, Undo, Verified
from processors.settings import Settings
from tests.support.acting import show_key, switch_on
from tests.support.fake_airflow import FakeAirflow, finish

Client = AsyncTestClient[Litestar]
KEY = "ab" * 16
RESTART = {
    "action": "kubernetes.rollout_restart",
    "parameters": {"resource": "deployment", "name": "api", "namespace": "checkout"},
}


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return switch_on(settings, tmp_path)


@pytest.fixture
def airflow(world: Any) -> FakeAirflow:
    fake: FakeAirflow = world.airflow
    return fake


async def test_what_only_reads_is_done_when_its_end_is_waited_for(
    client: Client, airflow: FakeAirflow
) -> None:
    airflow.play = lambda run: finish(run, "api-1  1/1")
    body = {"command": "kubectl get pods -n checkout", "wait_seconds": 10}
    response = await client.post("/v1/actions", json=body, headers=show_key("ops"))
    assert response.status_code == 202
    told = response.json()
    assert (told["state"], told["is_over"], told["output"]) == ("executed", True, "api-1  1/1")
    assert told["proposal"]["command"][:2] == ["kubectl", "get"]
    assert told["run_id"] == f"action-{told['key']}"
    assert told["url"] == f"http://airflow.test/dags/actions/runs/{told['run_id']}"


async def test_what_changes_something_waits_and_ends_with_who_approved_it(
    client: Client, airflow: FakeAirflow
) -> None:
    told = (await client.post("/v1/actions", json=RESTART, headers=show_key("ops"))).json()
    assert (told["state"], told["changing"], told["is_over"]) == ("waiting", True, False)
    assert told["proposal"]["approve_url"].startswith(f"http://runlore.test/actions/{told['key']}?token=")
    run = airflow.runs[told["run_id"]]
    run.states["approval_task"] = "success"
    approver = run.proposal.request.proposer.model_copy(update={"user": "airflow:bob"})
    run.end("execute_task", Done(state="executed", output="restarted", approver=approver))
    undo = Undo(action="kubernetes.rollout_undo", parameters=RESTART["parameters"])  # type: ignore[arg-type]
    run.end("verify_task", Verified(verified=True, told="All new.", rollback=undo))
    told = (await client.get(f"/v1/actions/{told['key']}", headers=show_key("ops"))).json()
    assert (told["state"], told["approver"], told["verified"]) == ("executed", "airflow:bob", True)
    assert told["rollback"]["action"] == "kubernetes.rollout_undo"
    assert "approve_url" not in told["proposal"]


async def test_the_run_of_an_action_is_named_by_the_request_behind_it(
    client: Client, airflow: FakeAirflow
) -> None:
    headers = {**show_key("ops"), "X-Correlation-Id": "asked-1"}
    told = (await client.post("/v1/actions", json=RESTART, headers=headers)).json()
    assert airflow.runs[told["run_id"]].conf["correlation_id"] == "asked-1"


async def test_a_key_sent_again_is_the_same_action(client: Client, airflow: FakeAirflow) -> None:
    for _ in range(2):
        response = await client.post("/v1/actions", json={**RESTART, "key": KEY}, headers=show_key("ops"))
        assert (response.status_code, response.json()["key"]) == (202, KEY)
    assert len(airflow.runs) == 1


@pytest.mark.parametrize(
    ("changed", "who"),
    [({"parameters": {**RESTART["parameters"], "name": "web"}}, "ops"), ({}, "lead")],  # type: ignore[dict-item]
)
async def test_a_key_is_not_taken_for_another_action_or_by_another_person(
    client: Client, airflow: FakeAirflow, changed: dict[str, Any], who: str
) -> None:
    await client.post("/v1/actions", json={**RESTART, "key": KEY}, headers=show_key("ops"))
    body = {**RESTART, "key": KEY, **changed}
    response = await client.post("/v1/actions", json=body, headers=show_key(who))
    assert (response.status_code, response.json()["error"]["code"]) == (409, "action_taken")
    assert airflow.runs[f"action-{KEY}"].proposal.request.parameters["name"] == "api"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"action": "kubernetes.exec", "parameters": {}}, 400, "action_refused"),
        ({"action": "kubernetes.get", "parameters": {"resource": "pod; id"}}, 400, "action_refused"),
        (
            {"action": "kubernetes.get", "parameters": {"resource": "pod", "kubeconfig": "x"}},
            400,
            "action_refused",
        ),
        ({"command": "kubectl get pods --kubeconfig=/x"}, 400, "action_refused"),
        ({"command": "how do I get pods?"}, 400, "action_refused"),
        ({}, 400, None),
        ({"action": "kubernetes.get", "command": "kubectl get pods"}, 400, None),
        ({**RESTART, "key": "not hex"}, 400, None),
        ({**RESTART, "proposer": {"user": "key:lead"}}, 400, None),
    ],
)
async def test_what_is_no_good_request_begins_nothing(
    client: Client,
    airflow: FakeAirflow,
    body: dict[str, Any],
    status: int,
    code: str | None,
) -> None:
    response = await client.post("/v1/actions", json=body, headers=show_key("ops"))
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert not airflow.runs


async def test_who_may_not_propose_is_refused(client: Client, airflow: FakeAirflow) -> None:
    response = await client.post("/v1/actions", json=RESTART, headers=show_key("dev"))
    assert (response.status_code, response.json()["error"]["code"]) == (403, "action_not_allowed")
    assert not airflow.runs


async def test_only_who_asked_and_who_may_approve_see_it(client: Client) -> None:
    key = (await client.post("/v1/actions", json=RESTART, headers=show_key("ops"))).json()["key"]
    seen = {who: await client.get(f"/v1/actions/{key}", headers=show_key(who)) for who in ("lead", "dev")}
    assert seen["lead"].status_code == 200
    assert (seen["dev"].status_code, seen["dev"].json()["error"]["code"]) == (404, "action_not_found")
    other = await client.get(f"/v1/actions/{KEY}", headers=show_key("ops"))
    assert other.json()["error"]["code"] == "action_not_found"


async def test_a_run_that_the_service_did_not_sign_is_none_of_its_actions(
    client: Client, airflow: FakeAirflow
) -> None:
    told = (await client.post("/v1/actions", json=RESTART, headers=show_key("ops"))).json()
    airflow.runs[told["run_id"]].conf["request"]["proposer"]["user"] = "key:lead"
    response = await client.get(f"/v1/actions/{told['key']}", headers=show_key("lead"))
    assert response.status_code == 404


async def test_everybody_sees_the_actions_that_they_may_propose(client: Client) -> None:
    told = {
        who: (await client.get("/v1/actions", headers=show_key(who))).json()["actions"]
        for who in ("ops", "dev")
    }
    names = {who: {one["action"] for one in actions} for who, actions in told.items()}
    assert {"kubernetes.get", "kubernetes.rollout_restart"} <= names["ops"]
    assert "kubernetes.get" in names["dev"]
    assert "kubernetes.rollout_restart" not in names["dev"]
    get = next(one for one in told["ops"] if one["action"] == "kubernetes.get")
    assert {"name": "resource", "required": True} in [
        {"name": one["name"], "required": one["required"]} for one in get["parameters"]
    ]
