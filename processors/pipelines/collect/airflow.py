"""Airflow's own runs that ended: every failure by itself, and the rest as one record per DAG and hour.

Micro-batches make thousands of runs a day that nobody will ask for one by one. What is asked is how often a
DAG ran in an hour, how long it took and what went wrong.
"""

import json
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

import httpx

from processors.knowledge import topics
from processors.knowledge.airflow.errors import shorten_text
from processors.knowledge.airflow.tasks import FAILED, name_instance
from processors.knowledge.chunk import make_id
from processors.settings import Settings
from processors.stores import airflow, kafka

COLLECTOR: Final = "airflow"
_HISTORY: Final = timedelta(hours=24)
# The end of a run is visible a moment after the time that it bears.
_OVERLAP: Final = timedelta(seconds=60)
_RUNS: Final = 2000
_RUNS_OF_HOUR: Final = 1000
_FAILED: Final = 200
_LOGS: Final = 3
# A traceback that was logged line by line must be among them, from its root cause on.
_LINES: Final = 60
_LONGEST: Final = 500
_DEEPEST: Final = 3
_RUN_FIELDS: Final = ("state", "start_date", "end_date", "duration")
_TASK_FIELDS: Final = (
    "dag_id", "dag_run_id", "task_id", "map_index", "state", "start_date", "end_date", "duration",
    "try_number", "max_tries", "operator", "note",
)  # fmt: skip
_EVENT_FIELDS: Final = ("when", "event", "task_id", "map_index", "try_number", "extra")
_DROPPED: Final = ("dag_versions", "conf")


def collect_airflow(settings: Settings) -> dict[str, int]:
    """Send the runs that ended since the last time, or were given another end, to `runlore.airflow`.

    A failed run's record is `{"dag_run", "task_instances", "logs", "event_logs"}`, with the ends of the
    failed tasks' logs by the names of the tasks, mapped ones as `task[index]`, and why Airflow itself ended a
    task; so is that of a run that failed before and has succeeded now. All runs of a DAG in an hour go into
    one record `{"dag_id", "hour", "dag_runs", "task_instances"}`, which is sent again as the hour goes on. It
    is Airflow's JSON, less the fields that say nothing about the course of a run.

    Returns:
        Counts of ended runs, and of the records sent of single runs and of hours.

    Raises:
        httpx.HTTPError: Airflow is unreachable or refuses.
        ValueError: There is no password for the user.
    """
    broker = settings.kafka
    start = (datetime.now(UTC) - _HISTORY).isoformat()
    position = kafka.read_collected(broker, COLLECTOR) or {"from": start, "known": [], "failed": []}
    url, user = settings.airflow.url, settings.airflow.user
    with airflow.open_airflow(url, user, settings.airflow.passwords_file) as client:
        ended = list(islice(airflow.list_changed_runs(client, position["from"]), _RUNS))
        known = set(position["known"])
        fresh = [run for run in ended if _identify(run) not in known]
        alone = [run for run in fresh if run["state"] == "failed" or _name(run) in position["failed"]]
        hours = sorted({(run["dag_id"], run["end_date"][:13]) for run in fresh})
        messages = [_write_run(client, run) for run in alone]
        messages += [_write_hour(client, dag_id, hour) for dag_id, hour in hours]
    if fresh:
        kafka.send_collected(broker, COLLECTOR, topics.AIRFLOW, messages, _move(position, ended))
    return {"ended": len(fresh), "runs": len(alone), "hours": len(hours)}


def _move(position: dict[str, Any], ended: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the position after these runs, of which there is at least one."""
    newest = datetime.fromisoformat(ended[-1]["end_date"]) - _OVERLAP
    reached = max(newest, datetime.fromisoformat(position["from"]))
    failed = dict.fromkeys(position["failed"])
    for run in ended:
        failed.pop(_name(run), None)
        if run["state"] == "failed":
            failed[_name(run)] = None
    # When a run changed, Airflow doesn't say: any of these may be listed again.
    known = [_identify(run) for run in ended]
    return {"from": reached.isoformat(), "known": known, "failed": list(failed)[-_FAILED:]}


def _name(run: dict[str, Any]) -> str:
    return f"{run['dag_id']}/{run['dag_run_id']}"


def _identify(run: dict[str, Any]) -> str:
    """Return what tells the end of a run from that of a later try of it."""
    return make_id(_name(run), run["end_date"], run["state"])[:12]


def _write_run(client: httpx.Client, run: dict[str, Any]) -> kafka.Message:
    instances = airflow.list_task_instances(client, run["dag_id"], run["dag_run_id"])
    failed = [instance for instance in instances if instance["state"] == FAILED]
    logs = {
        name_instance(one): [trim_event(e) for e in airflow.read_log_end(client, one, _LINES)]
        for one in failed[:_LOGS]
    }
    ended = airflow.list_forced_ends(client, run["dag_id"], run["dag_run_id"]) if failed else []
    record = {
        "dag_run": {name: value for name, value in run.items() if name not in _DROPPED},
        "task_instances": [_pick(instance, _TASK_FIELDS) for instance in instances],
        "logs": logs,
        "event_logs": [_pick(event, _EVENT_FIELDS) for event in ended],
    }
    return _name(run), json.dumps(record).encode(), {}


def _write_hour(client: httpx.Client, dag_id: str, hour: str) -> kafka.Message:
    since = datetime.fromisoformat(f"{hour}:00:00+00:00")
    span = since.isoformat(), (since + timedelta(hours=1)).isoformat()
    runs = islice(airflow.list_ended_runs(client, dag_id, *span), _RUNS_OF_HOUR)
    tasks = airflow.list_ended_tasks(client, dag_id, *span)
    record = {
        "dag_id": dag_id,
        "hour": span[0],
        "dag_runs": [_pick(run, _RUN_FIELDS) for run in runs],
        "task_instances": [
            _pick(task, ("task_id", "state", "duration", "try_number")) for task in reversed(tasks)
        ],
    }
    return f"{dag_id}/{hour}", json.dumps(record).encode(), {}


def _pick(thing: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: thing[name] for name in names if name in thing}


def trim_event(event: dict[str, Any]) -> dict[str, Any]:
    """Return a log event with its text cut, and of its errors only their types and messages.

    The errors are a chain: what was raised last comes first, what it came from last.
    """
    errors = _trim_errors(event.get("error_detail") or [], _DEEPEST)
    kept = {
        **_pick(event, ("timestamp", "level", "logger", "signal_name", "exit_code")),
        "event": shorten_text(str(event.get("event", "")), _LONGEST),
    }
    return {**kept, "error_detail": errors} if errors else kept


def _trim_errors(errors: list[dict[str, Any]], depth: int) -> list[dict[str, Any]]:
    return [
        {
            "exc_type": error.get("exc_type", ""),
            "exc_value": str(error.get("exc_value", ""))[:_LONGEST],
            **({"exceptions": _trim_group(error["exceptions"], depth)} if error.get("exceptions") else {}),
        }
        for error in errors
    ]


def _trim_group(group: list[dict[str, Any]], depth: int) -> list[dict[str, Any]]:
    """Return the chain of the first error of a group."""
    return [{"exceptions": _trim_errors(group[0].get("exceptions") or [], depth - 1)}] if depth else []
