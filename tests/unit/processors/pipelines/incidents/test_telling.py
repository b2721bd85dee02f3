"""What is written of incidents, beside what is held: nothing twice, and nothing of the past lost."""

from datetime import timedelta
from typing import Any

import pytest

from processors.knowledge.incidents.closing import close_incident, is_open
from processors.knowledge.incidents.spells import read_spells
from processors.pipelines.incidents.known import Known
from processors.pipelines.incidents.telling import list_changed, list_closed
from tests.support.incidents import BATCH, NOW, hold, make_incident, make_observation, tell

SOON, LATER = NOW + timedelta(minutes=5), NOW + timedelta(hours=1)


def test_the_same_again_is_not_written() -> None:
    held = hold(tell(make_incident()))
    assert list_changed([tell(make_incident(), held, SOON)], held) == []


@pytest.mark.parametrize(
    "fields", [{"title": "Deployment checkout: other"}, {"severity": "warning"}, {"observed_at": SOON}]
)
def test_what_says_something_else_is_written(fields: dict[str, Any]) -> None:
    held = hold(tell(make_incident()))
    (changed,) = list_changed([tell(make_incident(**fields), held, SOON)], held)
    assert changed["chunk_id"] in held
    assert changed["write_version"] == int(SOON.timestamp() * 1000)


def test_an_incident_keeps_its_span_when_some_of_its_evidence_is_forgotten() -> None:
    held = hold(tell(make_incident()))
    assert (
        tell(make_incident(observed_at=NOW - timedelta(minutes=5)), held, SOON)["observed_at"]
        == NOW.isoformat()
    )
    assert (
        tell(make_incident(began_at=SOON), held, SOON)["began_at"]
        == (NOW - timedelta(minutes=10)).isoformat()
    )


def test_what_is_there_no_more_is_closed_once() -> None:
    open_, over = tell(make_incident("cart")), close_incident(tell(make_incident("old")), NOW)
    (closed,) = list_closed(Known([], hold(open_, over)), set(), SOON, BATCH)
    assert closed["chunk_id"] == open_["chunk_id"]
    assert not is_open(closed)
    assert closed["write_version"] == int(SOON.timestamp() * 1000)
    assert list_closed(Known([], hold(closed, over)), set(), LATER, BATCH) == []


def test_what_is_there_still_stays_open() -> None:
    open_ = tell(make_incident())
    assert list_closed(Known([], hold(open_)), {open_["chunk_id"]}, SOON, BATCH) == []


@pytest.mark.parametrize(("group", "is_told"), [("public", True), ("sre", False)])
def test_what_helped_is_told_to_those_who_may_see_it_alone(group: str, *, is_told: bool) -> None:
    labels = {"changed_at": NOW.isoformat(), "changed_by": "kubectl-edit"}
    cite = {"kind": "Deployment", "name": "checkout"}
    state = make_observation("e1", group, labels=labels, cite=cite, cluster="prod", namespace="shop")
    (closed,) = list_closed(Known([state], hold(tell(make_incident()))), set(), SOON, BATCH)
    assert ("was changed by kubectl-edit" in closed["text"].splitlines()[1]) is is_told
    assert ("helped" in closed["labels"]) is is_told


def test_what_comes_again_at_once_was_not_over() -> None:
    held = hold(close_incident(tell(make_incident()), NOW))
    again = tell(make_incident(began_at=SOON), held, SOON)
    assert (again["began_at"], is_open(again)) == ((NOW - timedelta(minutes=10)).isoformat(), True)
    assert read_spells(again["labels"]) == []


def test_what_comes_again_later_remembers_how_it_ended_before() -> None:
    held = hold(close_incident(tell(make_incident()), NOW, "the tag was pushed"))
    incident = make_incident(began_at=LATER, observed_at=LATER)
    again = tell(incident, held, LATER)
    assert (again["chunk_id"] in held, again["began_at"]) == (True, LATER.isoformat())
    assert [spell.helped for spell in read_spells(again["labels"])] == ["the tag was pushed"]
    assert "the tag was pushed" in again["text"]
    # The next run sees it open, and says the same.
    assert list_changed([tell(incident, hold(again), LATER)], hold(again)) == []


def test_what_helped_at_its_like_is_told_to_those_who_may_see_it() -> None:
    alike = close_incident(tell(make_incident("cart")), NOW, "rolled back")
    other_cause = close_incident(tell(make_incident("mail", "probe")), NOW, "a longer delay")
    secret = close_incident(tell(make_incident("vault"), group="sre"), NOW, "a secret was renewed")
    held = hold(alike, other_cause, secret)
    text = tell(make_incident(), held, LATER)["text"]
    assert "rolled back" in text
    assert "a longer delay" not in text
    assert "a secret was renewed" not in text
    assert "a secret was renewed" in tell(make_incident(), held, LATER, "sre")["text"]


def test_each_group_has_a_passage_of_one_document() -> None:
    public, of_sre = tell(make_incident()), tell(make_incident(), group="sre")
    assert public["chunk_id"] != of_sre["chunk_id"]
    assert public["doc_id"] == of_sre["doc_id"]
    assert (public["acl"], of_sre["acl"]) == (["public"], ["sre"])
