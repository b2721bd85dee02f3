"""Prometheus answers become windows in words."""

import json
from typing import Any

import pytest

from processors.metrics import build_metric_chunks
from processors.record import Record


def make_record(values: list[list[Any]], labels: dict[str, str] | None = None) -> Record:
    series = {"metric": labels or {"__name__": "up", "job": "redis"}, "values": values}
    body = {"status": "success", "data": {"resultType": "matrix", "result": [series]}}
    return Record(
        topic="runlore.metrics",
        partition=0,
        offset=0,
        timestamp_ms=0,
        key="up",
        headers={"query": "up"},
        value=json.dumps(body),
    )


def test_a_window_tells_level_and_trend_and_cites_the_query() -> None:
    points = [[1_795_244_400 + 30 * n, str(float(n))] for n in range(10)]
    (chunk,) = build_metric_chunks(make_record(points), "b", "now")
    assert "last 9, minimum 0, mean 4.5, maximum 9; rising over 10 points" in chunk["text"]
    assert chunk["cite"]["query"] == "up"
    assert chunk["service"] == "redis"


def test_a_later_answer_of_the_same_hour_replaces_the_earlier_one() -> None:
    points = [[1_795_244_400 + 30 * n, "1"] for n in range(10)]
    (early,) = build_metric_chunks(make_record(points[:3]), "b", "now")
    (late,) = build_metric_chunks(make_record(points), "b", "now")
    (next_hour,) = build_metric_chunks(make_record([[t + 3600, v] for t, v in points]), "b", "now")
    assert early["chunk_id"] == late["chunk_id"] != next_hour["chunk_id"]


def test_series_without_a_finite_value_are_left_out() -> None:
    assert build_metric_chunks(make_record([[1_795_244_400, "NaN"]]), "b", "now") == []


@pytest.mark.parametrize(
    "value", ["null", '{"status": "error"}', '{"status": "success", "data": {"resultType": "vector"}}']
)
def test_anything_but_a_matrix_is_an_error(value: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        build_metric_chunks({**make_record([]), "value": value}, "b", "now")
