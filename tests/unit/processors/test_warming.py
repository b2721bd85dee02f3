"""What is warmed: what is asked often and lately, for whom it was asked; nothing that depends on the time."""

from datetime import UTC, datetime, timedelta

import pytest

from processors import warming
from processors.stores.asked_questions import AskedQuestion
from processors.warming import choose_questions

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


def test_what_was_asked_last_is_chosen_beside_what_is_asked_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "_MOST_ASKED", 1)
    monkeypatch.setattr(warming, "_MOST_RECENT", 1)
    asked = [ask("often", 2), ask("often", 2), ask("once", 1), ask("just now", 0)]
    assert choose_questions(asked, NOW) == {("public",): ["often", "just now"]}


def test_each_set_of_groups_has_its_own_questions() -> None:
    asked = [ask("of all"), ask("of ops", 0, "ops", "dev"), ask("of ops too", 1, "dev", "ops")]
    chosen = choose_questions(asked, NOW)
    assert chosen == {("public",): ["of all"], ("dev", "ops"): ["of ops", "of ops too"]}


@pytest.mark.parametrize("query", ["what failed in the last 10 minutes", "что упало вчера", "x" * 1_001])
def test_a_question_about_a_time_and_a_pasted_log_are_left_out(query: str) -> None:
    assert choose_questions([ask(query), ask("why")], NOW) == {("public",): ["why"]}
