from datetime import UTC, datetime
from typing import Any

import pytest

from processors.retrieval.conditions import list_conditions
from processors.retrieval.events import (
    ask_for_events,
    build_content_queries,
    build_newest_query,
    parse_newest,
    rank_contents,
)
from processors.retrieval.question.time_window import TimeWindow

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def respond(**scores: float) -> dict[str, Any]:
    hits = [{"_score": score, "fields": {"content_hash": [name]}} for name, score in scores.items()]
    return {"hits": {"hits": hits}}


def tell(text: str, kind: str = "log_pattern", count: int = 3, *, is_timed: bool = False) -> str:
    source = {"chunk_id": "a", "content_hash": "h", "kind": kind, "text": text}
    found = {"hits": [{"_id": "a", "_index": "rag-v000001", "_score": None, "_source": source}]}
    since = {"value_as_string": "2026-11-20T10:00:00.000Z"}
    bucket = {"key": "h", "doc_count": count, "since": since}
    response = {"hits": found, "aggregations": {"contents": {"buckets": [bucket]}}}
    (hit,) = parse_newest(response, {"h": 0.5}, is_timed=is_timed)
    assert hit["score"] == 0.5
    return hit["text"]


def test_each_search_is_limited_by_groups_filters_time_and_place() -> None:
    told: Any = (["b", "a"], {"kind": "log_pattern"}, TimeWindow(NOON, NOON), ["shop"])
    asked = ask_for_events("req-7f3a91 failed", [0.5], *told)
    words, nearest, identifiers = (body["query"] for body in build_content_queries(asked))
    newest = build_newest_query(asked, ["h"])["query"]
    for conditions in (
        words["bool"]["filter"],
        nearest["knn"]["embedding"]["filter"]["bool"]["filter"],
        identifiers["constant_score"]["filter"]["bool"]["filter"],
        newest["bool"]["filter"],
    ):
        for condition in list_conditions(*told):
            assert condition in conditions
    assert {"terms": {"content_hash": ["h"]}} in newest["bool"]["filter"]


def test_without_a_vector_words_alone_decide() -> None:
    asked = ask_for_events("req-7f3a91 failed", None, ["public"])
    assert len(build_content_queries(asked)) == 1
    assert rank_contents([respond(a=2.0, b=1.0)], asked.weights, 2) == {"a": 1.0, "b": 0.5}


def test_the_nearest_are_stretched_from_the_worst_and_words_from_nothing() -> None:
    ranked = rank_contents([respond(a=2.0, b=1.9), respond(c=0.9, d=0.8, b=0.5)], (0.55, 0.45), 10)
    assert list(ranked) == ["a", "b", "c", "d"]
    assert ranked == pytest.approx({"a": 0.55, "b": 0.5225, "c": 0.45, "d": 0.3375})


def test_equal_scores_and_none_are_ranked() -> None:
    assert rank_contents([respond(), respond(a=0.7, b=0.7)], (0.5, 0.5), 10) == {"a": 0.5, "b": 0.5}
    assert rank_contents([respond(), respond()], (0.5, 0.5), 10) == {}


def test_no_more_are_ranked_than_wanted() -> None:
    assert rank_contents([respond(a=1.0, b=3.0, c=2.0)], (1.0,), 2).keys() == {"b", "c"}


@pytest.mark.parametrize(
    ("text", "count", "told"),
    [
        (
            "2 log lines of pay (error) at 2026-11-21T12:00:00 UTC:\ndeclined",
            3,
            "2 log lines of pay (error) at 2026-11-21T12:00:00 UTC, and in 2 other windows "
            "since 2026-11-20T10:00:00 UTC:\ndeclined",
        ),
        ("At 12 UTC:\nx", 2, "At 12 UTC, and in another window since 2026-11-20T10:00:00 UTC:\nx"),
        ("1 log line at 12 UTC:\nx", 1, "1 log line at 12 UTC:\nx"),
        # What isn't written as a window is left as it is.
        ("a line\nx", 3, "a line\nx"),
        ("", 3, ""),
    ],
)  # fmt: skip
def test_a_window_tells_how_often_its_lines_recur(text: str, count: int, told: str) -> None:
    assert tell(text, count=count) == told


def test_of_a_time_that_is_asked_about_it_tells_of_that_time() -> None:
    told = tell("1 log line at 12 UTC:\nx", is_timed=True)
    assert told.startswith(
        "1 log line at 12 UTC, and in 2 other windows within that time, the first from 2026-11-20T"
    )


def test_what_is_no_log_line_tells_nothing_of_others() -> None:
    assert tell("It was so until 12 UTC:\nx", kind="metric_window") == "It was so until 12 UTC:\nx"
