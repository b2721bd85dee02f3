"""Airflow's REST API: DAG runs, task instances and the ends of task logs, as it tells them."""

import json
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx

# Airflow gives no more at once (`api.maximum_page_limit`).
_PAGE: Final = 100
_MOST_INSTANCES: Final = 1_000
# A worker that is silent, a process that went away, a queue that didn't move.
_FORCED: Final = ("heartbeat timeout", "state mismatch", "stuck in queued tries exceeded")


def open_airflow(url: str, user: str, passwords_file: Path | None) -> httpx.Client:
    """Log in and return a client with the user's token.

    Args:
        url: Airflow's address.
        user: A user who may read.
        passwords_file: JSON object of user name and password.

    Raises:
        ValueError: There is no password for the user.
    """
    passwords = json.loads(passwords_file.read_text(encoding="utf-8")) if passwords_file else {}
    if user not in passwords:
        raise ValueError(
            f"no password for the Airflow user {user!r}: RUNLORE_AIRFLOW_PASSWORDS_FILE names "
            f"{passwords_file}, which must be a JSON object with the key {user!r}"
        )
    login = {"username": user, "password": passwords[user]}
    answer = httpx.post(f"{url.rstrip('/')}/auth/token", json=login, timeout=30).raise_for_status()
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=f"{url.rstrip('/')}/api/v2", headers=headers, timeout=30)


def list_changed_runs(client: httpx.Client, since: str) -> Iterator[dict[str, Any]]:
    """Yield the ended runs that changed since a time, as by their end, in the order of their ends.

    A run that ended long ago is one of them if somebody marks it as failed now.

    Args:
        client: Of Airflow.
        since: In ISO 8601.
    """
    return _list_runs(client, "~", {"updated_at_gte": since})


def list_ended_runs(client: httpx.Client, dag_id: str, since: str, before: str) -> Iterator[dict[str, Any]]:
    """Yield the runs of a DAG that ended in a span, oldest first, page by page as they are asked for.

    Args:
        client: Of Airflow.
        dag_id: Of the DAG.
        since: First end, in ISO 8601.
        before: The end of the span, which isn't part of it.
    """
    return _list_runs(client, dag_id, {"end_date_gte": since, "end_date_lt": before})


def _list_runs(client: httpx.Client, dag_id: str, span: dict[str, str]) -> Iterator[dict[str, Any]]:
    query: dict[str, Any] = {**span, "state": ["success", "failed"], "order_by": "end_date", "limit": _PAGE}
    offset = 0
    while True:
        page = client.get(f"/dags/{quote(dag_id)}/dagRuns", params=query | {"offset": offset})
        runs = page.raise_for_status().json()["dag_runs"]
        yield from runs
        offset += len(runs)
        if len(runs) < _PAGE:
            return


def list_task_instances(client: httpx.Client, dag_id: str, run_id: str) -> list[dict[str, Any]]:
    """Return the task instances of a run: up to a hundred that failed, and of all those that began last.

    A mapped task may have thousands. Those that failed come first, so that none is lost behind the others.

    Args:
        client: Of Airflow's API.
        dag_id: Of the DAG.
        run_id: Of its run.
    """
    failed = _get_task_instances(client, dag_id, run_id, {"order_by": "-start_date", "state": ["failed"]})
    known = {instance["id"] for instance in failed}
    others: list[dict[str, Any]] = []
    for offset in range(0, _MOST_INSTANCES, _PAGE):
        query = {"order_by": "-start_date", "offset": offset}
        page = _get_task_instances(client, dag_id, run_id, query)
        others += [instance for instance in page if instance["id"] not in known]
        if len(page) < _PAGE:
            break
    return [*failed, *others]


def list_forced_ends(client: httpx.Client, dag_id: str, run_id: str) -> list[dict[str, Any]]:
    """Return the events by which Airflow itself ended tasks of a run, newest first.

    The log of such a task says nothing of its end. Whoever may not read events gets none.

    Args:
        client: Of Airflow's API.
        dag_id: Of the DAG.
        run_id: Of its run.
    """
    query: dict[str, Any] = {
        "dag_id": dag_id,
        "run_id": run_id,
        "included_events": _FORCED,
        "order_by": "-when",
        "limit": _PAGE,
    }
    answer = client.get("/eventLogs", params=query)
    if answer.status_code == httpx.codes.FORBIDDEN:
        return []
    events: list[dict[str, Any]] = answer.raise_for_status().json()["event_logs"]
    return events


def list_ended_tasks(client: httpx.Client, dag_id: str, since: str, before: str) -> list[dict[str, Any]]:
    """Return the last hundred task instances of a DAG that succeeded or failed in a span.

    Args:
        client: Of Airflow's API.
        dag_id: Of the DAG.
        since: The first time that counts, in ISO 8601.
        before: The first that doesn't any more.
    """
    span = {"end_date_gte": since, "end_date_lt": before, "state": ["success", "failed"]}
    return _get_task_instances(client, dag_id, "~", {**span, "order_by": "-end_date"})


def _get_task_instances(
    client: httpx.Client, dag_id: str, run_id: str, query: dict[str, Any]
) -> list[dict[str, Any]]:
    path = f"/dags/{quote(dag_id)}/dagRuns/{quote(run_id, safe='~')}/taskInstances"
    answer = client.get(path, params={**query, "limit": _PAGE}).raise_for_status().json()
    instances: list[dict[str, Any]] = answer["task_instances"]
    return instances


def read_log_end(client: httpx.Client, instance: dict[str, Any], lines: int) -> list[dict[str, Any]]:
    """Return the last events of a task instance's log; none if Airflow doesn't have the log any more.

    Args:
        client: Of Airflow's API.
        instance: The task instance, as Airflow's API tells it.
        lines: How many events at most.
    """
    names = (instance["dag_id"], instance["dag_run_id"], instance["task_id"])
    dag_id, run_id, task_id = (quote(name, safe="") for name in names)
    path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{instance['try_number']}"
    headers, query = {"Accept": "application/x-ndjson"}, {"map_index": instance["map_index"]}
    with client.stream("GET", path, params=query, headers=headers) as response:
        if response.status_code == httpx.codes.NOT_FOUND:
            return []
        return [json.loads(line) for line in deque(response.raise_for_status().iter_lines(), lines) if line]


def trigger_dag(client: httpx.Client, dag_id: str, run_id: str) -> None:
    """Begin a run of a DAG; one of that id that is there already is none of our making twice.

    Args:
        client: Of Airflow's API.
        dag_id: Of the DAG.
        run_id: Of the new run.

    Raises:
        httpx.HTTPStatusError: There is no such DAG, or it may not be run.
    """
    body: dict[str, Any] = {"logical_date": None, "dag_run_id": run_id, "conf": {}}
    answer = client.post(f"/dags/{quote(dag_id, safe='')}/dagRuns", json=body)
    if answer.status_code != httpx.codes.CONFLICT:
        answer.raise_for_status()


def find_run(client: httpx.Client, dag_id: str, run_id: str) -> dict[str, Any] | None:
    """Return a run of a DAG, None if there is none.

    Args:
        client: Of Airflow's API.
        dag_id: Of the DAG.
        run_id: Of the run.
    """
    answer = client.get(f"/dags/{quote(dag_id, safe='')}/dagRuns/{quote(run_id, safe='')}")
    if answer.status_code == httpx.codes.NOT_FOUND:
        return None
    run: dict[str, Any] = answer.raise_for_status().json()
    return run


def find_dag(client: httpx.Client, dag_id: str) -> dict[str, Any] | None:
    """Return a DAG, None if there is none."""
    answer = client.get(f"/dags/{quote(dag_id, safe='')}")
    if answer.status_code == httpx.codes.NOT_FOUND:
        return None
    dag: dict[str, Any] = answer.raise_for_status().json()
    return dag


def clear_failed(client: httpx.Client, dag_id: str, run_id: str, *, dry_run: bool) -> list[dict[str, Any]]:
    """Let the failed tasks of a run, and what comes after them, run again; return them.

    Args:
        client: Of Airflow's API.
        dag_id: Of the DAG.
        run_id: Of its run.
        dry_run: Only tell which they would be.
    """
    body = {"dag_run_id": run_id, "dry_run": dry_run, "only_failed": True, "include_downstream": True}
    path = f"/dags/{quote(dag_id, safe='')}/clearTaskInstances"
    instances: list[dict[str, Any]] = client.post(path, json=body).raise_for_status().json()["task_instances"]
    return instances


def note_run(client: httpx.Client, dag_id: str, run_id: str, note: str) -> None:
    """Write a note at a run.

    Args:
        client: Of Airflow's API.
        dag_id: Of the DAG.
        run_id: Of its run.
        note: Takes the place of the one that is there.
    """
    path = f"/dags/{quote(dag_id, safe='')}/dagRuns/{quote(run_id, safe='')}"
    client.patch(path, params={"update_mask": "note"}, json={"note": note}).raise_for_status()


def read_answer(client: httpx.Client, dag_id: str, run_id: str, task_id: str) -> dict[str, Any] | None:
    """Return what a person was asked by a task, and answered: as Airflow itself keeps it.

    Args:
        client: Of Airflow's API.
        dag_id: Of the DAG.
        run_id: Of its run.
        task_id: Of the task that asks.

    Returns:
        With `body`, `chosen_options`, `params_input`, `responded_by_user` and `responded_at`; None if the
        task has asked nothing.
    """
    dag, run, task = (quote(name, safe="") for name in (dag_id, run_id, task_id))
    answer = client.get(f"/dags/{dag}/dagRuns/{run}/taskInstances/{task}/-1/hitlDetails")
    if answer.status_code == httpx.codes.NOT_FOUND:
        return None
    detail: dict[str, Any] = answer.raise_for_status().json()
    return detail


def set_paused(client: httpx.Client, dag_id: str, *, paused: bool) -> bool:
    """Pause a DAG or let it run again; False if there is none of that id.

    Args:
        client: Of Airflow's API.
        dag_id: Of the DAG.
        paused: Whether no run of it may begin or go on.

    Raises:
        httpx.HTTPStatusError: The user may not do that.
    """
    answer = client.patch(f"/dags/{quote(dag_id, safe='')}", json={"is_paused": paused})
    if answer.status_code == httpx.codes.NOT_FOUND:
        return False
    answer.raise_for_status()
    return True


def has_active_run(client: httpx.Client, dag_id: str) -> bool:
    """Tell whether a run of a DAG is queued or under way."""
    query: dict[str, Any] = {"state": ["queued", "running"], "limit": 1}
    answer = client.get(f"/dags/{quote(dag_id, safe='')}/dagRuns", params=query).raise_for_status()
    return bool(answer.json()["dag_runs"])
