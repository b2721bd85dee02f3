"""What a page's chunks do for each other, and what stays as it was found."""

from typing import Any

import pytest

from processors.retrieval.pages import rank_documents


def make_hit(doc_id: str, text: str, score: float, kind: str = "doc") -> Any:
    return {
        "doc_id": doc_id, "kind": kind, "title": doc_id, "heading_path": doc_id, "text": text, "score": score,
    }  # fmt: skip


def show(hits: list[Any]) -> list[tuple[str, str, float]]:
    return [(hit["doc_id"], hit["text"], round(hit["score"], 3)) for hit in rank_documents(hits, "why")]


def test_the_best_chunk_gains_from_two_more_of_its_page_and_from_no_other() -> None:
    hits = [make_hit("a", "1", 1.0)] + [make_hit("b", str(n), 0.9) for n in range(4)]
    assert show(hits) == [
        ("b", "0", 1.305), ("a", "1", 1.0), ("b", "1", 0.9), ("b", "2", 0.9), ("b", "3", 0.9),
    ]  # fmt: skip


@pytest.mark.parametrize(("score", "first"), [(0.72, "run"), (0.71, "page")])
def test_a_runbook_goes_before_a_page_that_fits_somewhat_better(score: float, first: str) -> None:
    assert show([make_hit("page", "p", 1.0), make_hit("run", "r", score, "runbook")])[0][0] == first


def test_what_happened_is_left_as_it_was_found() -> None:
    events = [make_hit("e", "same", score, "log_pattern") for score in (0.9, 0.8, 0.7)]
    assert rank_documents(events, "e e") == events


def test_what_two_pages_say_in_the_same_words_is_shown_once() -> None:
    copy = {**make_hit("copy", "same", 0.8), "title": "a", "heading_path": "a"}
    assert [hit["doc_id"] for hit in rank_documents([make_hit("a", "same", 0.9), copy], "why")] == ["a"]
    other = {**copy, "heading_path": "elsewhere"}
    assert len(rank_documents([make_hit("a", "same", 0.9), other], "why")) == 2


def test_scores_of_any_scale_are_ranked_alike() -> None:
    hits = [make_hit("a", "1", 1.0), make_hit("b", "2", 0.95), make_hit("b", "3", 0.9)]
    large = [{**hit, "score": hit["score"] * 40} for hit in hits]
    assert [hit["text"] for hit in rank_documents(hits, "why")] == [
        hit["text"] for hit in rank_documents(large, "why")
    ]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("The OpenSearch cluster is red. What do I do?", "OpenSearch cluster is red"),
        ("кластер OpenSearch красный (OpenSearch cluster red)", "OpenSearch cluster is red"),
        ("Why is OpenSearch red?", "OpenSearch is down"),
    ],
)
def test_the_page_whose_whole_title_is_in_the_question_goes_before_one_that_fits_somewhat_better(
    question: str, first: str
) -> None:
    hits = [make_hit("OpenSearch is down", "1", 1.0), make_hit("OpenSearch cluster is red", "2", 0.85)]
    assert rank_documents(hits, question)[0]["title"] == first


def test_a_title_of_two_words_names_a_topic_and_no_page() -> None:
    hits = [make_hit("elsewhere", "1", 1.0), make_hit("Redis memory", "2", 0.9)]
    assert rank_documents(hits, "Redis memory is used up")[0]["title"] == "elsewhere"
