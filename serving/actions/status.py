"""How far an action is: what its run has told until now, read again and again while somebody waits."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from processors.knowledge.actions.request import name_run
from processors.knowledge.actions.results import Done, End, Proposed, Verified
from serving.clients.airflow import APPROVAL_TASK, list_task_states, read_approval, read_result
from serving.faults import ActionsDownError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from serving.clients.airflow import AirflowClient

State = Literal["queued", "waiting", "running", End]
"""`queued` until it is proposed and asked about, `waiting` for an answer, `running` until it has ended."""
_OVER: Final = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})
_ASKING: Final = frozenset({"awaiting_input", "deferred"})
_BROKEN: Final = frozenset({"failed", "upstream_failed"})
_PAUSE_S: Final = 0.2
_Result = TypeVar("_Result", bound=BaseModel)


@dataclass(frozen=True)
class Status:
    """What is known of an action."""

    key: str
    state: State = "queued"
    proposed: Proposed | None = None
    done: Done | None = None
    verified: Verified | None = None
    is_over: bool = False
    """Whether nothing more will come."""


async def follow_status(airflow: AirflowClient, key: str, seconds: float) -> AsyncGenerator[Status, None]:
    """Yield how far an action is, each time that something is new, until it is over or waits for a person.

    Args:
        airflow: Where its run is.
        key: Of its request.
        seconds: So long at most; what is known at the end is the last that was yielded.

    Raises:
        ActionsDownError: Airflow doesn't answer, or answers what is no result.
    """
    ends, known = time.monotonic() + seconds, Status(key)
    while True:
        told = await read_status(airflow, key, known)
        if told != known:
            yield told
        if told.is_over or told.state == "waiting" or time.monotonic() >= ends:
            return
        known = told
        await asyncio.sleep(_PAUSE_S)


async def read_status(airflow: AirflowClient, key: str, known: Status | None = None) -> Status:
    """Return how far an action is.

    Args:
        airflow: Where its run is.
        key: Of its request.
        known: What was known before, which isn't read again.

    Raises:
        ActionsDownError: Airflow doesn't answer, or answers what is no result.
    """
    run, known = name_run(key), known or Status(key)
    tasks = await list_task_states(airflow, run)

    async def read(task: str, form: type[_Result], before: _Result | None) -> _Result | None:
        if before is not None or tasks.get(task) not in _OVER:
            return before
        told = await read_result(airflow, run, task)
        try:
            return None if told is None else form.model_validate(told)
        except ValidationError as error:
            raise ActionsDownError(f"What {task} of {run} returned is no result: {error}") from error

    status = replace(
        known,
        proposed=await read("propose_task", Proposed, known.proposed),
        done=await read("execute_task", Done, known.done),
        verified=await read("verify_task", Verified, known.verified),
    )
    is_answered = await _is_answered(airflow, run, status, tasks)
    state = find_state(status, tasks, is_answered=is_answered)
    return replace(status, state=state, is_over=_is_over(status, tasks))


async def _is_answered(airflow: AirflowClient, run: str, status: Status, tasks: Mapping[str, str]) -> bool:
    """Tell whether a task that neither waits nor has ended has its answer, or hasn't asked yet."""
    if status.done is not None or status.proposed is None or not status.proposed.changing:
        return False
    if tasks.get(APPROVAL_TASK) in _ASKING | _OVER:
        return False
    asked = await read_approval(airflow, run)
    return bool(asked and asked["response_received"])


def _is_over(status: Status, tasks: Mapping[str, str]) -> bool:
    if status.done is not None and status.proposed is not None and not status.proposed.changing:
        # What was only read has no effect that could be looked at.
        return True
    return bool(tasks) and all(state in _OVER for task, state in tasks.items() if task != "record_task")


def find_state(status: Status, tasks: Mapping[str, str], *, is_answered: bool = False) -> State:
    """Return the state of an action by what its tasks returned, and by their own states.

    A task that ended without saying how may have changed something: then nobody knows.

    Args:
        status: With what the tasks returned.
        tasks: State of each task by its id.
        is_answered: Whether the approval task has its answer, though it hasn't ended.

    Example:
        >>> find_state(Status("a"), {"propose_task": "running"})
        'queued'
        >>> find_state(Status("a"), {"propose_task": "failed", "execute_task": "upstream_failed"})
        'failed'
        >>> find_state(Status("a", proposed=Proposed(changing=True)), {"execute_task": "failed"})
        'unknown'
    """
    if status.done is not None:
        return status.done.state
    if status.proposed is None:
        return "failed" if tasks.get("propose_task") in _BROKEN else "queued"
    if status.proposed.refused:
        return "refused"
    if tasks.get("execute_task") == "failed":
        return "unknown" if status.proposed.changing else "failed"
    if status.proposed.changing and not is_answered and tasks.get(APPROVAL_TASK) not in _OVER:
        # Before it asks, nobody could answer.
        return "waiting" if tasks.get(APPROVAL_TASK) in _ASKING else "queued"
    if tasks.get(APPROVAL_TASK) in _BROKEN and tasks.get("execute_task") in _OVER:
        return "expired"
    return "running"
