import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from processors.settings import Settings, change_settings
from serving.clients.airflow import (
    AirflowClient,
    ApprovalAnswer,
    answer_approval,
    begin_run,
    list_task_states,
    open_airflow,
    read_approval,
    read_result,
    read_run,
)
from serving.clients.breaker import State
from serving.clients.parts import make_guards
from serving.faults import ActionsDownError
from tests.support.fake_airflow import FakeAirflow, Run


@pytest.fixture
def fake() -> FakeAirflow:
    return FakeAirflow(play=lambda _: None)


@pytest.fixture
async def airflow(fake: FakeAirflow) -> AsyncIterator[AirflowClient]:
    client = fake.open()
    yield client
    await client.http.aclose()


async def test_it_logs_in_once_and_again_when_its_token_is_not_taken_any_more(
    fake: FakeAirflow, airflow: AirflowClient
) -> None:
    assert await begin_run(airflow, "action-1", {"request": {}})
    assert await read_run(airflow, "action-1")
    assert fake.logins == 1
    fake.token = "of another secret"
    assert await read_run(airflow, "action-1")
    assert fake.logins == 2


async def test_a_run_of_an_id_is_begun_once(fake: FakeAirflow, airflow: AirflowClient) -> None:
    assert await begin_run(airflow, "action-1", {"request": "first"})
    assert not await begin_run(airflow, "action-1", {"request": "second"})
    assert fake.runs["action-1"].conf == {"request": "first"}


async def test_what_is_not_there_yet_is_nothing(fake: FakeAirflow, airflow: AirflowClient) -> None:
    assert await read_run(airflow, "action-1") is None
    fake.runs["action-1"] = Run({})
    assert await read_result(airflow, "action-1", "propose_task") is None
    assert await read_approval(airflow, "action-1") is None
    assert (await list_task_states(airflow, "action-1"))["propose_task"] == ""


async def test_an_approval_is_answered_once(fake: FakeAirflow, airflow: AirflowClient) -> None:
    fake.runs["action-1"] = Run({}, states={"approval_task": "awaiting_input"})
    given = ApprovalAnswer("Approve", {"signature": "s"})
    assert await answer_approval(airflow, "action-1", given)
    assert not await answer_approval(airflow, "action-1", ApprovalAnswer("Reject", {}))
    assert fake.runs["action-1"].answer == {
        "chosen_options": ["Approve"],
        "params_input": {"signature": "s"},
    }


async def test_a_moment_of_trouble_is_tried_again(fake: FakeAirflow, airflow: AirflowClient) -> None:
    fake.failures = [503]
    assert await begin_run(airflow, "action-1", {})
    assert len(fake.asked) == 2


@pytest.mark.parametrize("status", [403, 404, 500, 503])
async def test_one_that_refuses_or_fails_is_told_as_down(
    fake: FakeAirflow, airflow: AirflowClient, status: int
) -> None:
    fake.failures = [status, status]
    with pytest.raises(ActionsDownError):
        await begin_run(airflow, "action-1", {})


async def test_one_that_answers_what_is_no_json_is_told_as_down(
    fake: FakeAirflow, airflow: AirflowClient
) -> None:
    fake.failures = [200]
    with pytest.raises(ActionsDownError):
        await list_task_states(airflow, "action-1")


async def test_one_that_is_away_is_left_alone() -> None:
    guard = make_guards(failures=2, rest=60).airflow

    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    http = httpx.AsyncClient(base_url="http://airflow/api/v2", transport=httpx.MockTransport(refuse))
    for _ in range(3):
        with pytest.raises(ActionsDownError, match="Airflow"):
            await read_run(AirflowClient(http, guard), "action-1")
    assert guard.breaker.state is State.OPEN


def test_a_user_without_a_password_is_named(settings: Settings, tmp_path: Path) -> None:
    passwords = tmp_path / "users.json"
    passwords.write_text(json.dumps({"viewer": "x"}))
    here = change_settings(
        settings,
        airflow={"url": "http://airflow", "passwords_file": passwords},
        actions={"secret_file": passwords, "airflow_user": "runlore-actions"},
    )
    with pytest.raises(ValueError, match="runlore-actions"):
        open_airflow(here, make_guards().airflow)


def test_without_a_secret_there_is_none(settings: Settings) -> None:
    assert open_airflow(settings, make_guards().airflow) is None
