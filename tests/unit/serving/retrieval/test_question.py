"""A filter goes before what the words of a question say."""

from datetime import UTC, datetime

from processors.retrieval.question.understanding import understand
from serving.retrieval.question import Question

UNDERSTOOD = understand("What failed yesterday in namespace shop?", datetime(2026, 11, 21, 12, tzinfo=UTC))


def test_without_filters_the_words_say_time_and_place() -> None:
    question = Question(UNDERSTOOD, ("rag",), 3, ("public",), {"service": "redis"})
    assert question.text == "What failed yesterday in namespace shop?"
    assert question.searched == "What failed in namespace shop?"
    assert (question.window, question.namespaces) == (UNDERSTOOD.window, ("shop",))


def test_a_filter_by_time_leaves_the_words_of_a_time_among_those_searched_for() -> None:
    question = Question(UNDERSTOOD, ("rag",), 3, ("public",), {"observed_at": {"gte": "2026-11-01"}})
    assert (question.searched, question.window) == (question.text, None)
    assert question.namespaces == ("shop",)


def test_a_filter_by_namespace_is_the_only_namespace() -> None:
    question = Question(UNDERSTOOD, ("rag",), 3, ("public",), {"namespace": "team-a"})
    assert question.namespaces == ()
    assert question.window is not None
