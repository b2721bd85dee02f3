"""Native histograms are told by their average and quantiles, whatever stands beside them."""

from typing import Any

import pytest

from tests.unit.processors.knowledge.metrics.records import READ_AT, build_all

HISTOGRAM = {"count": "10", "sum": "3.5", "buckets": [[0, "0.1", "0.2", "4"], [0, "0.2", "0.8", "6"]]}


def make_body(*series: Any, kind: str = "matrix", **more: Any) -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": kind, "result": list(series)}, **more}


def make_series(name: str, **points: Any) -> dict[str, Any]:
    return {"metric": {"__name__": name, "service": "till"}, **points}


def test_a_histogram_takes_no_neighbour_along() -> None:
    histo, beside = build_all(
        make_body(
            make_series("rpc_seconds", histograms=[[READ_AT, HISTOGRAM]]),
            make_series("rpc_other", values=[[READ_AT, "3"]]),
        )
    )
    assert "Average of rpc_seconds of till is 350 ms at 2026-11-21 11:00 UTC" in histo["text"]
    assert (
        "Of 10 values half were at most about 300 ms, 95 % at most about 750 ms, by its buckets."
        in histo["text"]
    )
    assert "rpc_other of till is 3 at" in beside["text"]


def test_a_series_of_both_is_told_twice() -> None:
    series = make_series("rpc_seconds", values=[[READ_AT, "3"]], histograms=[[READ_AT, HISTOGRAM]])
    values, average = build_all(make_body(series))
    assert values["chunk_id"] != average["chunk_id"]
    assert (values["title"], average["title"]) == ("rpc_seconds of till", "Average of rpc_seconds of till")


def test_an_instant_histogram_is_told() -> None:
    (chunk,) = build_all(make_body(make_series("rpc_seconds", histogram=[READ_AT, HISTOGRAM]), kind="vector"))
    assert "Average of rpc_seconds of till is 350 ms" in chunk["text"]


def test_a_histogram_that_counted_nothing_has_no_average() -> None:
    (chunk,) = build_all(make_body(make_series("x", histograms=[[READ_AT, {"count": "0", "sum": "0"}]])))
    assert "Average of x of till has not been a number since" in chunk["text"]


@pytest.mark.parametrize(
    "histogram", [None, {}, {"count": "many"}, {"count": "1"}, [], "text", {"count": 1, "sum": None}]
)
def test_a_histogram_that_cannot_be_read_takes_no_neighbour_along(histogram: Any) -> None:
    odd = make_series("odd", histograms=[[READ_AT, histogram]])
    (chunk,) = build_all(make_body(odd, make_series("rpc_other", values=[[READ_AT, "3"]])))
    assert "rpc_other of till is 3" in chunk["text"]
    assert chunk["text"].endswith("Besides, 1 could not be read or were too many, and are left out.")


@pytest.mark.parametrize(
    "buckets",
    [None, [], [[0, "0", "1"]], [["x"]], [[0, "NaN", "NaN", "5"]], [[0, "-Inf", "+Inf", "5"]], "text"],
)
def test_odd_buckets_leave_the_average(buckets: Any) -> None:
    (chunk,) = build_all(
        make_body(make_series("x", histograms=[[READ_AT, {**HISTOGRAM, "buckets": buckets}]]))
    )
    assert "Average of x of till is 0.35 at" in chunk["text"]
    assert "buckets" not in chunk["text"]
