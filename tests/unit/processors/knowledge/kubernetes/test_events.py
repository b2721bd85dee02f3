"""An event's severity is what it means, and its time one that can be true."""

from typing import Any

import pytest

from tests.support.kubernetes import NOON, build, make_event

AHEAD, ZERO = "2099-01-01T00:00:00Z", "0001-01-01T00:00:00Z"
MADE = "2026-11-21T09:00:00+00:00"


@pytest.mark.parametrize(
    ("reason", "type_", "message", "severity"),
    [
        ("NodeNotReady", "Normal", "Node n1 status is now: NodeNotReady", "error"),
        ("SystemOOM", "Normal", "System OOM encountered", "error"),
        ("FailedCreate", "Warning", "exceeded quota", "error"),
        ("NodeHasDiskPressure", "Normal", "status is now: NodeHasDiskPressure", "warning"),
        ("NodeHasInsufficientMemory", "Normal", "status is now: NodeHasInsufficientMemory", "warning"),
        ("NodeHasInsufficientPID", "Normal", "status is now: NodeHasInsufficientPID", "warning"),
        ("BackOff", "Normal", "Back-off pulling image", "warning"),
        ("Killing", "Normal", "Container app failed liveness probe, will be restarted", "warning"),
        ("Killing", "Normal", "Stopping container app", "info"),
        ("SawCompletedJob", "Normal", "Saw completed job: backup-1, status: Failed", "warning"),
        ("SawCompletedJob", "Normal", "Saw completed job: backup-1, status: Complete", "info"),
        ("NodeHasNoDiskPressure", "Normal", "status is now: NodeHasNoDiskPressure", "info"),
        ("NodeReady", "Normal", "Node n1 status is now: NodeReady", "info"),
        ("Anything", "Error", "", "warning"),
    ],
)
def test_what_an_event_means_decides(reason: str, type_: str, message: str, severity: str) -> None:
    assert build(make_event(reason, type_, message=message))["severity"] == severity


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (AHEAD, AHEAD, NOON),
        (ZERO, "2026-11-21T11:30:00Z", "2026-11-21T11:30:00+00:00"),
        ("2026-11-21T11:30:00Z", AHEAD, "2026-11-21T11:30:00+00:00"),
        (ZERO, ZERO, MADE),
        (None, None, MADE),
        ("soon", [], MADE),
        (float("inf"), -6795364578871345152, MADE),
    ],
)
def test_a_time_that_cannot_be_believed_is_none(first: Any, last: Any, told: str) -> None:
    chunk = build(make_event(firstTimestamp=first, lastTimestamp=last))
    assert (chunk["began_at"], chunk["observed_at"]) == (told, told)
    assert "2099" not in chunk["text"]
    assert "First seen" not in chunk["text"]


@pytest.mark.parametrize("made", [None, ZERO, AHEAD, {}])
def test_an_event_without_any_time_is_of_when_it_came(made: Any) -> None:
    event = make_event(
        firstTimestamp=None, lastTimestamp=None, metadata={"name": "e", "creationTimestamp": made}
    )
    assert build(event)["observed_at"] == NOON


def test_an_event_without_a_name_is_told_apart_by_what_it_says() -> None:
    one, same, other = (make_event(message=said, metadata={}) for said in ("a", "a", "b"))
    assert build(one)["chunk_id"] == build(same)["chunk_id"] != build(other)["chunk_id"]


@pytest.mark.parametrize("count", [0, -3, None, "many", 1e999, True])
def test_a_count_that_is_none_is_once(count: Any) -> None:
    assert " once, at " in build(make_event(count=count))["text"]
