"""Ratings become queries: what helped is relevant, what didn't is for people."""

from typing import Any

from evaluation.queries.feedback import drop_repeats, list_disliked, make_feedback_queries
from evaluation.queries.thumbs import parse_thumb

KNOWN = {"d1", "d2"}


def rate(answer_id: str, rating: int, query: str = "Why?", *documents: str, **fields: Any) -> Any:
    cited = [{"doc_id": one, "title": one, "index": "cag-v000001"} for one in documents]
    at = fields.pop("at", "2026-11-21T10:00:00+00:00")
    told = {"rated_at": at, "answer_id": answer_id, "rating": rating, "query": query, "cited": cited}
    return {**told, "groups": ["public"], "comment": "", "abstained": False, **fields}


def test_what_a_liked_answer_cited_is_relevant_if_it_is_still_there() -> None:
    (query,) = make_feedback_queries(
        [rate("a", 1, "Why?", "d1", "gone"), rate("b", 1, "why", "d2"), rate("c", 1, "How?", "gone")], KNOWN
    )
    assert (query["query"], query["relevant"]) == ("Why?", {"d1": 1, "d2": 1})


def test_as_many_who_dislike_an_answer_take_it_out() -> None:
    assert make_feedback_queries([rate("a", 1, "Why?", "d1"), rate("b", -1, "Why?", "d1")], KNOWN) == []
    assert make_feedback_queries([rate("a", -1, "Why?", "d1")], KNOWN) == []


def test_an_answer_that_knew_nothing_makes_nothing_relevant() -> None:
    assert make_feedback_queries([rate("a", 1, "Why?", "d1", abstained=True)], KNOWN) == []


def test_what_somebody_in_a_group_asked_is_told_to_nobody() -> None:
    assert make_feedback_queries([rate("a", 1, "Why?", "d1", groups=["public", "sre"])], KNOWN) == []


def test_of_an_answer_the_last_rating_counts() -> None:
    first, second = (
        rate("a", 1, at="2026-11-21T10:00:00+00:00"),
        rate("a", -1, at="2026-11-21T11:00:00+00:00"),
    )
    assert drop_repeats([second, first]) == [second]
    assert list_disliked([second, first]) == [second]


def make_thumb(rating: Any, metadata: dict[str, Any] | None) -> dict[str, Any]:
    sources = [{"source": {"name": "T"}, "metadata": [metadata]}] if metadata else []
    messages = {
        "q": {"id": "q", "role": "user", "content": "Why? password=hunter2hunter2"},
        "a": {"id": "a", "role": "assistant", "parentId": "q", "content": "So.", "sources": sources},
    }
    return {
        "data": {"rating": rating, "comment": "good"},
        "meta": {"message_id": "a", "chat_id": "c"},
        "snapshot": {"chat": {"id": "c", "chat": {"history": {"messages": messages}}}},
        "updated_at": 1795255200,
    }


def test_a_thumb_of_open_webui_is_a_rating_of_what_was_cited() -> None:
    ours = {"source": "c1", "doc_id": "d1", "name": "T", "parameters": {"index version": "cag-v000001"}}
    rated = parse_thumb(make_thumb(1, ours), ["public"])
    assert rated is not None
    assert rated["cited"] == [{"doc_id": "d1", "title": "T", "index": "cag-v000001"}]
    assert (rated["rating"], rated["comment"], rated["answer_id"]) == (1, "good", "open-webui:a")
    assert "hunter2hunter2" not in rated["query"]


def test_what_is_no_thumb_or_none_of_ours_is_left_out() -> None:
    assert parse_thumb(make_thumb(None, None), ["public"]) is None
    assert parse_thumb(make_thumb(1, {"source": "a file"}), ["public"]) is None
    assert parse_thumb({}, ["public"]) is None


def test_a_thumb_of_somebody_whose_groups_are_not_known_is_for_people_only() -> None:
    rated = parse_thumb(make_thumb(-1, {"doc_id": "d1", "name": "T"}), [])
    assert rated is not None
    assert make_feedback_queries([{**rated, "rating": 1}], KNOWN) == []
    assert list_disliked([rated]) == [rated]
