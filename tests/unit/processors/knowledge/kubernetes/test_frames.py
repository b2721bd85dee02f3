"""What shippers wrap around objects and events is taken off, whatever it is."""

import json
from typing import Any

import pytest

from processors.knowledge.untrusted import PoisonError
from tests.support.kubernetes import build, build_all, make_event, make_object, make_record

EVENT = {"apiVersion": "v1", "kind": "Event", **make_event()}
POD = make_object("Pod", status={"phase": "Running"})
SAID = "Pod checkout-1 in namespace shop had the event BackOff (Warning) 3 times"


def make_otlp(body: Any, **attributes: str) -> dict[str, Any]:
    """Return a message of OpenTelemetry's Kafka exporter with one log record."""
    named = [{"key": name, "value": {"stringValue": value}} for name, value in attributes.items()]
    record = {
        "timeUnixNano": "1795262340000000000",
        "severityText": "Warning",
        "body": body,
        "attributes": named,
    }
    cluster = [{"key": "k8s.cluster.name", "value": {"stringValue": "otel"}}]
    return {"resourceLogs": [{"resource": {"attributes": cluster}, "scopeLogs": [{"logRecords": [record]}]}]}


def make_any_value(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {"kvlistValue": {"values": [{"key": k, "value": make_any_value(v)} for k, v in value.items()]}}
    if isinstance(value, list):
        return {"arrayValue": {"values": [make_any_value(part) for part in value]}}
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": str(value)}


SHAPES = {
    "the API": EVENT,
    "without a kind": make_event(),
    "a watch frame": {"type": "ADDED", "object": EVENT},
    "a modified frame": {"type": "MODIFIED", "object": EVENT},
    "eventrouter": {"verb": "UPDATED", "event": make_event(), "old_event": make_event(count=1)},
    "a list of events": {"kind": "EventList", "apiVersion": "v1", "metadata": {}, "items": [make_event()]},
    "kubectl get": {"kind": "List", "apiVersion": "v1", "metadata": {}, "items": [EVENT]},
    "items alone": {"items": [make_event()]},
    "an array": [EVENT],
    "a line each": f"{json.dumps({'kind': 'Lease', 'metadata': {'name': 'l'}})}\n{json.dumps(EVENT)}\n",
    "CloudEvents": {"specversion": "1.0", "type": "dev.knative.apiserver.resource.add", "data": EVENT},
    "Kafka Connect": {"schema": {"type": "struct"}, "payload": EVENT},
    "k8sobjects": {"body": {"type": "ADDED", "object": EVENT}, "attributes": {"event.name": "checkout"}},
    "JSON in a message": {"@timestamp": "2026-11-21T11:00:00Z", "message": json.dumps(EVENT)},
    "a log line": {"log": json.dumps({"verb": "ADDED", "event": make_event()}), "stream": "stdout"},
    "OTLP": make_otlp(make_any_value({"type": "ADDED", "object": EVENT})),
    "OTLP with text": make_otlp({"stringValue": json.dumps(EVENT)}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_an_event_is_told_whatever_it_is_wrapped_in(shape: str) -> None:
    chunk = build(SHAPES[shape])
    assert chunk["text"].startswith(SAID)
    assert chunk["chunk_id"] == build(EVENT)["chunk_id"]
    assert chunk["severity"] == "warning"


@pytest.mark.parametrize(
    "value",
    [
        {"type": "MODIFIED", "object": POD},
        {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": [POD]},
        {"kind": "List", "items": [POD]},
        {"body": {"object": POD, "type": "ADDED"}},
    ],
)  # fmt: skip
def test_an_object_is_the_same_chunk_by_every_way(value: Any) -> None:
    assert build(value)["chunk_id"] == build(POD)["chunk_id"]


def test_items_of_a_list_have_the_kind_that_its_name_says() -> None:
    item = {name: part for name, part in POD.items() if name != "kind"}
    assert (
        build({"kind": "PodList", "apiVersion": "v1", "items": [item]})["title"]
        == "Pod checkout in namespace shop"
    )
    volumes = {"kind": "StatefulSetList", "apiVersion": "apps/v1", "items": [item]}
    assert build(volumes)["title"].startswith("StatefulSet checkout")


@pytest.mark.parametrize(
    "value",
    [
        {"type": "BOOKMARK", "object": {"kind": "Pod", "metadata": {"resourceVersion": "12"}}},
        {"type": "ERROR", "object": {"kind": "Status", "code": 410, "metadata": {}}},
        {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": []},
        {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "n1"}},
        {"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": {"name": "tls"}},
        {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": {"name": "shop"}},
        {"type": "DELETED", "object": EVENT},
        {"kind": "List", "items": [{"kind": "ServiceAccount", "metadata": {"name": "x"}}]},
    ],
)
def test_what_is_not_told_is_no_fault(value: Any) -> None:
    assert build_all(value) == []


def test_a_deleted_frame_ends_an_object_without_a_header() -> None:
    assert "was deleted at" in build({"type": "DELETED", "object": POD})["text"]


@pytest.mark.parametrize(
    "broken", [None, 7, "x", {}, {"kind": "Pod", "metadata": {}}, {"kind": 3, "metadata": []}]
)
def test_a_broken_item_takes_no_other_along(broken: Any) -> None:
    kept = build_all({"kind": "List", "items": [POD, broken, EVENT]})
    assert [chunk["kind"] for chunk in kept] == ["k8s_state", "k8s_event"]


@pytest.mark.parametrize(
    "value", ["", "no JSON", '{"a": 1}\nno JSON', {"message": "hello"}, {"data": {"data": {}}}]
)
def test_what_has_nothing_of_kubernetes_is_poison(value: Any) -> None:
    with pytest.raises(PoisonError):
        build_all(make_record(value)["value"])


def test_the_cluster_is_read_of_the_wrapping_where_no_header_names_it() -> None:
    exporter = {**make_event(), "clusterName": "exported"}
    assert build(exporter, cluster="")["cluster"] == "exported"
    assert build(make_otlp({"stringValue": json.dumps(EVENT)}), cluster="")["cluster"] == "otel"
    assert build(exporter)["cluster"] == "prod"


def test_two_clusters_share_no_chunk_of_an_object_without_uid() -> None:
    pod = make_object("Pod", metadata={"uid": ""})
    assert build(pod, cluster="a")["chunk_id"] != build(pod, cluster="b")["chunk_id"]
    assert build(POD, cluster="a")["doc_id"] != build(POD, cluster="b")["doc_id"]


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("Pod", {"spec": {"containers": [{"name": "app"}]}}),
        ("Node", {"status": {"nodeInfo": {"kubeletVersion": "v1.33"}}}),
        ("CronJob", {"spec": {"jobTemplate": {"spec": {}}}}),
        ("DaemonSet", {"status": {"desiredNumberScheduled": 3}}),
    ],
)
def test_an_object_that_lacks_its_kind_shows_it(kind: str, parts: dict[str, Any]) -> None:
    object_ = {name: part for name, part in make_object(kind, **parts).items() if name != "kind"}
    assert build({"type": "ADDED", "object": object_})["title"].startswith(f"{kind} checkout")


def test_lines_without_end_are_poison() -> None:
    with pytest.raises(PoisonError):
        build_all("{}\n" * 6_000)


def test_wrappings_without_end_are_poison() -> None:
    value: Any = EVENT
    for _ in range(20):
        value = {"data": value}
    with pytest.raises(PoisonError):
        build_all(value)
