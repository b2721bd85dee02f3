"""Nothing is changed before a person was asked, and silence is a no."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk.exceptions import DownstreamTasksSkipped

from dags.actions import actions
from processors.knowledge.actions.results import Done, Proposed, Verified
from processors.settings import load_settings
from tests.support import actions as told

DAG = actions()


class Pushed(dict[str, Any]):
    """What a task pushed, by key."""

    def xcom_push(self, key: str, value: Any) -> None:
        self[key] = value


def run_propose(monkeypatch: pytest.MonkeyPatch, proposed: Proposed) -> tuple[Pushed, Any]:
    """Return what the first task pushed and returned; what it skips is raised."""
    monkeypatch.setattr("processors.pipelines.actions.propose.propose", lambda *_: proposed)
    pushed, run = Pushed(), SimpleNamespace(run_id="r", conf={}, run_after=datetime.now(UTC))
    task: Any = DAG.get_task("propose_task")
    try:
        return pushed, task.python_callable(run, pushed)
    except DownstreamTasksSkipped as skipped:
        return pushed, skipped.tasks


def test_a_person_is_asked_between_the_proposal_and_the_change() -> None:
    approval: Any = DAG.get_task("approval_task")
    assert isinstance(approval, HITLOperator)
    assert approval.upstream_task_ids == {"propose_task"}
    assert approval.downstream_task_ids == {"execute_task"}
    assert DAG.get_task("execute_task").trigger_rule == "none_failed_min_one_success"


def test_what_a_task_logs_names_the_request_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(
        "processors.pipelines.actions.verify.verify",
        lambda *_: asked.append(structlog.contextvars.get_contextvars()) or Verified(verified=True),
    )
    task: Any = DAG.get_task("verify_task")
    run = SimpleNamespace(run_id="r", conf={"correlation_id": "asked-1"}, run_after=datetime.now(UTC))
    with structlog.contextvars.bound_contextvars(correlation_id=""):
        task.python_callable(Done(state="executed").model_dump(mode="json"), run)
    assert asked == [{"correlation_id": "asked-1"}]


def test_silence_is_a_no() -> None:
    approval: Any = DAG.get_task("approval_task")
    assert approval.defaults == ["Reject"]
    assert approval.response_timeout == timedelta(seconds=load_settings().actions.expires_seconds)


def test_what_changes_something_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = told.propose(told.make_restart())
    pushed, returned = run_propose(monkeypatch, Proposed(changing=True, proposal=proposal))
    assert Proposed.model_validate(returned).proposal == proposal
    assert pushed["question"]["body"].endswith(f"hash `{proposal.hash}`")
    assert "deployment/api" in pushed["question"]["subject"]


def test_what_only_reads_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = told.propose(told.make_restart())
    pushed, skipped = run_propose(monkeypatch, Proposed(changing=False, proposal=proposal))
    assert skipped == ["approval_task"]
    assert Proposed.model_validate(pushed["return_value"]).proposal == proposal


def test_what_is_refused_is_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    pushed, skipped = run_propose(monkeypatch, Proposed(changing=True, refused="no right"))
    assert skipped == ["approval_task", "execute_task"]
    assert pushed["return_value"]["refused"] == "no right"


def test_the_record_is_ended_whatever_happens() -> None:
    record = DAG.get_task("record_task")
    assert record.trigger_rule == "all_done"
    assert record.upstream_task_ids == {"propose_task", "execute_task", "verify_task"}
