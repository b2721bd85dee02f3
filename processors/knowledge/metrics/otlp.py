"""Metrics in OpenTelemetry's JSON (OTLP) as series of Prometheus, under the names that it gives them."""

from typing import Any, Final

from processors.knowledge.faults import iterate_objects, note_fault
from processors.knowledge.metrics.points import read_number

# What a resource says of itself, and the labels that say the same.
_LABELS: Final = {
    "service.name": "service",
    "host.name": "instance",
    "k8s.namespace.name": "namespace",
    "k8s.pod.name": "pod",
    "k8s.node.name": "node",
    "k8s.cluster.name": "cluster",
    "deployment.environment": "environment",
}
_UNITS: Final = {"s": "seconds", "By": "bytes", "MiBy": "mebibytes", "%": "percent", "ms": "ms"}
_KINDS: Final = ("gauge", "sum", "histogram", "exponentialHistogram", "summary")
_CUMULATIVE: Final = (2, "2", "AGGREGATION_TEMPORALITY_CUMULATIVE")
_TOTAL: Final = "_total"


def read_otlp(body: dict[str, Any], faults: list[str]) -> list[dict[str, Any]]:
    """Return the series of an OTLP export; each has its `unit` and the `query` that finds it in Prometheus.

    Points of equal labels are one series. A monotonic cumulative sum is a counter and named `…_total`.

    Args:
        body: With `resourceMetrics`.
        faults: What can't be read is noted there; changed in place.

    Example:
        >>> point = {"timeUnixNano": "1795258800000000000", "asInt": "5"}
        >>> metrics = [{"name": "queue.length", "gauge": {"dataPoints": [point]}}]
        >>> read_otlp({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}, [])[0]["values"]
        [['1795258800000000000', '5']]
    """
    found: dict[tuple[tuple[str, str], ...], dict[str, Any]] = {}
    for place, resource in iterate_objects(body["resourceMetrics"], "resourceMetrics", faults):
        of_resource = _name_resource(_as_object(resource.get("resource")))
        scopes = resource.get("scopeMetrics")
        for within, scope in iterate_objects(scopes, f"{place}.scopeMetrics", faults):
            for at, metric in iterate_objects(scope.get("metrics"), f"{within}.metrics", faults):
                _add_points(found, metric, of_resource, at, faults)
    return list(found.values())


def _add_points(
    found: dict[tuple[tuple[str, str], ...], dict[str, Any]],
    metric: dict[str, Any],
    labels: dict[str, str],
    place: str,
    faults: list[str],
) -> None:
    kind = next((kind for kind in _KINDS if isinstance(metric.get(kind), dict)), None)
    if kind is None:
        note_fault(faults, place, f"expected one of {', '.join(_KINDS)}")
        return
    name = _name_metric(metric, metric[kind])
    points = metric[kind].get("dataPoints")
    for _, point in iterate_objects(points, f"{place}.{kind}.dataPoints", faults):
        of_point = {"__name__": name, **labels, **_read_attributes(point)}
        unit = _UNITS.get(str(metric.get("unit")), "")
        series = found.setdefault(
            tuple(sorted(of_point.items())),
            {"metric": of_point, "values": [], "histograms": [], "unit": unit, "query": name},
        )
        value = point.get("asDouble", point.get("asInt"))
        if value is not None:
            series["values"].append([point.get("timeUnixNano"), value])
        elif "count" in point:
            series["histograms"].append([point.get("timeUnixNano"), _read_histogram(point)])


def _name_metric(metric: dict[str, Any], data: dict[str, Any]) -> str:
    name = str(metric.get("name", ""))
    counts = data.get("isMonotonic") is True and data.get("aggregationTemporality") in _CUMULATIVE
    return name if not counts or name.endswith(_TOTAL) else name + _TOTAL


def _name_resource(resource: dict[str, Any]) -> dict[str, str]:
    attributes = _read_attributes(resource)
    return {label: attributes[name] for name, label in _LABELS.items() if name in attributes}


def _read_attributes(holder: dict[str, Any]) -> dict[str, str]:
    return {
        str(pair.get("key")): str(next(iter(_as_object(pair.get("value")).values()), ""))
        for pair in _list_objects(holder, "attributes")
    }


def _read_histogram(point: dict[str, Any]) -> dict[str, Any]:
    """Return a histogram with buckets as Prometheus gives them, where its bounds are stated."""
    bounds, counts = point.get("explicitBounds"), point.get("bucketCounts")
    buckets: list[list[Any]] = []
    if isinstance(bounds, list) and isinstance(counts, list) and len(counts) == len(bounds) + 1:
        edges = [read_number(point.get("min", "-inf")), *bounds, read_number(point.get("max", "inf"))]
        buckets = [[0, edges[place], edges[place + 1], count] for place, count in enumerate(counts)]
    return {"count": point.get("count"), "sum": point.get("sum"), "buckets": buckets}


def _list_objects(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    stated = holder.get(name)
    return [one for one in stated if isinstance(one, dict)] if isinstance(stated, list) else []


def _as_object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
