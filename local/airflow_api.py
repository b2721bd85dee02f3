"""Triggering a DAG through Airflow's REST API and following its run."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

from local.errors import StackError
from local.settings import StackSettings

FINISHED = ("success", "failed")
_DONE = ("success", "failed", "skipped", "upstream_failed", "removed")


def open_airflow(settings: StackSettings, user: str = "admin") -> httpx.Client:
    """Log in and give a client with the user's token."""
    url = f"http://127.0.0.1:{settings.ports['airflow']}"
    passwords: dict[str, str] = json.loads((settings.home / "secrets/airflow-users.json").read_text())
    login = {"username": user, "password": passwords[user]}
    token = httpx.post(f"{url}/auth/token", json=login, timeout=30).raise_for_status().json()["access_token"]
    return httpx.Client(base_url=f"{url}/api/v2", headers={"Authorization": f"Bearer {token}"}, timeout=30)


@retry(
    retry=retry_if_exception_type(httpx.HTTPStatusError),
    stop=stop_after_attempt(60),
    wait=wait_fixed(1),
    reraise=True,
)
def trigger_dag(client: httpx.Client, dag: str, conf: dict[str, Any] | None = None) -> str:
    """Trigger a DAG, waiting up to a minute for a fresh stack to have parsed it.

    Args:
        client: Of Airflow's API.
        dag: Id of the DAG.
        conf: Its parameters; those left out have their defaults.

    Returns:
        The id of the run.
    """
    answer = client.post(f"/dags/{dag}/dagRuns", json={"logical_date": None, "conf": conf or {}})
    return str(answer.raise_for_status().json()["dag_run_id"])


def find_active_run(client: httpx.Client, dag: str) -> str | None:
    """Give the id of the DAG's run that is queued or running, or None; also when the DAG isn't parsed yet."""
    answer = client.get(f"/dags/{dag}/dagRuns", params={"state": ["queued", "running"], "limit": 1})
    runs = answer.json()["dag_runs"] if answer.is_success else []
    return str(runs[0]["dag_run_id"]) if runs else None


def describe_last_work(client: httpx.Client, dag: str) -> str | None:
    """Say what the newest successful run did that was not skipped, or None if there is none of late."""
    newest: dict[str, str | int] = {"state": "success", "order_by": "-start_date", "limit": 10}
    for run in client.get(f"/dags/{dag}/dagRuns", params=newest).raise_for_status().json()["dag_runs"]:
        tasks = _list_tasks(client, dag, run["dag_run_id"])
        if any(task["state"] == "success" for task in tasks):
            return f"{run['end_date'][:19]} UTC: {', '.join(map(_describe_task, tasks))}"
    return None


def _list_tasks(client: httpx.Client, dag: str, run: str) -> list[dict[str, Any]]:
    answer = client.get(f"/dags/{dag}/dagRuns/{run}/taskInstances").raise_for_status().json()
    return sorted(answer["task_instances"], key=lambda task: task["end_date"] or "")


def _describe_task(task: dict[str, Any]) -> str:
    took = f" in {task['duration']:.1f} s" if task["duration"] else ""
    return f"{_name_task(task)} … {task['state']}{took}"


def _name_task(task: dict[str, Any]) -> str:
    """Return the id of a task, with its number where there are several of it.

    Example:
        >>> _name_task({"task_id": "a_task", "map_index": 1}), _name_task({"task_id": "a_task"})
        ('a_task[1]', 'a_task')
    """
    number = task.get("map_index", -1)
    return str(task["task_id"]) if number < 0 else f"{task['task_id']}[{number}]"


def follow_run(
    client: httpx.Client, dag: str, run: str, report: Callable[[str], None], patience: float = 420
) -> dict[str, str]:
    """Wait for a run, reporting each task as it ends.

    Args:
        client: Of Airflow's API.
        dag: Id of the DAG.
        run: Id of the run.
        report: Is told a line for each task that ended.
        patience: Seconds.

    Returns:
        The state of each task by its id, and its number where there are several of it.

    Raises:
        StackError: if the run fails or takes longer than `patience` seconds.
    """
    seen: set[str] = set()
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        state = client.get(f"/dags/{dag}/dagRuns/{run}").raise_for_status().json()["state"]
        tasks = _list_tasks(client, dag, run)
        for task in tasks:
            if task["state"] in _DONE and _name_task(task) not in seen:
                seen.add(_name_task(task))
                report(f"{dag}: {_describe_task(task)}")
        if state in FINISHED:
            break
        time.sleep(0.5)
    else:
        raise StackError(f"{dag}: run {run} has not ended after {patience:.0f} s. {_where(client, dag, run)}")
    report(f"{dag}: {state}")
    if state == "failed":
        raise StackError(f"{dag}: run {run} failed. {_where(client, dag, run)}")
    return {_name_task(task): task["state"] for task in tasks}


def _where(client: httpx.Client, dag: str, run: str) -> str:
    base = str(client.base_url).removesuffix("/api/v2/")
    return f"Its tasks and their logs: {base}/dags/{dag}/runs/{run}"
