"""Airflow's runs in, `pipeline_run` chunks out: a failure each by itself, and an hour of a DAG in words.

The records are those of `processors/collectors/airflow.py`.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from processors.chunk import Chunk, hash_content, make_id
from processors.durations import describe_duration
from processors.record import Record
from processors.untrusted import read_object

_FLAT: Final = 0.1
# Fewer runs show no trend.
_ENOUGH: Final = 6
_LINES: Final = 8


def build_airflow_chunks(record: Record, batch_id: str, ingested_at: str) -> list[Chunk]:
    """Return the chunk of a single run or of a DAG's hour; a newer record of the same one replaces it.

    Raises:
        ValueError: The record is neither, or an hour without runs.
        LookupError: A field is missing that Airflow always gives.
    """
    body = read_object(record["value"])
    if not isinstance(body, dict) or not body.keys() & {"dag_run", "dag_runs"}:
        raise ValueError("expected a JSON object with 'dag_run' or 'dag_runs'")
    parts = _describe_run(body) if "dag_run" in body else _describe_hour(body)
    title, gist = parts["title"][:160], parts["gist"]
    return [
        Chunk(
            chunk_id=make_id("pipeline_run", *parts["identity"]),
            doc_id=make_id("pipeline_run", *parts["identity"]),
            source=f"airflow:{parts['dag_id']}",
            kind="pipeline_run",
            title=title,
            heading_path="",
            text=parts["text"],
            gist=gist,
            content_hash=hash_content(title, "", gist),
            began_at=parts["began_at"].isoformat(),
            observed_at=parts["observed_at"].isoformat(),
            ingested_at=ingested_at,
            cluster="",
            namespace="",
            service=parts["dag_id"],
            severity=parts["severity"],
            labels={"dag": parts["dag_id"], **parts["labels"]},
            values=[parts["dag_id"], *parts["values"]],
            acl=["public"],
            cite={"type": "airflow", "dag_id": parts["dag_id"], **parts["cite"]},
            batch_id=batch_id,
            source_offset=record["offset"] + 1,
        )
    ]


def _describe_run(body: dict[str, Any]) -> dict[str, Any]:
    run, instances, logs = body["dag_run"], body["task_instances"], body.get("logs") or {}
    dag_id, run_id, is_failed = run["dag_id"], run["dag_run_id"], run["state"] == "failed"
    ended = _read_time(run["end_date"])
    began = _read_time(run["start_date"]) if run["start_date"] else ended
    failed = [instance for instance in instances if instance["state"] == "failed"]
    errors = [find_error(logs.get(instance["task_id"], [])) for instance in failed]
    causes = [_describe_failure(instance, error) for instance, error in zip(failed, errors, strict=True)]
    when = f"on {ended:%Y-%m-%d at %H:%M} UTC"
    why = "; ".join(causes) or "no task is marked as failed"
    outcome = f"failed {when}: {why}" if is_failed else f"succeeded {when}, after this run had failed before"
    took = describe_duration((ended - began).total_seconds())
    in_order = sorted(instances, key=lambda instance: instance["start_date"] or "~")
    names = ", ".join(sorted({instance["task_id"] for instance in failed}))
    lines = [
        f"DAG {dag_id} {outcome}.",
        f"Run {run_id} ({run['run_type']}) began at {began:%H:%M:%S} and took {took}.",
        f"Tasks: {', '.join(map(_describe_task, in_order))}.",
        *(_quote_log(task_id, events) for task_id, events in logs.items()),
    ]
    return {
        "dag_id": dag_id,
        "identity": (dag_id, run_id),
        "title": f"{'Failed run' if is_failed else 'Run'} of DAG {dag_id}{f' in {names}' if names else ''}",
        "text": "\n".join(filter(None, lines)),
        # A different error is a different thing to look for; a different time is not.
        "gist": " ".join(filter(None, (f"Airflow DAG {dag_id} {run['state']}", names, *errors))),
        "began_at": began,
        "observed_at": ended,
        "severity": "error" if is_failed else "info",
        "labels": {"state": run["state"], **({"task": names} if names else {})},
        "values": [run_id, *(instance["task_id"] for instance in failed)],
        "cite": {"run_id": run_id, **({"task_id": failed[0]["task_id"]} if failed else {})},
    }


def find_error(events: list[dict[str, Any]]) -> str:
    """Return the error that ended a task, from the end of its log, or nothing.

    Example:
        >>> full = {"exc_type": "OSError", "exc_value": "disk full"}
        >>> find_error([{"event": "Task failed", "error_detail": [full]}])
        'OSError: disk full'
        >>> find_error([{"event": "start", "level": "info"}, {"event": "disk full", "level": "error"}])
        'disk full'
    """
    for event in reversed(events):
        if event.get("error_detail"):
            error = event["error_detail"][0]
            return f"{error['exc_type']}: {error['exc_value']}"
    told = (event["event"] for event in reversed(events) if event.get("level") in ("error", "critical"))
    return next(told, "")


def _describe_failure(instance: dict[str, Any], error: str) -> str:
    tries = f"try {instance['try_number']} of {instance['max_tries'] + 1}"
    took = f" after {describe_duration(instance['duration'])}" if instance["duration"] else ""
    reason = f" with {error.splitlines()[0][:200]}" if error else ""
    return f"task {instance['task_id']} failed on {tries}{took}{reason}"


def _describe_task(instance: dict[str, Any]) -> str:
    took = f" in {describe_duration(instance['duration'])}" if instance["duration"] else ""
    return f"{instance['task_id']} {instance['state']}{took}"


def _quote_log(task_id: str, events: list[dict[str, Any]]) -> str:
    """Return what a task itself said last; Airflow's own lines about every task say nothing."""
    own = (event for event in events if not event.get("logger", "").startswith("airflow."))
    told = [event["event"] for event in own if not event["event"].startswith("::")][-_LINES:]
    return "\n".join((f"Last log lines of {task_id}:", *told)) if told else ""


def _describe_hour(body: dict[str, Any]) -> dict[str, Any]:
    dag_id, runs = body["dag_id"], body["dag_runs"]
    if not runs:
        raise ValueError(f"no run of {dag_id} in the hour {body['hour']}")
    hour, ended = _read_time(body["hour"]), max(_read_time(run["end_date"]) for run in runs)
    failed = sum(run["state"] == "failed" for run in runs)
    durations = [float(run["duration"]) for run in runs if run["duration"] is not None]
    span = f"from {hour:%H:%M} to {ended:%H:%M} UTC on {hour:%Y-%m-%d}"
    times = "once" if len(runs) == 1 else f"{len(runs)} times"
    told = f"DAG {dag_id} ran {times} {span}: {len(runs) - failed} succeeded, {failed} failed"
    tasks = _group_tasks(body.get("task_instances") or [])
    slowest = max(tasks, key=lambda name: float(np.median(tasks[name])), default=None)
    typical = [f"{name} {describe_duration(float(np.median(tasks[name])))}" for name in sorted(tasks)]
    lines = [
        f"{told}; {describe_durations(durations)}." if durations else f"{told}.",
        f"Slowest task: {slowest}, {describe_durations(tasks[slowest])}." if slowest else "",
        f"Typical task durations: {', '.join(typical)}." if typical else "",
    ]
    return {
        "dag_id": dag_id,
        "identity": (dag_id, "hour", body["hour"]),
        "title": f"Runs of DAG {dag_id} on {hour:%Y-%m-%d from %H:%M} UTC",
        "text": "\n".join(filter(None, lines)),
        "gist": f"Airflow DAG {dag_id} in an hour: runs, failures, durations of {', '.join(sorted(tasks))}",
        "began_at": hour,
        "observed_at": ended,
        "severity": "warning" if failed else "info",
        "labels": {"hour": body["hour"]},
        "values": [],
        "cite": {"hour": body["hour"], "until": (hour + timedelta(hours=1)).isoformat()},
    }


def _group_tasks(instances: Iterable[dict[str, Any]]) -> dict[str, list[float]]:
    tasks: dict[str, list[float]] = {}
    for instance in instances:
        if instance["duration"] is not None:
            tasks.setdefault(instance["task_id"], []).append(float(instance["duration"]))
    return tasks


def describe_durations(durations: list[float]) -> str:
    """Put durations in the order of time into words; at least one, in seconds.

    Example:
        >>> describe_durations([2.0])
        'duration 2.0 s'
        >>> describe_durations([1.0, 1.0, 1.0, 3.0, 3.0, 3.0])
        'duration p50 2.0 s, p95 3.0 s, maximum 3.0 s, rising'
    """
    if len(durations) == 1:
        return f"duration {describe_duration(durations[0])}"
    p50, p95 = (describe_duration(float(np.percentile(durations, share))) for share in (50, 95))
    told = f"duration p50 {p50}, p95 {p95}, maximum {describe_duration(max(durations))}"
    if len(durations) < _ENOUGH:
        return told
    half = len(durations) // 2
    early, late = float(np.mean(durations[:half])), float(np.mean(durations[half:]))
    trend = (
        "steady" if abs(late - early) <= _FLAT * max(early, late) else "rising" if late > early else "falling"
    )
    return f"{told}, {trend}"


def _read_time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
