"""A person may override the gate, for a version that is there, whole and refused, and it is known who did."""

from typing import Any

import pytest

from evaluation.release import approval
from evaluation.release.approval import Approval, explain_refusal, promote_refused
from processors.settings import load_settings
from processors.versions import catalog, pins, swaps
from tests.support.search_in_memory import SearchInMemory

ANNA = Approval(by="anna", at="2026-11-21T09:00:00+00:00", reason="The old pages are wrong.")
REFUSED: Any = {
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
    monkeypatch.setattr(approval, "swap", lambda *given, **options: done.append((*given[1:], options)))
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
        ("cag", "cag-v000007", "cag-v000008", {"spare_pinned": True}),
        ("cag-v000008", "cag-v000007"),
    ]


def test_the_question_shows_the_reasons_and_what_would_happen(done: list[Any]) -> None:
    client: Any = None
    told = explain_refusal(client, "cag", "cag-v000008")
    assert "- It is small.\n" in told
    assert "instead of cag-v000007" in told
    assert done == []


def test_a_question_is_not_asked_that_could_not_be_answered_with_yes(
    done: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approval, "explain_obstacle", lambda *_: "cag-v000007 is pinned.")
    client: Any = None
    with pytest.raises(ValueError, match=r"can't be promoted: cag-v000007 is pinned\."):
        explain_refusal(client, "cag", "cag-v000008")
    assert done == []


@pytest.mark.parametrize("meddle", ["a newer version becomes live", "it is pinned", "it is taken back"])
def test_an_approval_replaces_nothing_but_what_was_looked_at(
    monkeypatch: pytest.MonkeyPatch, meddle: str
) -> None:
    search: Any = SearchInMemory()
    for index in ("cag-v000006", "cag-v000007", "cag-v000009"):
        search.create(index, {"mappings": {"_meta": {"state": "candidate"}}})
    for index in ("cag-v000006", "cag-v000007"):
        swaps.promote(search, "cag", index)
    meta = {**REFUSED["meta"], "parent": "cag-v000007"}
    search.create("cag-v000008", {"mappings": {"_meta": meta}})
    told: list[str] = []
    monkeypatch.setattr(approval, "count_chunks", lambda *_: 40)
    monkeypatch.setattr(approval, "_record_approval", lambda *_: CHANGES[meddle](search))
    monkeypatch.setattr(approval, "finish_release", lambda *_: pytest.fail("it went live"))
    monkeypatch.setattr(
        "processors.stores.mlflow.set_run_tags", lambda *given: told.append(given[-1]["gate"])
    )
    monkeypatch.setattr(approval, "register_version", lambda *given: told.append(given[-1]))
    settings: Any = load_settings()
    with pytest.raises(ValueError, match=r"somebody else came first|is pinned"):
        promote_refused(search, settings, "cag", "cag-v000008", ANNA)
    assert catalog.find_live(search, "cag") != "cag-v000008"
    assert catalog.read_meta(search, "cag-v000008")["override"] is None
    assert told[0] == "refused"
    assert told[1].startswith("cag-v000008 was approved, and stayed refused: ")


CHANGES: dict[str, Any] = {
    "a newer version becomes live": lambda search: swaps.promote(search, "cag", "cag-v000009"),
    "it is pinned": lambda search: pins.pin(search, "cag-v000007"),
    "it is taken back": lambda search: swaps.roll_back(search, "cag"),
}


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
