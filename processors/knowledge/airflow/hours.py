"""All runs of a DAG that ended in an hour, in words: how many, how long they took, what failed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from processors.knowledge.airflow.fields import LONGEST_TITLE, read_span, require_text
from processors.knowledge.airflow.tasks import FAILED, read_duration
from processors.knowledge.chunk_factory import Description
from processors.knowledge.durations import describe_duration
from processors.knowledge.fields import Object, take_count, take_objects, take_text
from processors.knowledge.times import bound_moment, read_moment
from processors.knowledge.untrusted import PoisonError

_FLAT: Final = 0.1
# Fewer runs show no trend.
_ENOUGH: Final = 6


def describe_hour(body: dict[str, Any], clock: datetime) -> Description:
    """Return what is told of a DAG's runs in an hour.

    Args:
        body: `dag_id`, `hour`, `dag_runs` and `task_instances`, as the collector writes them.
        clock: The broker's time.

    Raises:
        PoisonError: There is no run, or it isn't said of which DAG or hour they are.
    """
    dag_id, named = require_text(body, "dag_id"), require_text(body, "hour")
    runs = take_objects(body, "dag_runs")
    if not runs:
        raise PoisonError(f"no run of {dag_id} in the hour {named}")
    hour = bound_moment(read_moment(named, clock), clock)
    ended = max([hour, *(read_span(run, clock)[1] for run in runs)])
    failed = sum(run.get("state") == FAILED for run in runs)
    durations = [duration for run in runs if (duration := read_duration(run)) is not None]
    span = f"from {hour:%H:%M} to {ended:%H:%M} UTC on {hour:%Y-%m-%d}"
    times = "once" if len(runs) == 1 else f"{len(runs)} times"
    told = f"DAG {dag_id} ran {times} {span}: {len(runs) - failed} succeeded, {failed} failed"
    instances = take_objects(body, "task_instances")
    tasks = _group_tasks(instances)
    slowest = max(tasks, key=lambda name: float(np.median(tasks[name])), default=None)
    typical = [f"{name} {describe_duration(float(np.median(tasks[name])))}" for name in sorted(tasks)]
    lines = [
        f"{told}; {describe_durations(durations)}." if durations else f"{told}.",
        f"Slowest task: {slowest}, {describe_durations(tasks[slowest])}." if slowest else "",
        f"Typical task durations: {', '.join(typical)}." if typical else "",
        _say_retries(instances),
    ]
    title = f"Runs of DAG {dag_id} on {hour:%Y-%m-%d from %H:%M} UTC"
    return Description(
        kind="pipeline_run",
        identity=("pipeline_run", dag_id, "hour", named),
        document=("pipeline_run", dag_id, "hour", named),
        source=f"airflow:{dag_id}",
        title=title[:LONGEST_TITLE],
        text="\n".join(filter(None, lines)),
        gist=f"Airflow DAG {dag_id} in an hour: runs, failures, durations of {', '.join(sorted(tasks))}",
        began_at=hour.isoformat(),
        observed_at=ended.isoformat(),
        service=dag_id,
        severity="warning" if failed else "info",
        labels={"dag": dag_id, "hour": named},
        values=[dag_id],
        cite={
            "type": "airflow",
            "dag_id": dag_id,
            "hour": named,
            "until": (hour + timedelta(hours=1)).isoformat(),
        },
    )


def _say_retries(instances: list[Object]) -> str:
    late: dict[str, int] = {}
    for one in instances:
        if (again := take_count(one, "try_number") - 1) > 0:
            late[take_text(one, "task_id")] = late.get(take_text(one, "task_id"), 0) + again
    return (
        f"Tried again: {', '.join(f'{name} {n} times' for name, n in sorted(late.items()))}." if late else ""
    )


def _group_tasks(instances: Iterable[Object]) -> dict[str, list[float]]:
    tasks: dict[str, list[float]] = {}
    for instance in instances:
        if (duration := read_duration(instance)) is not None:
            tasks.setdefault(take_text(instance, "task_id"), []).append(duration)
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
