from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from processors.retrieval.conditions import CANARY_SERVICE, DYNAMIC_KINDS, FilterError
from processors.retrieval.hybrid import build_hybrid_query, fuse, parse_hits
from processors.retrieval.question.time_window import TimeWindow

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def make_hit(name: str, score: float) -> Any:
    return {"chunk_id": name, "score": score}


def names(hits: list[Any]) -> list[str]:
    return [hit["chunk_id"] for hit in hits]


def test_both_clauses_carry_access_and_filters() -> None:
    filters = {"service": "redis", "kind": ["log_pattern"], "observed_at": {"gte": "2026-11-21T00:00:00Z"}}
    body = build_hybrid_query("q", [0.5], 3, ["b", "a"], filters)
    words, nearest = body["query"]["hybrid"]["queries"]
    expected = [
        {"terms": {"acl": ["a", "b"]}},
        {"bool": {"must_not": [{"term": {"service": CANARY_SERVICE}}]}},
        {"terms": {"service": ["redis"]}},
        {"terms": {"kind": ["log_pattern"]}},
        {"range": {"observed_at": {"gte": "2026-11-21T00:00:00Z"}}},
    ]
    assert words["bool"]["filter"] == expected
    assert nearest["knn"]["embedding"]["filter"]["bool"]["filter"] == expected
    # A page's chunks can only support each other if they are asked for.
    assert body["size"] == 50
    assert "embedding" not in body["_source"]


def test_without_a_vector_words_alone_are_asked_under_the_same_access() -> None:
    body = build_hybrid_query("q", None, 3, ["public"])
    assert body["query"]["bool"]["filter"][0] == {"terms": {"acl": ["public"]}}
    assert "search_pipeline" not in body


def test_nobody_without_groups_sees_anything() -> None:
    body = build_hybrid_query("q", None, 3, [])
    assert body["query"]["bool"]["filter"][0] == {"terms": {"acl": []}}


@pytest.mark.parametrize(
    "filters", [{"acl": "x"}, {"text": "x"}, {"observed_at": "x"}, {"observed_at": {"x": 1}}]
)
def test_other_filters_are_refused(filters: dict[str, Any]) -> None:
    with pytest.raises(FilterError, match=next(iter(filters))):
        build_hybrid_query("q", None, 3, ["public"], filters)


def test_pasted_log_does_not_become_a_query_of_a_thousand_clauses() -> None:
    body = build_hybrid_query("word " * 5000, None, 3, ["public"])
    for clause in body["query"]["bool"]["must"][0]["bool"]["should"]:
        query = clause["match"]["title"] if "match" in clause else next(iter(clause.values()))
        assert len(query["query"]) == 999


def test_k_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="got 0"):
        build_hybrid_query("q", None, 0, ["public"])


def test_missing_fields_of_a_hit_are_empty() -> None:
    (hit,) = parse_hits({"hits": {"hits": [{"_id": "a", "_index": "i", "_score": None, "_source": {}}]}})
    assert (hit["chunk_id"], hit["score"], hit["cite"]) == ("a", 0.0, {})


def test_a_window_keeps_what_overlaps_it_and_all_documents() -> None:
    window = TimeWindow(NOW - timedelta(hours=2), NOW - timedelta(hours=1))
    body = build_hybrid_query("q", [0.5], 3, ["public"], window=window)
    words, nearest = body["query"]["hybrid"]["queries"]
    overlap = words["bool"]["filter"][-1]["bool"]["should"]
    assert nearest["knn"]["embedding"]["filter"]["bool"]["filter"][-1]["bool"]["should"] == overlap
    documents, happened = overlap
    assert set(documents["bool"]["must_not"][0]["terms"]["kind"]) == DYNAMIC_KINDS
    observed, began = happened["bool"]["filter"]
    assert observed == {"range": {"observed_at": {"gte": "2026-11-21T10:00:00+00:00"}}}
    with_begin, without = began["bool"]["should"]
    assert with_begin == {"range": {"began_at": {"lte": "2026-11-21T11:00:00+00:00"}}}
    assert without["bool"]["must_not"] == [{"exists": {"field": "began_at"}}]
    assert without["bool"]["filter"] == [{"range": {"observed_at": {"lte": "2026-11-21T11:00:00+00:00"}}}]


def test_what_the_stack_writes_to_itself_is_never_found() -> None:
    body = build_hybrid_query("q", [0.5], 3, ["public"])
    words, nearest = body["query"]["hybrid"]["queries"]
    canary = {"bool": {"must_not": [{"term": {"service": "runlore-canary"}}]}}
    assert canary in words["bool"]["filter"]
    assert canary in nearest["knn"]["embedding"]["filter"]["bool"]["filter"]


@pytest.mark.parametrize(
    ("question", "identifiers"),
    [
        ("What happened to request req-7f3a91?", "req-7f3a91"),
        ("Did rag_pipeline fail (10.0.0.7:8080)?", "rag_pipeline 10.0.0.7:8080"),
        ("order 47110.", "47110"),
    ],
)
def test_what_looks_like_an_identifier_is_looked_for_among_the_values(
    question: str, identifiers: str
) -> None:
    body = build_hybrid_query(question, [0.5], 3, ["public"])
    holds = body["query"]["hybrid"]["queries"][2]["constant_score"]["filter"]["bool"]
    assert holds["should"][0] == {"match": {"values": identifiers}}
    assert [part["multi_match"]["query"] for part in holds["should"][1:]] == identifiers.split()
    assert holds["minimum_should_match"] == 1
    assert {"terms": {"acl": ["public"]}} in holds["filter"]
    processor = body["search_pipeline"]["phase_results_processors"][0]["normalization-processor"]
    weights = processor["combination"]["parameters"]["weights"]
    assert len(weights) == 3
    assert weights[2] >= weights[0] + weights[1]


@pytest.mark.parametrize("question", ["Why is it red?", "What is up with checkout.", "top 10 errors"])
def test_words_of_the_language_are_no_identifiers(question: str) -> None:
    body = build_hybrid_query(question, [0.5], 3, ["public"])
    assert len(body["query"]["hybrid"]["queries"]) == 2


def test_the_service_that_is_named_counts_whatever_its_case_and_marks() -> None:
    (service, namespace) = build_hybrid_query("Errors of Payment?", None, 3, ["public"])["query"]["bool"][
        "should"
    ]
    assert service["constant_score"]["filter"] == {"terms": {"service": ["errors", "of", "payment"]}}
    assert namespace["constant_score"]["filter"] == {"terms": {"namespace": ["errors", "of", "payment"]}}


def test_rank_fusion_interleaves_and_rewards_agreement() -> None:
    first = [make_hit(name, 9.0) for name in "abc"]
    second = [make_hit(name, 0.1) for name in "xby"]
    fused = fuse([first, second], 4)
    assert names(fused) == ["b", "a", "x", "c"]
    assert fused[0]["score"] == pytest.approx(2 / 62)


def test_fusing_nothing_is_nothing() -> None:
    assert fuse([], 3) == fuse([[], []], 3) == []
