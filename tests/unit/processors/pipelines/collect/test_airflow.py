"""How far Airflow's runs were read, and what is kept of a log."""

from typing import Any

from processors.knowledge.airflow.errors import find_error
from processors.pipelines.collect.airflow import _identify, _move, trim_event

START: dict[str, Any] = {"from": "2026-11-21T10:00:00+00:00", "known": [], "failed": []}


def make_run(run_id: str, end: str, state: str = "success") -> dict[str, Any]:
    return {"dag_id": "rag", "dag_run_id": run_id, "state": state, "end_date": f"2026-11-21T{end}+00:00"}


def test_the_position_stays_a_minute_behind_and_knows_what_may_be_listed_again() -> None:
    runs = [make_run("a", "11:00:00"), make_run("b", "11:04:30"), make_run("c", "11:05:00")]
    place = _move(START, runs)
    assert place["from"] == "2026-11-21T11:04:00+00:00"
    assert place["known"] == [_identify(run) for run in runs]
    assert _move(place, runs[1:2])["from"] == place["from"]


def test_another_end_or_state_of_a_run_is_new() -> None:
    first = make_run("a", "11:00:00", "failed")
    others = (make_run("a", "11:00:09", "failed"), make_run("a", "11:00:00"))
    assert _identify(first) not in {_identify(other) for other in others}


def test_a_failed_run_is_remembered_until_it_succeeds() -> None:
    place = _move(START, [make_run("a", "11:00:00", "failed"), make_run("b", "11:00:01", "failed")])
    assert place["failed"] == ["rag/a", "rag/b"]
    assert _move(place, [make_run("a", "11:09:00")])["failed"] == ["rag/b"]


def test_a_log_event_keeps_its_error_without_the_frames() -> None:
    detail = {"exc_type": "OSError", "exc_value": "x" * 9000, "frames": [{"filename": "/srv/a.py"}]}
    event = trim_event({"event": "Task failed", "level": "error", "ti_id": 1, "error_detail": [detail]})
    assert event.keys() == {"event", "level", "error_detail"}
    assert event["error_detail"] == [{"exc_type": "OSError", "exc_value": "x" * 500}]


def test_a_chain_of_errors_is_kept_to_its_root() -> None:
    chain = [
        {"exc_type": "RuntimeError", "exc_value": "no index"},
        {"exc_type": "OSError", "exc_value": "full"},
    ]
    assert trim_event({"event": "x", "error_detail": chain})["error_detail"] == chain
    group = [{"exc_type": "ExceptionGroup", "exc_value": "two", "exceptions": [{"exceptions": chain}]}]
    trimmed = trim_event({"event": "x", "error_detail": group})
    assert find_error([trimmed]).endswith("root cause: OSError: full")


def test_the_signal_that_ended_a_task_is_kept() -> None:
    event = {"event": "Process terminated by signal.", "level": "critical", "signal_name": "SIGKILL"}
    assert trim_event(event)["signal_name"] == "SIGKILL"
