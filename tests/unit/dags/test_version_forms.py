"""The forms of the DAGs for versions ask for one thing by one name, and refuse what can't be meant."""

from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException, ParamValidationError

from dags.approve_version import approve_version
from dags.manage_versions import manage_versions
from dags.roll_back_version import roll_back_version

DAGS = [approve_version, manage_versions, roll_back_version]
VERSION_FIELDS = [*((make, "version") for make in DAGS), (manage_versions, "other")]
FORM = {"action": "list", "pipeline": "cag", "version": "", "other": "", "reason": "", "keep": 3}


@pytest.mark.parametrize("make", DAGS)
def test_what_is_the_same_has_one_name(make: Any) -> None:
    params = make().params
    assert {"pipeline", "version", "reason"} <= set(params)
    assert params.get_param("pipeline").schema["enum"] == ["cag", "rag"]


@pytest.mark.parametrize(("make", "field"), VERSION_FIELDS)
@pytest.mark.parametrize(
    "name", ["cag", "cag-v17", "cag-v000017 ", "cag-v000017-000001", "*", "cag-v000017,rag-v000001"]
)
def test_what_is_no_version_is_refused_by_the_form(make: Any, field: str, name: str) -> None:
    param = make().params.get_param(field)
    assert param.resolve("rag-v000017") == "rag-v000017"
    with pytest.raises(ParamValidationError):
        param.resolve(name)


@pytest.mark.parametrize("make", DAGS)
def test_a_reason_is_no_novel_and_only_an_approval_needs_one(make: Any) -> None:
    param = make().params.get_param("reason")
    with pytest.raises(ParamValidationError):
        param.resolve("x" * 501)
    if make is approve_version:
        with pytest.raises(ParamValidationError):
            param.resolve("because")
        with pytest.raises(ParamValidationError):
            make().params.get_param("version").resolve("")
    else:
        assert param.resolve("") == ""


def test_the_form_of_a_rollback_reaches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(
        "processors.versions.operations.roll_back", lambda *given: asked.append(given[2:]) or "said"
    )
    task: Any = roll_back_version().get_task("roll_back_task")
    run = SimpleNamespace(triggering_user_name="anna")
    form = {"pipeline": "rag", "version": "", "reason": "wrong"}
    assert task.python_callable(form, run) == "said"
    task.python_callable({**form, "version": "rag-v000003"}, SimpleNamespace(triggering_user_name=None))
    assert asked == [("rag", ("anna", "wrong"), None), ("rag", ("airflow", "wrong"), "rag-v000003")]


@pytest.mark.parametrize(("action", "pipeline"), [("list", None), ("prune", "cag")])
def test_a_list_is_of_both_pipelines(
    monkeypatch: pytest.MonkeyPatch, action: str, pipeline: str | None
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr("processors.versions.actions.act", lambda *given: asked.append(given[2]) or "said")
    task: Any = manage_versions().get_task("manage_versions_task")
    task.python_callable({**FORM, "action": action}, SimpleNamespace(triggering_user_name="anna"))
    assert [(request.action, request.pipeline, request.keep) for request in asked] == [(action, pipeline, 3)]


def test_what_can_not_be_done_fails_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> str:
        raise ValueError("cag-v000009 was never live")

    monkeypatch.setattr("processors.versions.operations.roll_back", refuse)
    task: Any = roll_back_version().get_task("roll_back_task")
    form = {"pipeline": "cag", "version": "cag-v000009", "reason": ""}
    with pytest.raises(AirflowFailException, match="was never live"):
        task.python_callable(form, SimpleNamespace())
