"""A failure is told by itself, an hour of successes in one chunk."""

import json
from typing import Any

import pytest

from processors.knowledge.chunk import Chunk
from processors.knowledge.record import Record
from tests.support.chunks import make_chunks


def build(body: Any) -> Chunk:
    record = Record(
        topic="runlore.airflow",
        partition=0,
        offset=6,
        timestamp_ms=1_795_262_400_000,  # 2026-11-21 12:00:00 UTC
        key="k",
        headers={},
        value=json.dumps(body),
    )
    (chunk,) = make_chunks(record)
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


DISK_FULL = {"exc_type": "OSError", "exc_value": "disk full", "is_cause": True}
NO_INDEX = {"exc_type": "RuntimeError", "exc_value": "can't write the index"}


def make_mapped(*states: str, logs: Any = None) -> dict[str, Any]:
    """Return a failed run with a mapped task, one instance for each state."""
    run = make_run()
    one = run["task_instances"][0]
    instances = [{**one, "task_id": "load", "map_index": n, "state": state} for n, state in enumerate(states)]
    return {**run, "task_instances": instances, "logs": logs or {}}


def test_of_a_chain_of_exceptions_the_root_cause_is_told() -> None:
    run = make_run()
    run["logs"]["index_task"][0]["error_detail"] = [NO_INDEX, {**NO_INDEX, "exc_type": "KeyError"}, DISK_FULL]
    chunk = build(run)
    said = "RuntimeError: can't write the index; root cause: OSError: disk full"
    assert said in chunk["text"].splitlines()[0]
    assert said in chunk["gist"]


def test_which_of_the_mapped_tasks_failed_is_told() -> None:
    logs = {"load[3]": [{"event": "x", "level": "error", "error_detail": [DISK_FULL]}]}
    chunk = build(make_mapped("success", "success", "success", "failed", "success", logs=logs))
    assert (
        chunk["text"]
        .splitlines()[0]
        .endswith(
            "load[3] (map_index 3 of 5 mapped) failed on try 3 of 3 after 12.0 s with OSError: disk full."
        )
    )
    assert "Of the 5 mapped instances of load 1 failed: map_index 3." in chunk["text"]
    assert "load[3]" in chunk["values"]


def test_of_many_mapped_tasks_that_failed_the_first_are_told_and_all_are_counted() -> None:
    chunk = build(make_mapped(*["failed"] * 30))
    assert "; and 25 more." in chunk["text"].splitlines()[0]
    assert (
        "Of the 30 mapped instances of load 30 failed: map_index 0, 1, 2, 3, 4, 5, 6, 7 and more."
        in (chunk["text"])
    )
    assert len(chunk["text"]) < 5_000


def test_tasks_that_never_ran_are_told_with_why() -> None:
    run = make_run()
    one = run["task_instances"][1]
    run["task_instances"] += [
        {**one, "task_id": "embed", "state": "upstream_failed"},
        {**one, "task_id": "gate", "state": "upstream_failed"},
        {**one, "task_id": "notify", "state": "skipped"},
    ]
    text = build(run)["text"]
    assert "Not run, because a task before them failed: embed, gate." in text
    assert "Skipped: notify." in text


def test_a_task_that_succeeded_only_on_a_later_try_is_told() -> None:
    run = make_run("success")
    run["task_instances"][1]["try_number"] = 2
    assert "Succeeded on a later try: index_task on try 3, light_task on try 2." in build(run)["text"]


@pytest.mark.parametrize(
    ("logs", "events", "said"),
    [
        ([{"event": "Process terminated by signal. Likely out of memory error (OOM).", "level": "critical",
           "signal_name": "SIGKILL"}], [],
         "with Process terminated by signal. Likely out of memory error (OOM). (SIGKILL)"),
        ([{"event": "working", "level": "info"}],
         [{"task_id": "index_task", "map_index": -1, "event": "heartbeat timeout", "extra": "no heartbeat"}],
         "with heartbeat timeout: no heartbeat"),
        ([], [{"task_id": "light_task", "map_index": -1, "event": "state mismatch"}],
         "; its log says no error, so it may have been killed"),
        ([], None, "; its log says no error, so it may have been killed"),
    ],
)  # fmt: skip
def test_a_task_that_was_killed_says_so(logs: Any, events: Any, said: str) -> None:
    run = {**make_run(), "logs": {"index_task": logs}, "event_logs": events}
    assert said in build(run)["text"].splitlines()[0]


def test_a_run_without_a_failed_task_says_what_that_means() -> None:
    run = make_run()
    run["task_instances"] = [{**one, "state": "skipped"} for one in run["task_instances"]]
    assert "no task failed; it ran longer than it may, or somebody marked it as failed" in build(run)["text"]


@pytest.mark.parametrize("time", ["2099-01-01T00:00:00Z", "0001-01-01T00:00:00Z", None, "soon", 1e999, {}])
def test_a_time_that_cannot_be_believed_is_the_brokers(time: Any) -> None:
    run, hour = make_run(), make_hour([4.0])
    run["dag_run"] |= {"start_date": time, "end_date": time}
    hour["dag_runs"][0] |= {"start_date": time, "end_date": time}
    for chunk in (build(run), build(hour)):
        assert chunk["observed_at"] == "2026-11-21T12:00:00+00:00"
        assert chunk["began_at"] <= chunk["observed_at"]
    assert "2099" not in build(run)["text"]


@pytest.mark.parametrize("state", ["running", "queued", None])
def test_a_run_that_goes_on_is_not_told_as_a_success(state: Any) -> None:
    run = make_run()
    run["dag_run"]["state"] = state
    assert "succeeded" not in build(run)["text"].splitlines()[0]


@pytest.mark.parametrize("odd", [None, 7, "x", [None, 3], {"a": [[]]}, [{}], [{"state": "failed"}]])
def test_an_odd_part_takes_no_other_along(odd: Any) -> None:
    run, hour = make_run(), make_hour([4.0])
    assert build({**run, "task_instances": odd, "logs": odd, "event_logs": odd})["severity"] == "error"
    assert build({**run, "logs": {"index_task": odd}})["labels"]["task"] == "index_task"
    assert "ran once" in build({**hour, "task_instances": odd})["text"]
    run["dag_run"] |= {"run_type": odd, "duration": odd}
    assert build(run)["labels"]["state"] == "failed"


@pytest.mark.parametrize(
    "body",
    [
        {"dag_run": {"dag_id": "x"}},
        {"dag_run": {"dag_run_id": "x"}},
        {"dag_runs": [{}]},
        {"dag_run": None},
        {**make_hour([]), "dag_runs": "x"},
    ],
)
def test_what_cannot_be_named_is_poison(body: Any) -> None:
    with pytest.raises(ValueError, match=r"has no|expected|no run"):
        build(body)


@pytest.mark.parametrize("body", [None, {"x": 1}, {**make_hour([]), "dag_runs": []}])
def test_anything_else_is_poison(body: Any) -> None:
    with pytest.raises(ValueError, match=r"expected|no run"):
        build(body)
