"""What Airflow's API is asked for of a failed run, with recorded answers."""

import json
from pathlib import Path
from typing import Any

import httpx

from processors.stores.airflow import list_forced_ends, list_task_instances
from tests.support.recorded import replay

INSTANCES = "/dags/etl/dagRuns/run1/taskInstances"
FORCED = (
    "/eventLogs?dag_id=etl&included_events=heartbeat timeout&included_events=state mismatch"
    "&included_events=stuck in queued tries exceeded&limit=100&order_by=-when&run_id=run1"
)


def write(tmp_path: Path, answers: dict[str, Any]) -> Path:
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(answers))
    return file


def make_instances(*numbers: int, state: str = "success") -> dict[str, Any]:
    return {"task_instances": [{"id": number, "state": state} for number in numbers]}


def test_a_failed_instance_of_thousands_is_not_lost(tmp_path: Path) -> None:
    answers = {
        f"{INSTANCES}?limit=100&order_by=-start_date&state=failed": make_instances(7, state="failed"),
        f"{INSTANCES}?limit=100&offset=0&order_by=-start_date": make_instances(*range(1_000, 1_100)),
        f"{INSTANCES}?limit=100&offset=100&order_by=-start_date": make_instances(7, 8),
    }
    with replay(write(tmp_path, answers)) as played, httpx.Client(base_url=played.url) as client:
        instances = list_task_instances(client, "etl", "run1")
    assert (instances[0]["id"], len(instances)) == (7, 102)


def test_why_airflow_ended_a_task_is_asked_for(tmp_path: Path) -> None:
    event = {"event": "heartbeat timeout", "task_id": "load", "extra": "silent"}
    with (
        replay(write(tmp_path, {FORCED: {"event_logs": [event]}})) as played,
        httpx.Client(base_url=played.url) as client,
    ):
        assert list_forced_ends(client, "etl", "run1") == [event]


def test_whoever_may_not_read_events_gets_none(tmp_path: Path) -> None:
    with replay(write(tmp_path, {})) as played, httpx.Client(base_url=played.url) as client:
        played.troubles = [(403, {})]
        assert list_forced_ends(client, "etl", "run1") == []
