"""The measures agree with their formulas, worked out here by hand."""

import math

import pytest

from evaluation.measures.ranking import MEASURES, QueryResult, average, compute_measures, to_table
from evaluation.queries.query_sets import Query


def test_measures_of_a_ranking_worked_out_by_hand() -> None:
    query = Query(query_id="q", query="", relevant={"a": 2, "b": 1, "c": 1})
    run = {"q": {"x": 9.0, "a": 8.0, "b": 7.0}}
    measured = compute_measures([query], run)["q"]
    gain = 2 / math.log2(3) + 1 / math.log2(4)
    ideal = 2 / math.log2(2) + 1 / math.log2(3) + 1 / math.log2(4)
    assert measured["ndcg_at_10"] == pytest.approx(gain / ideal)
    assert measured["recall_at_10"] == pytest.approx(2 / 3)
    assert measured["mrr_at_10"] == pytest.approx(1 / 2)
    assert measured["precision_at_5"] == pytest.approx(2 / 5)


def test_recall_looks_as_deep_as_its_name_says() -> None:
    query = Query(query_id="q", query="", relevant={"early": 1, "late": 1, "never": 1})
    run = {f"d{rank}": 100.0 - rank for rank in range(60)} | {"early": 91.5, "late": 52.5}
    measured = compute_measures([query], {"q": run})["q"]
    assert measured["recall_at_10"] == pytest.approx(1 / 3)
    assert measured["recall_at_50"] == pytest.approx(2 / 3)


def test_a_query_that_found_nothing_counts_as_zero() -> None:
    queries = [Query(query_id=name, query="", relevant={"a": 1}) for name in ("hit", "miss", "empty")]
    measured = compute_measures(queries, {"hit": {"a": 1.0}, "miss": {"b": 1.0}, "empty": {}})
    assert [measured[q]["recall_at_10"] for q in ("hit", "miss", "empty")] == [1.0, 0.0, 0.0]


def test_the_average_is_over_all_queries_and_needs_one() -> None:
    results = [
        QueryResult(
            query_id=str(n),
            query="",
            language="en",
            measures=dict.fromkeys(MEASURES, n),
            latency_ms=n,
            found=[],
        )
        for n in (0.0, 1.0)
    ]
    assert average(results)["ndcg_at_10"] == 0.5
    assert to_table(results, results[:1])["live_ndcg_at_10"] == [0.0, None]
    with pytest.raises(ValueError, match="no query"):
        average([])
