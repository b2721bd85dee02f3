"""Alerts become chunks that say what fires, since when, or that it is over."""

import json
from typing import Any

import pytest

from processors.chunk import ENDED, Chunk
from processors.metrics.windows import build_metric_chunks
from processors.record import Record

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


def build(alert: dict[str, Any], **headers: str) -> Chunk:
    body = {"status": "success", "data": {"alerts": [alert]}}
    record = Record(
        topic="runlore.metrics",
        partition=1,
        offset=7,
        timestamp_ms=READ_AT_MS,
        key="alert",
        headers={"expression": "up == 0", **headers},
        value=json.dumps(body),
    )
    (chunk,) = build_metric_chunks(record, "b", "now")
    return chunk


def resolve() -> Chunk:
    return build({**ALERT, "state": "inactive"}, ended_at="2026-11-21T11:20:00+00:00")


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


@pytest.mark.parametrize("missing", ["labels", "state", "activeAt"])
def test_an_alert_without_what_names_it_is_poison(missing: str) -> None:
    with pytest.raises(LookupError):
        build({name: value for name, value in ALERT.items() if name != missing})


def test_an_end_that_isn_t_told_is_poison() -> None:
    with pytest.raises(LookupError, match="ended_at"):
        build({**ALERT, "state": "inactive"})
