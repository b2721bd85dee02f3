from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from processors.retrieval.conditions import DYNAMIC_KINDS
from processors.retrieval.recency import HALF_LIVES, apply_recency

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def make_hit(
    name: str, score: float, kind: str = "log_pattern", age: timedelta | None = None, **more: Any
) -> Any:
    observed = (NOW - age).isoformat() if age is not None else ""
    hit = {"chunk_id": name, "score": score, "kind": kind, "observed_at": observed, "severity": "error"}
    return {**hit, "doc_id": f"of-{name}", "cite": {}, **more}


def names(hits: list[Any]) -> list[str]:
    return [hit["chunk_id"] for hit in hits]


def test_what_just_happened_wins_over_a_somewhat_better_old_match() -> None:
    old, new = make_hit("old", 1.0, age=DAY), make_hit("new", 0.6, age=timedelta(minutes=1))
    assert names(apply_recency([old, new], NOW)) == ["new", "old"]


def test_a_much_better_old_match_still_wins() -> None:
    old, new = make_hit("old", 1.0, age=DAY), make_hit("new", 0.4, age=timedelta(0))
    assert names(apply_recency([new, old], NOW)) == ["old", "new"]


def test_documents_do_not_age_and_clocks_may_differ() -> None:
    document = make_hit("document", 0.9, kind="runbook", age=900 * DAY)
    ahead = make_hit("ahead", 1.0, age=-timedelta(minutes=5))
    assert [hit["score"] for hit in apply_recency([document, ahead], NOW)] == [1.0, 0.9]


@pytest.mark.parametrize("kind", sorted(HALF_LIVES))
def test_half_life_is_where_half_of_the_bonus_is_gone(kind: str) -> None:
    hit = make_hit("a", 1.0, kind, HALF_LIVES[kind], cite={"state": "resolved"})
    assert apply_recency([hit], NOW)[0]["score"] == pytest.approx(0.75)


@pytest.mark.parametrize("kind", sorted(DYNAMIC_KINDS - HALF_LIVES.keys()))
def test_a_state_holds_until_another_one_takes_its_place(kind: str) -> None:
    assert apply_recency([make_hit("a", 1.0, kind, 30 * DAY)], NOW)[0]["score"] == 1.0


@pytest.mark.parametrize(("state", "score"), [("firing", 1.0), ("open", 1.0), ("resolved", 0.5)])
@pytest.mark.parametrize("kind", ["alert", "incident"])
def test_what_can_be_resolved_ages_once_it_is(kind: str, state: str, score: float) -> None:
    alert = make_hit("a", 1.0, kind, 30 * DAY, cite={"state": state})
    assert apply_recency([alert], NOW)[0]["score"] == pytest.approx(score)


def test_nothing_is_too_old_for_a_question_that_names_its_time() -> None:
    old, new = make_hit("old", 1.0, age=DAY), make_hit("new", 0.9, age=timedelta(0))
    assert names(apply_recency([new, old], NOW, is_timed=True)) == ["old", "new"]


@pytest.mark.parametrize(
    "kind", ["k8s_state", "k8s_event", "metric_window", "alert", "pipeline_run", "incident"]
)
def test_what_goes_well_does_not_beat_what_does_not(kind: str) -> None:
    well = make_hit("well", 1.0, kind, timedelta(0), severity="info")
    unwell = make_hit("unwell", 0.8, kind, timedelta(0))
    assert names(apply_recency([well, unwell], NOW)) == ["unwell", "well"]


@pytest.mark.parametrize("kind", ["log_pattern", "ml_run", "ml_model"])
def test_the_usual_is_no_good_news_where_all_is_of_severity_info(kind: str) -> None:
    assert apply_recency([make_hit("a", 1.0, kind, timedelta(0), severity="info")], NOW)[0]["score"] == 1.0


def make_pod(score: float, event: float, **more: Any) -> list[Any]:
    state = make_hit("state", score, "k8s_state", timedelta(minutes=2), **{"doc_id": "pod", **more})
    return [make_hit("event", event, "k8s_event", timedelta(0), doc_id="pod", severity="warning"), state]


def test_a_state_that_is_wrong_goes_before_the_events_that_it_caused() -> None:
    other = make_hit("other", 0.9, "k8s_event", timedelta(0))
    assert names(apply_recency([*make_pod(0.8, 1.0), other], NOW)) == ["state", "event", "other"]
    assert names(apply_recency(make_pod(1.0, 0.8), NOW)) == ["state", "event"]


@pytest.mark.parametrize(
    ("score", "more"),
    [(0.6, {}), (1.2, {"severity": "info"}), (0.9, {"doc_id": "another pod"})],
    ids=["fits much worse", "all is well", "of another object"],
)
def test_an_event_stays_before_a_state_that_says_nothing_of_it(score: float, more: dict[str, Any]) -> None:
    assert names(apply_recency(make_pod(score, 1.0, **more), NOW)) == ["event", "state"]
