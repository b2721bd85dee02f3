"""Which of MLflow's runs changed since the last time: told by the hashes that are remembered of them.

**Why our own versions make no feedback loop.** `rag_pipeline` logs the freshness of every micro-batch to the
run of the live index version, which opens that run and ends it anew. If this counted as a change, collecting
would cause a micro-batch, which would log, which would be collected. So of a run in `runlore-rag` or
`runlore-cag` only what was logged when the version was made counts: no times, no status, no metric of a later
step.
"""

from itertools import chain, islice
from typing import Any, Final

import httpx

from processors.knowledge.chunk import make_id
from processors.stores import mlflow

# The end time is set by the clock of whoever ran the training.
_OVERLAP_MS: Final = 10 * 60_000
_REMEMBERED: Final = 2000
_RUNNING: Final = 200
_DELETED: Final = 400


def find_changed_runs(
    client: httpx.Client, experiments: dict[str, Any], position: dict[str, Any], limit: int, now: int
) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Return the changed runs by id, and the position without its models.

    Args:
        client: Of MLflow.
        experiments: By id; runs of others don't count.
        position: Of the last time: `from_ms`, `known` (hash by run id) and `running` (run ids).
        limit: At most so many runs.
        now: Milliseconds since 1970.
    """
    running = _read_running(client, list(experiments))
    vanished = (mlflow.get_run(client, run_id) for run_id in set(position["running"]) - running.keys())
    condition = f"attributes.end_time >= {position['from_ms']}"
    ended = mlflow.search_runs(client, list(experiments), condition, "attributes.end_time ASC")
    known: dict[str, str] = dict(position["known"])
    changed: dict[str, dict[str, Any]] = {}
    window: list[int] = []
    deleted = _read_deleted(client, list(experiments), known) if known else []
    others = ((run, False) for run in (*running.values(), *vanished, *deleted))
    for run, is_ended in chain(others, ((run, True) for run in ended)):
        if run is None or run["info"]["experiment_id"] not in experiments:
            continue
        run_id = run["info"]["run_id"]
        present = hash_run(run, experiments[run["info"]["experiment_id"]]["name"])
        if known.pop(run_id, None) != present:
            changed[run_id] = run
        # What was seen last stands last, and the last are remembered.
        known[run_id] = present
        if is_ended:
            window.append(int(run["info"]["end_time"]))
        if len(changed) >= limit:
            break
    # What is looked at again must be remembered, or it would be sent again.
    edge = window[-_REMEMBERED // 2] if len(window) > _REMEMBERED // 2 else 0
    reached = max(position["from_ms"], min(max(window, default=0), now) - _OVERLAP_MS, edge)
    kept = dict(list(known.items())[-_REMEMBERED:])
    return changed, {"from_ms": reached, "known": kept, "running": sorted(running)}


def _read_deleted(
    client: httpx.Client, experiment_ids: list[str], known: dict[str, str]
) -> list[dict[str, Any]]:
    """Return the runs among the known ones that are deleted by now, of those that ended last."""
    runs = mlflow.search_runs(client, experiment_ids, "", "attributes.end_time DESC", is_deleted=True)
    return [run for run in islice(runs, _DELETED) if run["info"]["run_id"] in known]


def _read_running(client: httpx.Client, experiment_ids: list[str]) -> dict[str, dict[str, Any]]:
    runs = mlflow.search_runs(
        client, experiment_ids, "attributes.status = 'RUNNING'", "attributes.start_time DESC"
    )
    return {run["info"]["run_id"]: run for run in islice(runs, _RUNNING)}


def hash_run(run: dict[str, Any], experiment: str) -> str:
    """Return what tells a run from its earlier self; see the module about our own experiments.

    Example:
        >>> run = {"info": {"status": "RUNNING"}, "data": {"metrics": [{"key": "a", "value": 1, "step": 7}]}}
        >>> ended = {**run, "info": {"status": "FINISHED", "end_time": 5}}
        >>> hash_run(run, "fraud") == hash_run(ended, "fraud")
        False
        >>> hash_run(run, "runlore-rag") == hash_run({**ended, "data": {}}, "runlore-rag")
        True
    """
    info, data, own = run["info"], run["data"], experiment in mlflow.OWN
    metrics = [
        (metric["key"], metric["value"], metric.get("step", 0))
        for metric in data.get("metrics", [])
        if not (own and int(metric.get("step", 0)))
    ]
    pairs = sorted((pair["key"], pair["value"]) for name in ("params", "tags") for pair in data.get(name, []))
    times: tuple[Any, ...] = () if own else (info.get("status"), info.get("end_time"))
    if not own and info.get("lifecycle_stage") == "deleted":
        times = (*times, "deleted")
    return make_id(info.get("run_name"), times, pairs, sorted(map(str, metrics)))[:12]
