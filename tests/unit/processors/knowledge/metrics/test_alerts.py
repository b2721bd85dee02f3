"""Alerts become chunks that say what fires, since when, or that it is over."""

import json
from typing import Any

import pytest

from processors.knowledge.chunk import ENDED, Chunk
from processors.knowledge.record import Record
from processors.knowledge.untrusted import PoisonError
from tests.support.chunks import make_chunks

ALERT: dict[str, Any] = {
    "labels": {"alertname": "ProcessDown", "job": "redis", "severity": "critical"},
    "annotations": {
        "summary": "redis can't be scraped.",
        "description": "3 of 3 scrapes failed.",
        "runbook_url": "https://runbooks.example/process-down",
    },
    "state": "firing",
    "activeAt": "2026-11-21T10:42:10.123456789Z",
    "value": "0e+00",
}
READ_AT_MS = 1_795_258_800_000  # 2026-11-21 11:00 UTC
ENDED_AT_MS = READ_AT_MS + 1_260_000


def build_all(body: Any, read_at_ms: int = READ_AT_MS, **headers: str) -> list[Chunk]:
    record = Record(
        topic="runlore.metrics",
        partition=1,
        offset=7,
        timestamp_ms=read_at_ms,
        key="alert",
        headers=headers,
        value=json.dumps(body),
    )
    return make_chunks(record)


def build(alert: dict[str, Any], read_at_ms: int = READ_AT_MS, **headers: str) -> Chunk:
    body = {"status": "success", "data": {"alerts": [alert]}}
    (chunk,) = build_all(body, read_at_ms, expression="up == 0", **headers)
    return chunk


def resolve() -> Chunk:
    return build({**ALERT, "state": "inactive"}, ENDED_AT_MS, ended_at="2026-11-21T11:20:00+00:00")


def test_a_firing_alert_says_what_its_author_wrote_and_since_when() -> None:
    chunk = build(ALERT)
    assert chunk["text"].splitlines() == [
        "Alert ProcessDown (job redis) is firing since 2026-11-21 10:42 UTC, severity critical: "
        "redis can't be scraped. 3 of 3 scrapes failed.",
        "Value 0 at 2026-11-21 11:00 UTC.",
        "Runbook: https://runbooks.example/process-down",
        "PromQL: up == 0",
    ]
    assert (chunk["kind"], chunk["severity"], chunk["service"]) == ("alert", "critical", "redis")
    assert (chunk["began_at"][:16], chunk["observed_at"][:16]) == ("2026-11-21T10:42", "2026-11-21T11:00")
    assert chunk["cite"]["query"] == "up == 0"
    assert chunk["source_offset"] == 8


def test_a_resolved_alert_replaces_the_firing_one_and_says_so() -> None:
    firing, resolved = build(ALERT), resolve()
    assert resolved["chunk_id"] == firing["chunk_id"]
    assert "is resolved: it fired from 2026-11-21 10:42 UTC to 2026-11-21 11:20 UTC" in resolved["text"]
    assert resolved["severity"] == "info"
    assert (resolved["values"], firing["values"]) == ([ENDED], [])
    assert resolved["content_hash"] != firing["content_hash"]


def test_what_fires_again_is_another_chunk_of_the_same_alert() -> None:
    again = build({**ALERT, "activeAt": "2026-11-21T12:00:00Z"})
    assert again["chunk_id"] != build(ALERT)["chunk_id"]
    assert again["doc_id"] == build(ALERT)["doc_id"]


def test_figures_in_a_description_cost_no_new_embedding() -> None:
    notes = {**ALERT["annotations"], "description": "17 of 17 scrapes failed."}
    changed = build({**ALERT, "annotations": notes, "value": "1e+00"})
    assert changed["content_hash"] == build(ALERT)["content_hash"]
    assert changed["text"] != build(ALERT)["text"]


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "yesterday", "", None, 0])
def test_a_time_that_is_none_is_unknown_and_lies_in_no_other_window(since: Any) -> None:
    chunk = build({**ALERT, "activeAt": since, "value": "NaN"})
    assert "is firing since an unknown time, severity critical" in chunk["text"]
    assert "Value not a number at 2026-11-21 11:00 UTC." in chunk["text"]
    assert chunk["began_at"] == chunk["observed_at"] == "2026-11-21T11:00:00+00:00"
    later = build({**ALERT, "activeAt": since}, READ_AT_MS + 60_000)
    assert later["chunk_id"] == chunk["chunk_id"]


def test_an_alert_that_says_little_is_told_all_the_same() -> None:
    chunk = build({"labels": {"team": "web"}, "annotations": ["odd"], "value": {}})
    assert chunk["text"].splitlines()[0] == (
        "Alert without a name (team web) is firing since an unknown time: Its author wrote no summary."
    )


def test_one_alert_that_is_none_takes_no_other_along() -> None:
    alerts = [ALERT, {"labels": {}}, "text", {**ALERT, "labels": "odd"}]
    (chunk,) = build_all({"status": "success", "data": {"alerts": alerts}})
    assert chunk["text"].endswith("Besides, 3 could not be read or were too many, and are left out.")
    with pytest.raises(PoisonError, match="none of 2 series or alerts has labels"):
        build_all({"status": "success", "data": {"alerts": alerts[1:3]}})


def make_sent(instance: str, status: str, begin: str, end: str, **more: Any) -> dict[str, Any]:
    labels = {"alertname": "QueueGrows", "instance": instance, "namespace": "shop"}
    annotations = {"summary": f"queue {instance} grows"}
    sent = {"status": status, "labels": labels, "annotations": annotations, "startsAt": begin}
    return {**sent, "endsAt": end, **more}


ZERO = "0001-01-01T00:00:00Z"


def make_webhook(*alerts: Any, **more: Any) -> dict[str, Any]:
    return {"version": "4", "status": "firing", "groupLabels": {}, "alerts": list(alerts), **more}


def test_alertmanagers_webhook_tells_what_fires_what_ended_and_what_was_cut_off() -> None:
    firing, resolved = build_all(
        make_webhook(
            make_sent("a", "firing", "2026-11-21T10:58:00.5Z", ZERO),
            make_sent("b", "resolved", "2026-11-21T10:40:00Z", "2026-11-21T10:59:00Z"),
            truncatedAlerts=3,
        )
    )
    assert firing["text"].splitlines() == [
        "Alert QueueGrows (instance a, namespace shop) is firing since 2026-11-21 10:58 UTC: queue a grows",
        "The message told of 3 more alerts, which were cut off.",
    ]
    assert "is resolved: it fired from 2026-11-21 10:40 UTC to 2026-11-21 10:59 UTC" in resolved["text"]
    assert (firing["severity"], resolved["severity"]) == ("warning", "info")
    assert (firing["values"], resolved["values"]) == ([], [ENDED])
    assert resolved["observed_at"] == "2026-11-21T10:59:00+00:00"


def test_an_alert_is_the_same_whoever_tells_of_it() -> None:
    told = make_sent("a", "firing", "2026-11-21T10:58:00.123456789Z", ZERO)
    by_prometheus = build({**told, "state": "firing", "activeAt": told["startsAt"]})
    (by_webhook,) = build_all(make_webhook(told))
    shuffled = dict(reversed(told["labels"].items()))
    listed = {
        **told,
        "labels": shuffled,
        "startsAt": "2026-11-21T10:58:00.123Z",
        "status": {"state": "active"},
    }
    (by_api,) = build_all([{**listed, "endsAt": "2026-11-21T11:04:00Z"}])
    assert by_prometheus["chunk_id"] == by_webhook["chunk_id"] == by_api["chunk_id"]
    assert by_api["text"].splitlines()[0] == by_webhook["text"].splitlines()[0]


def test_alertmanagers_list_tells_what_is_silenced_and_what_is_over() -> None:
    silenced = make_sent("a", "", "2026-11-21T10:00:00Z", "2026-11-21T11:04:00Z")
    over = make_sent("b", "", "2026-11-21T10:00:00Z", "2026-11-21T10:30:00Z")
    first, second = build_all(
        [{**silenced, "status": {"state": "suppressed"}}, {**over, "status": {"state": "active"}}]
    )
    assert "is firing, but silenced, since 2026-11-21 10:00 UTC" in first["text"]
    assert "is resolved: it fired from 2026-11-21 10:00 UTC to 2026-11-21 10:30 UTC" in second["text"]


def test_grafanas_webhook_adds_a_figure_and_prometheus_address_its_expression() -> None:
    grafana = make_sent("a", "firing", "2026-11-21T10:00:00+03:00", ZERO, values={"B": 91.5}, orgId=1)
    address = "http://prometheus:9090/graph?g0.expr=queue+%3E+90&g0.tab=1"
    body = make_webhook(
        {**grafana, "generatorURL": address}, version="1", state="alerting", title="[FIRING:1]"
    )
    (chunk,) = build_all(body)
    assert chunk["text"].splitlines()[1:] == ["Value 91.5 at 2026-11-21 11:00 UTC.", "PromQL: queue > 90"]
    assert chunk["began_at"] == "2026-11-21T07:00:00+00:00"


def test_what_the_alerts_of_a_message_share_is_added_to_each() -> None:
    alert = {"labels": {"instance": "a"}, "startsAt": "2026-11-21T10:00:00Z", "generatorURL": "http://[odd"}
    body = make_webhook(alert, status="resolved", commonLabels={"alertname": "Slow"}, truncatedAlerts=0)
    (chunk,) = build_all({**body, "commonAnnotations": {"summary": "slow"}})
    assert chunk["text"] == (
        "Alert Slow (instance a) is resolved: "
        "it fired from 2026-11-21 10:00 UTC to 2026-11-21 11:00 UTC. slow"
    )


def test_a_message_without_alerts_says_nothing() -> None:
    assert build_all(make_webhook()) == []
