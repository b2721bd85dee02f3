"""A run or registered model of MLflow as the topic holds it: its JSON, beside what it competes with."""

import json
from typing import Any, Final

import httpx

from processors.knowledge.mlflow.fields import read_pairs
from processors.knowledge.redaction.masking import mask_named
from processors.pipelines.collect.model_registry import Model, find_rival
from processors.stores import mlflow
from processors.stores.kafka import Message

_FOLDERS: Final = 5
_FILES: Final = 50
# Kafka takes 1 MB a message, and a record holds two runs.
_MOST: Final = {"params": 200, "metrics": 400, "tags": 100}
_LONGEST: Final = 500


def write_run_messages(
    client: httpx.Client,
    runs: dict[str, dict[str, Any]],
    experiments: dict[str, dict[str, Any]],
    registry: dict[str, Model],
) -> list[Message]:
    """Return a message for each run.

    Args:
        client: Of MLflow.
        runs: By id.
        experiments: By id; all that the runs belong to.
        registry: Registered models by name.
    """
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


def write_model_message(client: httpx.Client, model: Model) -> Message:
    """Return the message of a registered model."""
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
