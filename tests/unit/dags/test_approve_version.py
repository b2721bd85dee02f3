"""Only a person's yes promotes a refused version; silence never does."""

from datetime import UTC, datetime
from typing import Any

import pytest
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk.exceptions import AirflowFailException

from dags.approve_version import approve_version

DAG = approve_version()


def test_nothing_is_promoted_before_a_person_was_asked() -> None:
    approval = DAG.get_task("approval_task")
    assert isinstance(approval, ApprovalOperator)
    assert approval.upstream_task_ids == {"explain_refusal_task"}
    assert approval.downstream_task_ids == {"promote_refused_task"}
    assert DAG.get_task("promote_refused_task").trigger_rule == "all_success"


def test_the_form_explains_itself_and_demands_a_reason() -> None:
    for name in DAG.params:
        assert DAG.params.get_param(name).schema["title"]
        assert DAG.params.get_param(name).description
    assert DAG.params.get_param("reason").schema["minLength"]
    assert (DAG.max_active_runs, DAG.catchup) == (1, False)
    assert len(DAG.doc_md) > 200


def test_a_timeout_rejects() -> None:
    approval: Any = DAG.get_task("approval_task")
    assert approval.response_timeout is not None
    assert approval.defaults == ["Reject"]


def test_the_question_shows_the_refusal_and_the_reason_given() -> None:
    approval: Any = DAG.get_task("approval_task")
    assert "explain_refusal_task" in approval.body
    assert "params.reason" in approval.body


def test_the_answer_is_kept_with_name_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setattr(
        "evaluation.release.approval.promote_refused", lambda *a: given.extend(a[2:]) or "cag-v000007"
    )
    promote: Any = DAG.get_task("promote_refused_task")
    answer = {
        "responded_by_user": {"id": "7", "name": "anna"},
        "responded_at": datetime(2026, 11, 21, 9, tzinfo=UTC),
    }
    form = {"pipeline": "cag", "version": "cag-v000008", "reason": "Pages went on purpose."}
    told = promote.python_callable(answer, form)
    approval = {"by": "anna", "at": "2026-11-21T09:00:00+00:00", "reason": "Pages went on purpose."}
    assert given == ["cag", "cag-v000008", approval]
    assert told == {"live": "cag-v000008", "before": "cag-v000007", "approval": approval}


def test_what_can_not_be_promoted_fails_at_once_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> str:
        raise ValueError("cag-v000008 is not there")

    monkeypatch.setattr("evaluation.release.approval.explain_refusal", refuse)
    explain: Any = DAG.get_task("explain_refusal_task")
    with pytest.raises(AirflowFailException, match="is not there"):
        explain.python_callable({"pipeline": "cag", "version": "cag-v000008"})
