"""A call that lost against a write of the status is made again, and no other one is."""

from http import HTTPStatus

import pytest

from processors.knowledge.actions.refusal import ActionRefusedError
from processors.pipelines.actions.cluster.racing import call_unless_changed
from processors.stores.actions.kubernetes import AnswerError

CONFLICT = AnswerError(HTTPStatus.CONFLICT, "the object has been modified")


def answer(calls: list[Exception | str]) -> str:
    """Give the next answer."""
    told = calls.pop(0)
    if isinstance(told, Exception):
        raise told
    return told


def test_who_was_quicker_is_waited_for() -> None:
    calls: list[Exception | str] = [CONFLICT, CONFLICT, "done"]
    assert call_unless_changed(lambda: answer(calls)) == "done"


def test_not_for_ever() -> None:
    calls: list[Exception | str] = [CONFLICT] * 3 + ["done"]
    with pytest.raises(AnswerError, match="modified"):
        call_unless_changed(lambda: answer(calls))
    assert calls == ["done"]


@pytest.mark.parametrize(
    "error", [AnswerError(HTTPStatus.FORBIDDEN, "no"), ActionRefusedError("changed", what="the target")]
)
def test_what_is_refused_is_not_tried_again(error: Exception) -> None:
    calls: list[Exception | str] = [error, "done"]
    with pytest.raises(type(error)):
        call_unless_changed(lambda: answer(calls))
    assert calls == ["done"]
