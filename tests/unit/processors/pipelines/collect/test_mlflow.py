"""Which runs count as changed, and with whom they are compared."""

import json
from typing import Any

import pytest

from processors.pipelines.collect.mlflow_changes import find_changed_runs, hash_run
from processors.pipelines.collect.mlflow_records import write_run_messages
from processors.pipelines.collect.model_registry import Entry, Model, find_rival, list_promoted
from processors.stores import mlflow

EXPERIMENTS = {"1": {"experiment_id": "1", "name": "fraud"}}
NOW = 10_000_000_000


def make_run(run_id: str, end: int | None, experiment_id: str = "1") -> dict[str, Any]:
    status = "FINISHED" if end else "RUNNING"
    info = {"run_id": run_id, "experiment_id": experiment_id, "status": status, "end_time": end}
    return {"info": info, "data": {}}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """MLflow's runs, searched as the collector does."""
    server: list[dict[str, Any]] = []

    def search_runs(
        _client: Any, _ids: list[str], condition: str, _order: str, *, is_deleted: bool = False
    ) -> list[dict[str, Any]]:
        runs = [run for run in server if ("lifecycle_stage" in run["info"]) == is_deleted]
        if is_deleted:
            return runs
        if "RUNNING" in condition:
            return [run for run in runs if not run["info"]["end_time"]]
        since = int(condition.rpartition(" ")[2])
        ended = [run for run in runs if (run["info"]["end_time"] or 0) >= max(since, 1)]
        return sorted(ended, key=lambda run: int(run["info"]["end_time"]))

    def get_run(_client: Any, run_id: str) -> dict[str, Any] | None:
        return next((run for run in server if run["info"]["run_id"] == run_id), None)

    monkeypatch.setattr(mlflow, "search_runs", search_runs)
    monkeypatch.setattr(mlflow, "get_run", get_run)
    return server


def collect(position: dict[str, Any], limit: int = 500) -> tuple[list[str], dict[str, Any]]:
    changed, reached = find_changed_runs(None, EXPERIMENTS, position, limit, NOW)  # type: ignore[arg-type]
    return list(changed), reached


START: dict[str, Any] = {"from_ms": 0, "known": {}, "running": []}


def test_a_burst_larger_than_the_memory_is_sent_once_each(server: list[dict[str, Any]]) -> None:
    server += [make_run(f"r{n}", NOW - 5_000 + n) for n in range(3000)]
    position, sent = START, []
    for _ in range(7):
        changed, position = collect(position)
        sent += changed
    assert sent == [f"r{n}" for n in range(3000)]
    assert len(position["known"]) <= 2000


def test_a_run_that_was_seen_going_on_is_found_although_it_ended_long_ago(
    server: list[dict[str, Any]],
) -> None:
    server += [make_run("slow", None), make_run("new", NOW)]
    changed, position = collect(START)
    assert sorted(changed) == ["new", "slow"]
    server[0] = make_run("slow", 77)
    changed, position = collect(position)
    assert changed == ["slow"]
    assert collect(position)[0] == []


def test_a_clock_that_is_ahead_moves_the_position_no_further_than_now(server: list[dict[str, Any]]) -> None:
    server.append(make_run("ahead", NOW * 2))
    _, position = collect(START)
    server.append(make_run("in-time", NOW - 1))
    assert collect(position)[0] == ["in-time"]


def make_model(version: str | None, since_ms: int | None, experiment_id: str | None, *run_ids: str) -> Model:
    entry = Entry(hash="h", version=version, since_ms=since_ms, experiment_id=experiment_id)
    production = {"version": version} if version else None
    return Model(registered_model={}, versions=[], run_ids=set(run_ids), production=production, entry=entry)


def test_a_run_competes_within_its_model_or_else_its_experiment() -> None:
    registry = {
        "a": make_model("1", 5, "1"),
        "b": make_model("2", 9, "1"),
        "own": make_model("3", 1, "7", "r1"),
    }
    assert find_rival(registry, make_run("r1", 1)) is registry["own"]
    assert find_rival(registry, make_run("r2", 1)) is registry["b"]
    assert find_rival(registry, make_run("r2", 1, experiment_id="99")) is None
    assert (
        find_rival({"own": make_model(None, None, None, "r1"), "a": registry["a"]}, make_run("r1", 1)) is None
    )


def test_only_a_watched_change_of_production_is_a_promotion() -> None:
    registry = {
        "same": make_model("1", 5, "1"),
        "moved": make_model("2", 9, "2"),
        "new": make_model("1", 9, "3"),
    }
    before = {
        "same": registry["same"]["entry"],
        "moved": Entry(hash="h", version="1", since_ms=1, experiment_id="2"),
    }
    assert list_promoted(registry, before) == {"2", "3"}
    assert list_promoted(registry, None) == set()


def test_a_nested_run_comes_with_the_run_that_it_is_part_of(
    server: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mlflow, "list_artifacts", lambda *_: None)
    parent, child, lost = make_run("p", None), make_run("c", 5), make_run("l", 5)
    parent["info"]["run_name"] = "sweep"
    child["data"] = {"tags": [{"key": "mlflow.parentRunId", "value": "p"}]}
    lost["data"] = {"tags": [{"key": "mlflow.parentRunId", "value": "gone"}]}
    server.append(parent)
    runs = {run["info"]["run_id"]: run for run in (parent, child, lost)}
    messages = write_run_messages(None, runs, EXPERIMENTS, {})  # type: ignore[arg-type]
    told = {key: json.loads(value)["parent"] for key, value, _ in messages}
    assert told == {"p": None, "c": {"run_id": "p", "run_name": "sweep", "status": "RUNNING"}, "l": None}


def test_a_run_that_was_told_is_sent_once_more_when_it_is_deleted(server: list[dict[str, Any]]) -> None:
    server += [make_run("told", NOW - 5_000), make_run("other", NOW - 4_000)]
    _, position = collect(START)
    never_told = make_run("never-told", NOW - 9_000)
    server += [never_told]
    server[0]["info"]["lifecycle_stage"] = never_told["info"]["lifecycle_stage"] = "deleted"
    changed, position = collect(position)
    assert changed == ["told"]
    assert collect(position)[0] == []


def test_a_deleted_run_of_an_index_version_is_no_change() -> None:
    run = make_run("r1", 5)
    gone = {**run, "info": {**run["info"], "lifecycle_stage": "deleted"}}
    assert hash_run(run, "runlore-rag") == hash_run(gone, "runlore-rag")
    assert hash_run(run, "fraud") != hash_run(gone, "fraud")
