"""A run of a DAG that failed, or that recovered, in words: which tasks failed, on which try, and why."""

from datetime import datetime
from typing import Any, Final

from processors.knowledge.airflow.errors import find_error
from processors.knowledge.airflow.fields import LONGEST_TITLE, read_span, require_text
from processors.knowledge.airflow.tasks import (
    FAILED,
    describe_failure,
    describe_mapped,
    describe_not_run,
    describe_retries,
    describe_task,
    name_instance,
)
from processors.knowledge.chunk_factory import Description
from processors.knowledge.durations import describe_duration
from processors.knowledge.fields import Object, take_object, take_objects, take_text

_LINES: Final = 8
_CAUSES: Final = 5
_TASKS: Final = 40


def describe_run(body: dict[str, Any], clock: datetime) -> Description:
    """Return what is told of a run.

    Args:
        body: `dag_run`, `task_instances`, `logs` by task, and `event_logs`, as the collector writes them.
        clock: The broker's time.

    Raises:
        PoisonError: The run has no name, or is of no DAG.
    """
    run, instances = take_object(body, "dag_run"), take_objects(body, "task_instances")
    dag_id, run_id, state = (
        require_text(run, "dag_id"),
        require_text(run, "dag_run_id"),
        take_text(run, "state"),
    )
    began, ended = read_span(run, clock)
    failed = [one for one in instances if one.get("state") == FAILED]
    errors = [_find_cause(one, body) for one in failed]
    names = ", ".join(dict.fromkeys(take_text(one, "task_id") for one in failed))
    is_failed = state == FAILED
    in_order = sorted(instances, key=lambda one: take_text(one, "start_date") or "~")
    more = f" and {len(instances) - _TASKS} more" if len(instances) > _TASKS else ""
    took = describe_duration((ended - began).total_seconds())
    type_ = take_text(run, "run_type") or "no type"
    lines = [
        f"DAG {dag_id} {_say_outcome(state, ended, _say_causes(failed, instances, errors))}.",
        f"Run {run_id} ({type_}) began at {began:%H:%M:%S} and took {took}.",
        *describe_mapped(instances),
        *describe_not_run(instances),
        *describe_retries(instances),
        f"Tasks: {', '.join(map(describe_task, in_order[:_TASKS]))}{more}." if instances else "",
        *(_quote_log(name, events) for name, events in take_object(body, "logs").items()),
    ]
    first = {"task_id": take_text(failed[0], "task_id")} if failed else {}
    title = f"{'Failed run' if is_failed else 'Run'} of DAG {dag_id}{f' in {names}' if names else ''}"
    return Description(
        kind="pipeline_run",
        identity=("pipeline_run", dag_id, run_id),
        document=("pipeline_run", dag_id, run_id),
        source=f"airflow:{dag_id}",
        title=title[:LONGEST_TITLE],
        text="\n".join(filter(None, lines)),
        # A different error is a different thing to look for; a different time is not.
        gist=" ".join(filter(None, (f"Airflow DAG {dag_id} {state}", names, *dict.fromkeys(errors)))),
        began_at=began.isoformat(),
        observed_at=ended.isoformat(),
        service=dag_id,
        severity="error" if is_failed else "info",
        labels={"dag": dag_id, "state": state, **({"task": names} if names else {})},
        values=[dag_id, run_id, *dict.fromkeys(name_instance(one) for one in failed)],
        cite={"type": "airflow", "dag_id": dag_id, "run_id": run_id, **first},
    )


def _say_outcome(state: str, ended: datetime, causes: str) -> str:
    when = f"on {ended:%Y-%m-%d at %H:%M} UTC"
    if state == FAILED:
        return f"failed {when}: {causes}"
    if state == "success":
        return f"succeeded {when}, after this run had failed before"
    return f"is {state or 'in an unknown state'}, as of {when.removeprefix('on ')}"


def _say_causes(failed: list[Object], instances: list[Object], errors: list[str]) -> str:
    causes = [describe_failure(one, instances, error) for one, error in zip(failed, errors, strict=True)]
    if not causes:
        return "no task failed; it ran longer than it may, or somebody marked it as failed"
    more = f"; and {len(causes) - _CAUSES} more" if len(causes) > _CAUSES else ""
    return "; ".join(causes[:_CAUSES]) + more


def _find_cause(instance: Object, body: dict[str, Any]) -> str:
    """Return the error of a task's log, or why Airflow itself ended it."""
    logs = take_object(body, "logs")
    events = logs.get(name_instance(instance)) or logs.get(take_text(instance, "task_id"))
    return find_error(_read_events(events)) or next(
        (
            f"{take_text(event, 'event')}: {take_text(event, 'extra')}"
            for event in take_objects(body, "event_logs")
            if name_instance(event) == name_instance(instance)
        ),
        "",
    )


def _quote_log(name: str, events: Any) -> str:
    """Return what a task itself said last; Airflow's own lines about every task say nothing."""
    own = [one for one in _read_events(events) if not take_text(one, "logger").startswith("airflow.")]
    texts = (take_text(one, "event") if isinstance(one, dict) else str(one) for one in own)
    told = [text for text in texts if text and not text.startswith("::")][-_LINES:]
    return "\n".join((f"Last log lines of {name}:", *told)) if told else ""


def _read_events(events: Any) -> list[Any]:
    """Return the events of a log, of which some shippers send the text."""
    if isinstance(events, str):
        return events.splitlines()
    return events if isinstance(events, list) else []
