"""A person may override the gate, for a version that is there, whole and refused, and it is known who did."""

from typing import Any

import pytest

from evaluation import approval
from evaluation.approval import Approval, explain_refusal, promote_refused

ANNA = Approval(by="anna", at="2026-11-21T09:00:00+00:00", reason="The old pages are wrong.")
REFUSED = {
    "index": "cag-v000008",
    "number": 8,
    "live": False,
    "meta": {"state": "refused", "chunks": 40, "gate": {"reasons": ["It is small."]}, "mlflow_run": "r8"},
}
LIVE = {"index": "cag-v000007", "number": 7, "live": True, "meta": {"state": "live", "chunks": 90}}


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was done, in order; versions as they may be found."""
    done: list[Any] = []
    monkeypatch.setattr(approval, "list_versions", lambda *_: [LIVE, REFUSED])
    monkeypatch.setattr(approval, "find_live", lambda *_: "cag-v000007")
    monkeypatch.setattr(approval, "count_chunks", lambda *_: 40)
    monkeypatch.setattr(approval, "explain_obstacle", lambda *_: None)
    monkeypatch.setattr(approval, "update_meta", lambda _, *given, **changes: done.append((*given, changes)))
    monkeypatch.setattr(approval, "_record_approval", lambda *_: done.append("recorded"))
    monkeypatch.setattr(approval, "promote", lambda *_: done.append("promoted") or "cag-v000007")
    monkeypatch.setattr(approval, "finish_release", lambda *given: done.append(given[-2:]))
    return done


def promote() -> str | None:
    client: Any = None
    return promote_refused(client, client, "cag", "cag-v000008", ANNA)


def test_who_wanted_it_is_known_before_anybody_is_answered_from_it(done: list[Any]) -> None:
    assert promote() == "cag-v000007"
    assert done == [
        ("cag-v000008", {"override": ANNA}),
        "recorded",
        "promoted",
        ("cag-v000008", "cag-v000007"),
    ]


def test_the_question_shows_the_reasons_and_what_would_happen(done: list[Any]) -> None:
    client: Any = None
    told = explain_refusal(client, "cag", "cag-v000008")
    assert "- It is small.\n" in told
    assert "instead of cag-v000007" in told
    assert done == []


@pytest.mark.parametrize(
    ("name", "found", "told"),
    [
        ("list_versions", [LIVE], "cag-v000008 is not there; refused versions of cag: none"),
        ("list_versions", [{**REFUSED, "live": True, "meta": {"state": "live"}}], "cag-v000008 is live"),
        ("list_versions", [{**REFUSED, "meta": {"state": "candidate"}}], "cag-v000008 is not refused"),
        ("count_chunks", 39, "cag-v000008 is not complete: it holds 39 chunks, and was judged with 40"),
        ("explain_obstacle", "cag-v000007 is pinned.", "can't be promoted: cag-v000007 is pinned."),
    ],
)
def test_nothing_is_done_when_it_can_not_go_live(
    done: list[Any], monkeypatch: pytest.MonkeyPatch, name: str, found: Any, told: str
) -> None:
    monkeypatch.setattr(approval, name, lambda *_: found)
    with pytest.raises(ValueError, match=told):
        promote()
    assert done == []
