"""OpenTelemetry's metrics are told like those of Prometheus."""

from typing import Any

import pytest

from processors.knowledge.chunk import Chunk
from processors.knowledge.untrusted import PoisonError
from tests.unit.processors.knowledge.metrics.records import READ_AT, build_all

NANO = 10**9


def build_metric(*metrics: Any) -> list[Chunk]:
    attributes = [
        {"key": "service.name", "value": {"stringValue": "till"}},
        {"key": "k8s.namespace.name", "value": {"stringValue": "shop"}},
        {"key": "telemetry.sdk.version", "value": {"stringValue": "1.2"}},
    ]
    scopes = [{"scope": {"name": "otel"}, "metrics": list(metrics)}]
    return build_all({"resourceMetrics": [{"resource": {"attributes": attributes}, "scopeMetrics": scopes}]})


def make_point(value: Any, ago_s: int = 0, **more: Any) -> dict[str, Any]:
    return {"timeUnixNano": str((READ_AT - ago_s) * NANO), "asDouble": value, **more}


def test_a_gauge_is_told_with_its_service_and_unit() -> None:
    points = [make_point(2048, 60), make_point(4096)]
    (chunk,) = build_metric({"name": "process.memory", "unit": "By", "gauge": {"dataPoints": points}})
    assert chunk["text"].startswith(
        "process.memory of till (namespace shop) is 4 KiB at 2026-11-21 11:00 UTC"
    )
    assert (chunk["service"], chunk["namespace"]) == ("till", "shop")
    assert chunk["cite"]["query"] == "process.memory"


def test_points_of_other_attributes_are_other_series() -> None:
    routes = [{"attributes": [{"key": "route", "value": {"intValue": str(n)}}]} for n in range(2)]
    points = [make_point(n, **route) for n, route in enumerate(routes)]
    titles = [chunk["title"] for chunk in build_metric({"name": "busy", "gauge": {"dataPoints": points}})]
    assert titles == ["busy of till (namespace shop, route 0)", "busy of till (namespace shop, route 1)"]


@pytest.mark.parametrize("temporality", [2, "AGGREGATION_TEMPORALITY_CUMULATIVE"])
def test_a_cumulative_sum_is_a_counter(temporality: Any) -> None:
    points = [make_point(90, 120), make_point(95, 60), make_point(3)]
    data = {"isMonotonic": True, "aggregationTemporality": temporality, "dataPoints": points}
    (chunk,) = build_metric({"name": "jobs", "sum": data})
    assert chunk["title"] == "jobs_total of till (namespace shop)"
    assert "It began anew at 11:00 UTC: a restart, no anomaly." in chunk["text"]


def test_a_sum_since_the_last_point_is_no_counter() -> None:
    data = {
        "isMonotonic": True,
        "aggregationTemporality": 1,
        "dataPoints": [make_point(9, 60), make_point(3)],
    }
    (chunk,) = build_metric({"name": "jobs", "sum": data})
    assert "anew" not in chunk["text"]


def test_a_histogram_is_told_by_its_average_and_buckets() -> None:
    point = {
        "timeUnixNano": READ_AT * NANO, "count": "10", "sum": 3.5, "min": 0.1, "max": 0.8,
        "bucketCounts": ["4", "6"], "explicitBounds": [0.2],
    }  # fmt: skip
    (chunk,) = build_metric({"name": "http.duration", "unit": "s", "histogram": {"dataPoints": [point]}})
    assert "Average of http.duration of till (namespace shop) is 350 ms" in chunk["text"]
    assert "half were at most about 300 ms, 95 % at most about 750 ms" in chunk["text"]


@pytest.mark.parametrize(
    "odd",
    [
        None,
        {},
        {"name": "x", "gauge": None},
        {"name": "x", "gauge": {"dataPoints": [{}]}},
        {"histogram": {"dataPoints": [{"count": "x"}]}},
    ],
)
def test_what_is_none_takes_no_other_along(odd: Any) -> None:
    sound = {"name": "busy", "gauge": {"dataPoints": [make_point(1)]}}
    chunks = build_metric(odd, sound)
    assert [chunk["labels"]["__name__"] for chunk in chunks] == ["busy"]


def test_an_export_of_nothing_that_can_be_read_is_refused() -> None:
    with pytest.raises(PoisonError, match="none of 1 series"):
        build_metric({"name": "x", "gauge": {"dataPoints": [make_point("many")]}})
