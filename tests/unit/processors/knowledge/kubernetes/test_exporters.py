"""Events whose fields an exporter named otherwise than the API."""

from typing import Any

import pytest

from tests.support.kubernetes import build, build_all, make_object

METRICBEAT = {
    "@timestamp": "2026-11-21T11:30:00Z",
    "kubernetes": {
        "event": {
            "count": 2,
            "involved_object": {
                "api_version": "v1",
                "kind": "Pod",
                "name": "checkout-1",
                "namespace": "shop",
            },
            "message": "Back-off restarting",
            "metadata": {"name": "e1", "namespace": "shop", "uid": "e-1"},
            "reason": "BackOff",
            "timestamp": {
                "first_occurrence": "2026-11-21T11:00:00Z",
                "last_occurrence": "2026-11-21T11:30:00Z",
            },
            "type": "Warning",
        }
    },
}


def test_names_in_snake_case_are_read() -> None:
    chunk = build(METRICBEAT)
    assert chunk["text"].startswith(
        "Pod checkout-1 in namespace shop had the event BackOff (Warning) twice, the last time at 11:30:00"
    )
    assert chunk["began_at"] == "2026-11-21T11:00:00+00:00"


def test_the_attributes_of_opentelemetry_are_read() -> None:
    names = {
        "k8s.event.reason": "FailedMount", "k8s.event.uid": "e-2", "k8s.event.name": "e2",
        "k8s.event.count": "4",
        "k8s.namespace.name": "shop", "k8s.object.kind": "Pod", "k8s.object.name": "db-0",
        "k8s.event.start_time": "2026-11-21 11:00:00 +0000 UTC",
    }  # fmt: skip
    attributes = [{"key": name, "value": {"stringValue": value}} for name, value in names.items()]
    record = {
        "timeUnixNano": "1795262340000000000",
        "severityText": "Warning",
        "body": {"stringValue": "no such volume"},
        "attributes": attributes,
    }
    chunk = build({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]})
    assert chunk["text"].startswith("Pod db-0 in namespace shop had the event FailedMount (Warning) 4 times")
    assert chunk["began_at"] == "2026-11-21T11:00:00+00:00"
    assert chunk["observed_at"] == "2026-11-21T11:59:00+00:00"
    assert chunk["service"] == "db"


def make_audit(verb: str = "patch", user: str = "alice", code: int = 200, **more: Any) -> dict[str, Any]:
    return {
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "auditID": f"{verb}-{user}-{code}", "verb": verb,
        "stage": "ResponseComplete", "user": {"username": user}, "responseStatus": {"code": code},
        "objectRef": {"resource": "deployments", "namespace": "shop", "name": "checkout"},
        "requestReceivedTimestamp": "2026-11-21T11:00:00.000000Z", "stageTimestamp": "2026-11-21T11:00:00.1Z",
        "requestObject": {"data": {"password": "hunter2"}}, **more,
    }  # fmt: skip


def test_who_changed_something_is_told_without_what_was_sent() -> None:
    chunk = build({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [make_audit()]})
    assert chunk["text"].startswith(
        "Deployment checkout in namespace shop had the event Patched (Normal) once,"
    )
    assert "alice patched it" in chunk["text"]
    assert (chunk["severity"], chunk["doc_id"]) == ("info", build(make_object("Deployment"))["doc_id"])
    assert "hunter2" not in str(chunk)


def test_a_change_that_was_refused_is_a_warning() -> None:
    chunk = build(make_audit("delete", code=403))
    assert "alice was refused to delete it (403)" in chunk["text"]
    assert chunk["severity"] == "warning"


@pytest.mark.parametrize(
    "audit",
    [make_audit("get"), make_audit("watch"), make_audit(user="system:node:n1"),
     make_audit(stage="RequestReceived"),
     make_audit(user="system:serviceaccount:kube-system:job-controller"), make_audit(objectRef={})],
)  # fmt: skip
def test_who_only_looks_and_the_cluster_itself_are_not_told_of(audit: dict[str, Any]) -> None:
    assert build_all(audit) == []
