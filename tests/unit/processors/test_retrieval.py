from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from processors.retrieval import (
    FilterError,
    apply_recency,
    build_hybrid_query,
    fuse,
    normalise_query,
    parse_hits,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def make_hit(name: str, score: float, kind: str = "log_pattern", age: timedelta | None = None) -> Any:
    observed = (NOW - age).isoformat() if age is not None else ""
    return {"chunk_id": name, "score": score, "kind": kind, "observed_at": observed}


def names(hits: list[Any]) -> list[str]:
    return [hit["chunk_id"] for hit in hits]


def test_both_clauses_carry_access_and_filters() -> None:
    filters = {"service": "redis", "kind": ["log_pattern"], "observed_at": {"gte": "2026-11-21T00:00:00Z"}}
    body = build_hybrid_query("q", [0.5], 3, ["b", "a"], filters)
    words, nearest = body["query"]["hybrid"]["queries"]
    expected = [
        {"terms": {"acl": ["a", "b"]}},
        {"terms": {"service": ["redis"]}},
        {"terms": {"kind": ["log_pattern"]}},
        {"range": {"observed_at": {"gte": "2026-11-21T00:00:00Z"}}},
    ]
    assert words["bool"]["filter"] == expected
    assert nearest["knn"]["embedding"]["filter"]["bool"]["filter"] == expected
    assert body["size"] == 3
    assert "embedding" not in body["_source"]


def test_without_a_vector_words_alone_are_asked_under_the_same_access() -> None:
    body = build_hybrid_query("q", None, 3, ["public"])
    assert body["query"]["bool"]["filter"] == [{"terms": {"acl": ["public"]}}]
    assert "search_pipeline" not in body


def test_nobody_without_groups_sees_anything() -> None:
    body = build_hybrid_query("q", None, 3, [])
    assert body["query"]["bool"]["filter"] == [{"terms": {"acl": []}}]


@pytest.mark.parametrize(
    "filters", [{"acl": "x"}, {"text": "x"}, {"observed_at": "x"}, {"observed_at": {"x": 1}}]
)
def test_other_filters_are_refused(filters: dict[str, Any]) -> None:
    with pytest.raises(FilterError, match=next(iter(filters))):
        build_hybrid_query("q", None, 3, ["public"], filters)


def test_pasted_log_does_not_become_a_query_of_a_thousand_clauses() -> None:
    body = build_hybrid_query("word " * 5000, None, 3, ["public"])
    assert len(body["query"]["bool"]["must"][0]["multi_match"]["query"]) == 1000


def test_k_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="got 0"):
        build_hybrid_query("q", None, 0, ["public"])


def test_missing_fields_of_a_hit_are_empty() -> None:
    (hit,) = parse_hits({"hits": {"hits": [{"_id": "a", "_index": "i", "_score": None, "_source": {}}]}})
    assert (hit["chunk_id"], hit["score"], hit["cite"]) == ("a", 0.0, {})


def test_what_just_happened_wins_over_a_somewhat_better_old_match() -> None:
    old, new = make_hit("old", 1.0, age=timedelta(days=1)), make_hit("new", 0.6, age=timedelta(minutes=1))
    assert names(apply_recency([old, new], NOW)) == ["new", "old"]


def test_a_much_better_old_match_still_wins() -> None:
    old, new = make_hit("old", 1.0, age=timedelta(days=1)), make_hit("new", 0.4, age=timedelta(0))
    assert names(apply_recency([new, old], NOW)) == ["old", "new"]


def test_documents_do_not_age_and_clocks_may_differ() -> None:
    document = make_hit("document", 0.9, kind="runbook", age=timedelta(days=900))
    ahead = make_hit("ahead", 1.0, age=-timedelta(minutes=5))
    assert [hit["score"] for hit in apply_recency([document, ahead], NOW)] == [1.0, 0.9]


def test_half_life_is_where_half_of_the_bonus_is_gone() -> None:
    hit = make_hit("a", 1.0, age=timedelta(hours=2))
    assert apply_recency([hit], NOW, timedelta(hours=2))[0]["score"] == pytest.approx(0.75)


def test_rank_fusion_interleaves_and_rewards_agreement() -> None:
    first = [make_hit(name, 9.0) for name in "abc"]
    second = [make_hit(name, 0.1) for name in "xby"]
    fused = fuse([first, second], 4)
    assert names(fused) == ["b", "a", "x", "c"]
    assert fused[0]["score"] == pytest.approx(2 / 62)


def test_fusing_nothing_is_nothing() -> None:
    assert fuse([], 3) == fuse([[], []], 3) == []


@pytest.mark.parametrize("text", ["Why is REDIS down?", "why  is redis\ndown", "Why is Ｒedis down?!"])
def test_equal_questions_are_normalised_alike(text: str) -> None:
    assert normalise_query(text) == "why is redis down"


def test_different_questions_stay_different() -> None:
    assert normalise_query("C++ build?") != normalise_query("C build?")
