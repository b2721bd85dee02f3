import pytest

from processors.knowledge.actions.request import name_run
from processors.knowledge.actions.results import Done, Verified
from serving.actions.status import follow_status, read_status
from serving.faults import ActionsDownError
from tests.support.actions import make_restart
from tests.support.fake_airflow import FakeAirflow, Run, finish, propose

KEY = "ab" * 16


@pytest.fixture
def run() -> Run:
    request = make_restart().model_copy(update={"key": KEY})
    return Run({"request": request.model_dump(mode="json")})


@pytest.fixture
def fake(run: Run) -> FakeAirflow:
    return FakeAirflow(runs={name_run(KEY): run})


async def test_it_is_followed_until_it_waits_for_a_person(fake: FakeAirflow, run: Run) -> None:
    run.states["propose_task"] = "running"
    fake.before_states = [lambda: None, lambda: propose(run)]
    told = [status async for status in follow_status(fake.open(), KEY, 5)]
    assert [status.state for status in told] == ["waiting"]
    assert told[-1].proposed is not None
    assert not told[-1].is_over


async def test_nobody_is_asked_to_approve_before_they_can(fake: FakeAirflow, run: Run) -> None:
    propose(run)
    run.states["approval_task"] = "running"
    assert (await read_status(fake.open(), KEY)).state == "queued"
    run.states["approval_task"] = "awaiting_input"
    assert (await read_status(fake.open(), KEY)).state == "waiting"
    run.answer, run.states["approval_task"] = {"chosen_options": ["Approve"]}, "scheduled"
    assert (await read_status(fake.open(), KEY)).state == "running"


async def test_each_result_is_read_once(fake: FakeAirflow, run: Run) -> None:
    propose(run)
    airflow = fake.open()
    known = await read_status(airflow, KEY)
    fake.asked.clear()
    assert await read_status(airflow, KEY, known) == known
    assert [path.rpartition("/")[2] for _, path in fake.asked] == ["taskInstances"]


async def test_what_was_approved_runs_and_ends(fake: FakeAirflow, run: Run) -> None:
    propose(run)
    run.states["approval_task"] = "success"
    airflow = fake.open()
    assert (await read_status(airflow, KEY)).state == "running"
    run.end("execute_task", Done(state="executed", output="restarted"))
    told = await read_status(airflow, KEY)
    assert (told.state, told.is_over) == ("executed", False)
    run.end("verify_task", Verified(verified=True, told="Rolled out."))
    told = await read_status(airflow, KEY)
    assert (told.state, told.is_over) == ("executed", True)
    assert told.verified is not None


async def test_what_only_reads_never_waits(fake: FakeAirflow, run: Run) -> None:
    run.conf["request"] |= {"action": "kubernetes.get", "parameters": {"resource": "pod"}}
    finish(run, "api-1 Running")
    states = [status.state async for status in follow_status(fake.open(), KEY, 5)]
    assert states == ["executed"]


async def test_who_has_no_time_gets_what_is_known(fake: FakeAirflow, run: Run) -> None:
    assert [status async for status in follow_status(fake.open(), KEY, 0)] == []
    run.conf["request"] |= {"action": "kubernetes.get", "parameters": {"resource": "pod"}}
    propose(run)
    assert [status.state async for status in follow_status(fake.open(), KEY, 0)] == ["running"]


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"propose_task": "failed", "execute_task": "upstream_failed"}, "failed"),
        ({"execute_task": "failed"}, "unknown"),
        ({"approval_task": "failed", "execute_task": "upstream_failed"}, "expired"),
        ({"execute_task": "up_for_retry", "approval_task": "success"}, "running"),
    ],
)
async def test_tasks_that_say_nothing_are_told_by_their_states(
    fake: FakeAirflow, run: Run, changed: dict[str, str], state: str
) -> None:
    if "propose_task" not in changed:
        propose(run)
    run.states |= changed
    assert (await read_status(fake.open(), KEY)).state == state


async def test_a_result_of_another_form_is_not_shown(fake: FakeAirflow, run: Run) -> None:
    run.end("propose_task")
    run.results["propose_task"] = {"changing": True, "proposal": {"command": "rm"}}
    with pytest.raises(ActionsDownError, match="propose_task"):
        await read_status(fake.open(), KEY)
