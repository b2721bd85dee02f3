"""A failure is told by itself, an hour of successes in one chunk."""

import json
from typing import Any

import pytest

from processors.airflow_runs import build_airflow_chunks
from processors.chunk import Chunk
from processors.record import Record


def build(body: Any) -> Chunk:
    record = Record(
        topic="runlore.airflow",
        partition=0,
        offset=6,
        timestamp_ms=0,
        key="k",
        headers={},
        value=json.dumps(body),
    )
    (chunk,) = build_airflow_chunks(record, "b", "2026-11-21T00:00:00+00:00")
    return chunk


def make_run(state: str = "failed", error: str = "ConnectionError") -> dict[str, Any]:
    instance = {
        "dag_id": "rag_pipeline", "dag_run_id": "manual__1", "map_index": -1, "max_tries": 2, "operator": "x",
        "start_date": "2026-11-21T10:00:02Z", "end_date": "2026-11-21T10:00:14Z", "note": None,
    }  # fmt: skip
    run = {
        "dag_id": "rag_pipeline", "dag_run_id": "manual__1", "state": state, "run_type": "manual",
        "start_date": "2026-11-21T10:00:00Z", "end_date": "2026-11-21T10:02:10Z", "duration": 130.0,
    }  # fmt: skip
    detail = [{"exc_type": error, "exc_value": "refused"}]
    return {
        "dag_run": run,
        "task_instances": [
            {**instance, "task_id": "index_task", "state": state, "duration": 12.0, "try_number": 3},
            {**instance, "task_id": "light_task", "state": "success", "duration": 1.5, "try_number": 1},
        ],
        "logs": {"index_task": [{"event": "Task failed", "level": "error", "error_detail": detail}]},
    }


def make_hour(durations: list[float], failed: int = 0) -> dict[str, Any]:
    runs = [
        {
            "state": "failed" if n < failed else "success",
            "start_date": f"2026-11-21T10:{n:02}:00Z",
            "end_date": f"2026-11-21T10:{n:02}:30Z",
            "duration": duration,
        }
        for n, duration in enumerate(durations)
    ]
    tasks = [
        {"task_id": name, "state": "success", "duration": d} for name, d in (("embed", 2.0), ("light", 0.5))
    ]
    hour = "2026-11-21T10:00:00+00:00"
    return {"dag_id": "rag_pipeline", "hour": hour, "dag_runs": runs, "task_instances": tasks}


def test_a_failure_names_task_try_and_error() -> None:
    chunk = build(make_run())
    assert chunk["text"].splitlines()[0] == (
        "DAG rag_pipeline failed on 2026-11-21 at 10:02 UTC: "
        "task index_task failed on try 3 of 3 after 12.0 s with ConnectionError: refused."
    )
    assert "took 2 min 10 s" in chunk["text"]
    assert (chunk["severity"], chunk["source_offset"]) == ("error", 7)
    assert chunk["cite"] == {
        "type": "airflow", "dag_id": "rag_pipeline", "run_id": "manual__1", "task_id": "index_task"
    }  # fmt: skip


def test_a_run_that_was_cleared_and_succeeded_replaces_its_failure() -> None:
    failed, recovered = build(make_run()), build(make_run("success"))
    assert failed["chunk_id"] == recovered["chunk_id"]
    assert "after this run had failed before" in recovered["text"].splitlines()[0]
    assert recovered["severity"] == "info"


def test_an_hour_is_one_chunk_that_later_records_replace() -> None:
    early, late = build(make_hour([4.0] * 3)), build(make_hour([4.0] * 10 + [9.0] * 10, failed=2))
    assert early["chunk_id"] == late["chunk_id"]
    assert early["content_hash"] == late["content_hash"]
    assert late["text"].splitlines()[0] == (
        "DAG rag_pipeline ran 20 times from 10:00 to 10:19 UTC on 2026-11-21: 18 succeeded, 2 failed; "
        "duration p50 6.5 s, p95 9.0 s, maximum 9.0 s, rising."
    )
    assert "Slowest task: embed, duration 2.0 s." in late["text"]
    assert (early["severity"], late["severity"]) == ("info", "warning")


def test_a_single_run_has_no_trend() -> None:
    assert "ran once" in build(make_hour([4.0]))["text"]
    assert "rising" not in build(make_hour([1.0, 9.0]))["text"]


@pytest.mark.parametrize("body", [None, {"x": 1}, {**make_hour([]), "dag_runs": []}])
def test_anything_else_is_poison(body: Any) -> None:
    with pytest.raises(ValueError, match=r"expected|no run"):
        build(body)
