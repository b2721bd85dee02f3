"""MLflow's runs and registered models that changed, each run beside the production version it competes with.

MLflow can't be asked for what changed. So the position holds from which end time on to look again, and a
short hash of the runs seen last: a run is sent when its hash is new. Runs that are going on are looked at
every time, and so are those that were deleted, of which the ones are sent once more that were told before.

**Why our own versions don't go round in circles.** `rag_pipeline` logs the freshness of every micro-batch to
the run of the live index version, which opens that run and ends it anew. If this counted as a change,
collecting would cause a micro-batch, which would log, which would be collected. So of a run in `runlore-rag`
or `runlore-cag` only what was logged when the version was made counts: no times, no status, no metric of a
later step.
"""

import json
from itertools import chain, islice
from time import time
from typing import Any, Final

import httpx

from processors.chunk import make_id
from processors.knowledge import topics
from processors.knowledge.mlflow.fields import read_pairs
from processors.knowledge.redaction.masking import mask_named
from processors.pipelines.collect.model_registry import Entry, Model, find_rival, list_promoted, read_registry
from processors.settings import Settings
from processors.stores import kafka, mlflow

COLLECTOR: Final = "mlflow"
# The end time is set by the clock of whoever ran the training.
_OVERLAP_MS: Final = 10 * 60_000
_DAY_MS: Final = 86_400_000
_REMEMBERED: Final = 2000
_RUNNING: Final = 200
_DELETED: Final = 400
_COMPARED_AGAIN: Final = 50
_FOLDERS: Final = 5
_FILES: Final = 50
# Kafka takes 1 MB a message, and a record holds two runs.
_MOST: Final = {"params": 200, "metrics": 400, "tags": 100}
_LONGEST: Final = 500

Message = tuple[str, bytes, dict[str, str]]


def collect_mlflow(settings: Settings) -> dict[str, int]:
    """Send the runs and registered models that changed since the last time to `runlore.mlflow`.

    A run's record is `{"experiment", "run", "artifacts", "production", "parent"}`: MLflow's JSON, the
    production version of the registered model that the run belongs to, as `{"model", "version", "since_ms",
    "run"}`, and of a nested run the one that it is part of, as `{"run_id", "run_name", "status"}`.
    A run that belongs to no registered model is compared with the production version trained in its
    experiment. A model's record is `{"registered_model", "versions", "production"}`. When another version
    goes into production, the newest runs of its experiment are sent again.

    Returns:
        Counts of runs and models sent.

    Raises:
        httpx.HTTPError: MLflow is unreachable or refuses.
    """
    now = int(time() * 1000)
    bootstrap = settings.kafka_bootstrap
    position = kafka.read_collected(bootstrap, COLLECTOR)
    start = position or {"from_ms": now - settings.mlflow_history_days * _DAY_MS, "known": {}, "running": []}
    before: dict[str, Entry] | None = position["models"] if position else None
    with mlflow.open_mlflow(settings.mlflow_tracking_uri) as client:
        experiments = {one["experiment_id"]: one for one in mlflow.list_experiments(client)}
        registry = read_registry(client, before, now)
        runs, reached = _find_changed_runs(client, experiments, start, settings.mlflow_runs_per_collect, now)
        for experiment_id in list_promoted(registry, before) & experiments.keys():
            newest = mlflow.search_runs(client, [experiment_id], "", "attributes.start_time DESC")
            runs |= {run["info"]["run_id"]: run for run in islice(newest, _COMPARED_AGAIN)}
        messages = _write_run_messages(client, runs, experiments, registry)
        changed = [name for name, model in registry.items() if _has_changed(model, (before or {}).get(name))]
        messages += [_write_model_message(client, registry[name]) for name in changed]
    reached["models"] = {name: model["entry"] for name, model in registry.items()}
    if messages or reached != position:
        kafka.send_collected(bootstrap, COLLECTOR, topics.MLFLOW, messages, reached)
    return {"runs": len(runs), "models": len(changed)}


def _has_changed(model: Model, before: Entry | None) -> bool:
    return before is None or before["hash"] != model["entry"]["hash"]


def _write_run_messages(
    client: httpx.Client,
    runs: dict[str, dict[str, Any]],
    experiments: dict[str, dict[str, Any]],
    registry: dict[str, Model],
) -> list[Message]:
    rivals: dict[str, dict[str, Any] | None] = {}
    parents: dict[str, dict[str, Any] | None] = {"": None}
    messages: list[Message] = []
    for run_id, run in runs.items():
        rival = find_rival(registry, run)
        name = rival["registered_model"]["name"] if rival else ""
        if name not in rivals:
            rivals[name] = _describe_production(client, rival) if rival else None
        parent_id = read_pairs(run, "tags").get("mlflow.parentRunId", "")
        if parent_id not in parents:
            parents[parent_id] = _describe_parent(client, parent_id)
        record = {
            "experiment": experiments[run["info"]["experiment_id"]],
            "run": trim_run(run),
            "artifacts": _list_files(client, run_id),
            "production": rivals[name],
            "parent": parents[parent_id],
        }
        messages.append((run_id, json.dumps(record).encode(), {}))
    return messages


def _write_model_message(client: httpx.Client, model: Model) -> Message:
    name = model["registered_model"]["name"]
    record = {
        "registered_model": model["registered_model"],
        "versions": model["versions"],
        "production": _describe_production(client, model),
    }
    return f"model/{name}", json.dumps(record).encode(), {}


def _describe_production(client: httpx.Client, model: Model) -> dict[str, Any] | None:
    version = model["production"]
    if version is None:
        return None
    run = mlflow.get_run(client, version["run_id"]) if version.get("run_id") else None
    return {
        "model": model["registered_model"]["name"],
        "version": version["version"],
        "since_ms": model["entry"]["since_ms"],
        "run": trim_run(run) if run else None,
    }


def _describe_parent(client: httpx.Client, run_id: str) -> dict[str, Any] | None:
    run = mlflow.get_run(client, run_id)
    return {name: run["info"].get(name) for name in ("run_id", "run_name", "status")} if run else None


def _list_files(client: httpx.Client, run_id: str) -> list[dict[str, Any]] | None:
    """Return the first artefacts of a run, down to one folder deep, or None where they can't be listed."""
    top = mlflow.list_artifacts(client, run_id)
    if top is None:
        return None
    files = [file for file in top if not file.get("is_dir")]
    for folder in [file["path"] for file in top if file.get("is_dir")][:_FOLDERS]:
        files += mlflow.list_artifacts(client, run_id, folder) or []
    return files[:_FILES]


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


def trim_run(run: dict[str, Any]) -> dict[str, Any]:
    """Return a run without what could burst a Kafka message, and without the values of secrets.

    A secret's name and its value are two fields in MLflow's JSON, which no later masking would put together.
    """
    data = {
        name: [
            {**pair, "value": _mask_value(pair) if name != "metrics" else pair["value"]}
            for pair in sorted(run["data"].get(name, []), key=lambda pair: str(pair["key"]))[:most]
        ]
        for name, most in _MOST.items()
    }
    return {"info": run["info"], "data": data}


def _mask_value(pair: dict[str, str]) -> str:
    return mask_named(str(pair["key"]), str(pair["value"]))[:_LONGEST]


def _find_changed_runs(
    client: httpx.Client, experiments: dict[str, Any], position: dict[str, Any], limit: int, now: int
) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Return the changed runs by id, and the position without its models."""
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
