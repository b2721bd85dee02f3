"""A question that names nothing gets the words that the last whole one was about."""

import pytest

from processors.retrieval.question.follow_ups import names_nothing, rewrite_follow_up


@pytest.mark.parametrize(
    ("turns", "question", "whole"),
    [
        (["Упал Redis"], "how do I check that?", "how do I check that? Упал Redis"),
        (["Redis is down"], "а как это проверить?", "а как это проверить? Redis down"),
        (["Redis is down", "why?", "and then?"], "how long?", "how long? Redis down"),
        (["How do I restart Redis?"], "what about the other one?", "what about the other one? restart Redis"),
        (["How do I restart Redis?"], "what about Kafka?", "what about Kafka? restart"),
        ([], "why?", None),
    ],
)
def test_the_words_of_the_last_whole_question_are_carried_over(
    turns: list[str], question: str, whole: str | None
) -> None:
    assert rewrite_follow_up(question, turns) == whole


def test_titles_that_were_cited_stand_in_for_a_question_that_names_nothing() -> None:
    before = ["What just happened?"]
    assert names_nothing(before)
    assert rewrite_follow_up("why?", before) is None
    assert rewrite_follow_up("why?", before, ["Redis was stopped"]) == "why? Redis was stopped"
    assert not names_nothing(["Redis is down"])
