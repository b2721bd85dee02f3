"""DAGs are run, models' aliases moved, index versions taken back: each by its own system."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import httpx

from processors.knowledge.actions.binding import Target
from processors.knowledge.actions.findings import make_finding
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.pipelines.actions.monitoring import allow_all, asking
from processors.pipelines.actions.operation import Deed, Look, Operation, Seen
from processors.stores import airflow

OWN_DAG: Final = "actions"
_RUN: Final = "runlore-action-"


@contextmanager
def _open_airflow(deed: Deed) -> Iterator[httpx.Client]:
    settings = deed.settings
    if not settings.airflow.url:
        raise ActionRefusedError("not_configured", setting="RUNLORE_AIRFLOW_URL")
    user, passwords = settings.actions.airflow_user, settings.airflow.passwords_file
    with airflow.open_airflow(settings.airflow.url, user, passwords) as client, asking("Airflow"):
        yield client


def _find_dag(client: httpx.Client, deed: Deed) -> dict[str, Any]:
    # An action that ran actions would be a way around the one who approves.
    if deed.get("dag") == OWN_DAG:
        raise ActionRefusedError("system_refused", system="Runlore", what="actions don't run actions")
    found = airflow.find_dag(client, deed.get("dag"))
    if found is None:
        raise ActionRefusedError("not_found", what=f"the DAG {deed.get('dag')}")
    return found


def _look_at_dag(deed: Deed) -> Look:
    with _open_airflow(deed) as client:
        dag = _find_dag(client, deed)
    target = Target(kind="DAG", name=dag["dag_id"], resource_version="paused" if dag["is_paused"] else "")
    waits = " It is paused: the run would wait until somebody lets it go on." if dag["is_paused"] else ""
    return Look(target, f"A run {_RUN}{deed.request.key} of {dag['dag_id']} would begin.{waits}")


def _trigger(deed: Deed, _look: Look | None) -> str:
    run = f"{_RUN}{deed.request.key}"
    with _open_airflow(deed) as client:
        _find_dag(client, deed)
        airflow.trigger_dag(client, deed.get("dag"), run)
    return f"The run {run} of {deed.get('dag')} has begun."


def _has_run(deed: Deed, _target: Target) -> bool:
    with _open_airflow(deed) as client:
        return airflow.find_run(client, deed.get("dag"), f"{_RUN}{deed.request.key}") is not None


def _verify_trigger(deed: Deed, _target: Target) -> Seen:
    return _verify_run(deed, f"{_RUN}{deed.request.key}")


def _verify_run(deed: Deed, run_id: str) -> Seen:
    with _open_airflow(deed) as client:
        run = airflow.find_run(client, deed.get("dag"), run_id)
    if run is None:
        return Seen(False, make_finding("no_run", run=run_id))
    return Seen(run["state"] != "failed", make_finding("run", run=run_id, state=run["state"]))


def _get_run(client: httpx.Client, deed: Deed) -> dict[str, Any]:
    _find_dag(client, deed)
    run = airflow.find_run(client, deed.get("dag"), deed.get("run"))
    if run is None:
        raise ActionRefusedError("not_found", what=f"the run {deed.get('run')} of {deed.get('dag')}")
    return run


def _look_at_failed(deed: Deed) -> Look:
    with _open_airflow(deed) as client:
        run = _get_run(client, deed)
        again = airflow.clear_failed(client, deed.get("dag"), deed.get("run"), dry_run=True)
    if not again:
        raise ActionRefusedError("not_found", what=f"a failed task in the run {deed.get('run')}")
    told = sorted(f"{one['task_id']}: {one['state']}, try {one['try_number']}" for one in again)
    version = f"{run['state']} {run['end_date']}"
    target = Target(kind="DagRun", name=f"{deed.get('dag')} {deed.get('run')}", resource_version=version)
    return Look(target, "Would run again:\n" + "\n".join(told))


def _clear(deed: Deed, _look: Look | None) -> str:
    dag, run = deed.get("dag"), deed.get("run")
    with _open_airflow(deed) as client:
        _get_run(client, deed)
        # Before: who finds the note knows that it was cleared, or was about to be, and doesn't do it twice.
        airflow.note_run(client, dag, run, f"cleared by {deed.request.proposer.user} ({deed.request.key})")
        again = airflow.clear_failed(client, dag, run, dry_run=False)
    return f"{len(again)} tasks of the run {run} of {dag} run again."


def _was_cleared(deed: Deed, target: Target) -> bool:
    with _open_airflow(deed) as client:
        run = _get_run(client, deed)
    noted = f"({deed.request.key})" in (run.get("note") or "")
    return noted and f"{run['state']} {run['end_date']}" != target.resource_version


PLATFORM: Final[Mapping[str, Operation]] = {
    "trigger": Operation(allow_all, _trigger, _look_at_dag, _has_run, _verify_trigger),
    "clear": Operation(
        allow_all,
        _clear,
        _look_at_failed,
        _was_cleared,
        lambda deed, _target: _verify_run(deed, deed.get("run")),
    ),
}
