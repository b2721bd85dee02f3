"""Whatever form a record of metrics has, it is told or refused with a reason, each part for itself."""

from typing import Any

import pytest

from processors.knowledge.untrusted import PoisonError
from tests.unit.processors.knowledge.metrics.records import READ_AT, build_all


def make_body(result: Any, kind: str = "matrix", **more: Any) -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": kind, "result": result}, **more}


def make_series(service: str, **points: Any) -> dict[str, Any]:
    return {"metric": {"__name__": "up", "service": service}, **points}


def test_an_instant_answer_is_told_as_one_point() -> None:
    (chunk,) = build_all(make_body([make_series("till", value=[READ_AT, "0"])], "vector"), query="up")
    assert chunk["text"].splitlines() == [
        "up of till is 0 at 2026-11-21 11:00 UTC; what is usual isn't known yet: only 1 point is there.",
        "PromQL: up",
    ]


def test_an_instant_answer_does_not_replace_the_window_of_its_series() -> None:
    (instant,) = build_all(make_body([make_series("till", value=[READ_AT, "0"])], "vector"))
    (window,) = build_all(make_body([make_series("till", values=[[READ_AT, "0"]])]))
    assert instant["chunk_id"] != window["chunk_id"]


def test_an_instant_answer_of_long_ago_has_no_present_value() -> None:
    (chunk,) = build_all(make_body([make_series("till", value=[READ_AT - 3600, "0"])], "vector"))
    assert "has had no value since 2026-11-21 10:00 UTC" in chunk["text"]


def test_a_scalar_is_told_under_its_query() -> None:
    (chunk,) = build_all(make_body([READ_AT, "7.5"], "scalar"), query="scalar(sum(up))")
    assert chunk["text"].startswith("scalar(sum(up)) is 7.5 at 2026-11-21 11:00 UTC")


@pytest.mark.parametrize("kind", ["matrix", "vector"])
def test_an_answer_without_series_says_nothing(kind: str) -> None:
    assert build_all(make_body([], kind)) == []


def test_what_prometheus_remarks_is_told() -> None:
    body = make_body(
        [make_series("till", values=[[READ_AT, "1"]])], warnings=["partial response"], infos=["i"]
    )
    (chunk,) = build_all(body)
    assert chunk["text"].endswith("Prometheus remarked: partial response\nPrometheus remarked: i")


def test_a_series_that_is_none_takes_no_other_along() -> None:
    odd: list[Any] = [
        None,
        7,
        {"metric": None},
        {"values": []},
        make_series("x"),
        make_series("y", values="z"),
    ]
    (chunk,) = build_all(
        make_body([*odd, make_series("till", values=[["?"], None, [READ_AT, "1"], [READ_AT]])])
    )
    assert chunk["service"] == "till"
    assert chunk["text"].endswith("Besides, 6 could not be read or were too many, and are left out.")


def test_a_series_with_its_times_apart_is_told() -> None:
    body = {
        "metric": {"__name__": "up", "job": "till"},
        "values": [1, 0],
        "timestamps": [READ_AT * 1000 - 60_000, READ_AT * 1000],
    }
    (chunk,) = build_all(body)
    assert chunk["text"].startswith("up of till is 0 at 2026-11-21 11:00 UTC")


def test_odd_labels_are_told_as_text() -> None:
    series = {
        "metric": {"__name__": "up", "ratio": 5, "empty": None, "deep": {"a": 1}},
        "values": [[READ_AT, "1"]],
    }
    (chunk,) = build_all(make_body([series]))
    assert chunk["labels"] == {"__name__": "up", "deep": "{'a': 1}", "empty": "None", "ratio": "5"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            {"status": "error", "errorType": "bad_data", "error": "parse error"},
            "error: bad_data: parse error",
        ),
        (make_body([READ_AT, "text"], "string"), "got 'string'"),
        (make_body(None), "expected a result"),
        (make_body([make_series("x")]), "none of 1 series"),
        (make_body([make_series("x", values=[])]), "none of 1 series"),
        (make_body([make_series("x", values=[[READ_AT, "many"]])]), "none of 1 series"),
        ({"status": "success", "data": None}, "expected an answer"),
        ({}, "got nothing"),
        (5, "got int"),
        ([], "got list"),
        ("", "the record is empty"),
        ("{", "no JSON"),
    ],
)
def test_what_cannot_be_told_is_refused_with_a_reason(body: Any, reason: str) -> None:
    with pytest.raises(PoisonError, match=reason):
        build_all(body)
