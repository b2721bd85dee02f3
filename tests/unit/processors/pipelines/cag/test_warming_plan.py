"""What the cache is warmed with, for whom, and in which order."""

from datetime import UTC, datetime, timedelta

import pytest

from processors.pipelines.cag import warming_plan
from processors.pipelines.cag.warming_plan import choose_questions, plan_warming
from processors.stores.asked_questions import AskedQuestion

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def ask(query: str, days_ago: float = 0, *groups: str) -> AskedQuestion:
    return AskedQuestion(
        asked_at=(NOW - timedelta(days=days_ago)).isoformat(),
        query=query,
        groups=list(groups or ("public",)),
        pipelines=["cag"],
    )


def test_what_is_asked_often_comes_first_and_counts_half_after_a_week() -> None:
    often_long_ago = [ask("old", 14)] * 3
    sometimes_lately = [ask("New?", 0), ask("new", 1)]
    chosen = choose_questions([*often_long_ago, *sometimes_lately], NOW)
    assert chosen == {("public",): ["New?", "old"]}


@pytest.mark.parametrize("days_ahead", [1, 400, 2_900_000])
def test_a_time_that_lies_ahead_counts_as_now_and_stops_nothing(days_ahead: float) -> None:
    asked = [ask("ahead", -days_ahead), ask("often", 0), ask("often", 1)]
    assert choose_questions(asked, NOW) == {("public",): ["often", "ahead"]}


def test_what_was_asked_last_is_chosen_beside_what_is_asked_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming_plan, "_MOST_ASKED", 1)
    monkeypatch.setattr(warming_plan, "_MOST_RECENT", 1)
    asked = [ask("often", 2), ask("often", 2), ask("once", 1), ask("just now", 0)]
    assert choose_questions(asked, NOW) == {("public",): ["often", "just now"]}


def test_each_set_of_groups_has_its_own_questions() -> None:
    asked = [ask("of all"), ask("of ops", 0, "ops", "dev"), ask("of ops too", 1, "dev", "ops")]
    chosen = choose_questions(asked, NOW)
    assert chosen == {("public",): ["of all"], ("dev", "ops"): ["of ops", "of ops too"]}


@pytest.mark.parametrize("query", ["what failed in the last 10 minutes", "что упало вчера", "x" * 1_001])
def test_a_question_about_a_time_and_a_pasted_log_are_left_out(query: str) -> None:
    assert choose_questions([ask(query), ask("why")], NOW) == {("public",): ["why"]}


def test_every_set_of_groups_has_its_first_questions_before_anybody_has_the_second() -> None:
    asked = {("a",): ["a1", "a2"], ("b",): ["b1", "a2"]}
    planned = plan_warming(asked, ["k"])
    assert [question for question, _ in planned] == ["a1", "b1", "a2", "k"]
    assert dict(planned)["a2"] == [("a",), ("b",)]
    assert dict(planned)["k"] == [("a",), ("b",), ("public",)]


def test_many_titles_and_sets_of_groups_are_bounded() -> None:
    asked = {(f"team-{number}",): [f"q{number}"] for number in range(500)}
    planned = plan_warming(asked, (f"title {number}" for number in range(10_000)))
    assert sum(len(of_sets) for _, of_sets in planned) == warming_plan._MOST_WARMED
    assert len({groups for _, of_sets in planned for groups in of_sets}) == warming_plan._MOST_SETS
