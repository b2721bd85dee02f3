"""Airflow's REST API as far as the service needs it: a run of the DAG `actions` is begun, read and answered.

Each call may be made twice with the effect of one: a run has an id of its own, and an approval is answered
once. So all of them stand behind a guard that may try again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote

import httpx

from serving.clients.guards import Guard
from serving.clients.http_faults import OVERLOADED, is_http_fault
from serving.faults import ActionsDownError, PartError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from processors.settings import Settings

DAG: Final = "actions"
APPROVAL_TASK: Final = "approval_task"
_RUNS: Final = f"dags/{DAG}/dagRuns"


class AirflowClient(NamedTuple):
    """A connection to Airflow, and what stands between the service and it."""

    http: httpx.AsyncClient
    guard: Guard


class ApprovalAnswer(NamedTuple):
    """What the approval task is answered."""

    option: str
    """`Approve` or `Reject`."""
    details: Mapping[str, Any]
    """Who it is, signed by the service; whoever executes checks it."""


class AirflowLogin(httpx.Auth):
    """Logs in when a token is needed: at first, and when Airflow doesn't take the last one any more."""

    requires_response_body = True

    def __init__(self, url: str, user: str, password: str) -> None:
        """Take where to log in, and as whom; nothing is asked yet."""
        self._url = url
        self._login = {"username": user, "password": password}
        self._token = ""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send a request with a token, a second time with a new one if the first was refused."""
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
        answer = yield httpx.Request("POST", self._url, json=self._login)
        self._token = str(answer.raise_for_status().json()["access_token"])
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def open_airflow(settings: Settings, guard: Guard) -> AirflowClient | None:
    """Return a client that hasn't connected yet, None where actions aren't set up.

    Args:
        settings: Say where Airflow is, and as whom the service logs in.
        guard: Of this part.

    Raises:
        ValueError: There is no password for the service's user.
    """
    url, user = settings.airflow.url.rstrip("/"), settings.actions.airflow_user
    if not url or not user or settings.actions.secret_file is None:
        return None
    passwords = _read_passwords(settings)
    if user not in passwords:
        raise ValueError(
            f"no password for the Airflow user {user!r} of RUNLORE_ACTIONS_AIRFLOW_USER: "
            f"RUNLORE_AIRFLOW_PASSWORDS_FILE names {settings.airflow.passwords_file}"
        )
    login = AirflowLogin(f"{url}/auth/token", user, passwords[user])
    http = httpx.AsyncClient(base_url=f"{url}/api/v2", auth=login, timeout=guard.seconds + 1)
    return AirflowClient(http, guard)


def _read_passwords(settings: Settings) -> dict[str, str]:
    file = settings.airflow.passwords_file
    passwords: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file else {}
    return passwords


def is_airflow_fault(error: Exception) -> bool:
    """Tell whether Airflow is away, overloaded or answers what is no JSON.

    Example:
        >>> is_airflow_fault(httpx.ConnectError("refused")), is_airflow_fault(KeyError("value"))
        (True, False)
    """
    return is_http_fault(error) or isinstance(error, json.JSONDecodeError)


async def begin_run(airflow: AirflowClient, run_id: str, conf: Mapping[str, Any]) -> bool:
    """Trigger a run, and tell whether it is new; a run of this id that is there already is left alone.

    Args:
        airflow: Where.
        run_id: The run's id.
        conf: What the DAG is given.

    Raises:
        ActionsDownError: Airflow is down, has no such DAG, or doesn't let the service trigger it.
    """
    body = {"dag_run_id": run_id, "logical_date": None, "conf": dict(conf)}
    answer = await _ask(airflow, "POST", _RUNS, body)
    if answer.status_code == httpx.codes.CONFLICT:
        return False
    _require_success(answer)
    return True


async def read_run(airflow: AirflowClient, run_id: str) -> dict[str, Any] | None:
    """Return a run with its `state` and `conf`, None if there is none of this id.

    Raises:
        ActionsDownError: Airflow is down.
    """
    answer = await _ask(airflow, "GET", f"{_RUNS}/{_name(run_id)}")
    return None if answer.status_code == httpx.codes.NOT_FOUND else _read(answer)


async def list_task_states(airflow: AirflowClient, run_id: str) -> dict[str, str]:
    """Return the state of each task of a run by its id, an empty one for a task that nothing was done for.

    Raises:
        ActionsDownError: Airflow is down.
    """
    answer = await _ask(airflow, "GET", f"{_RUNS}/{_name(run_id)}/taskInstances")
    return {each["task_id"]: each["state"] or "" for each in _read(answer)["task_instances"]}


async def read_result(airflow: AirflowClient, run_id: str, task_id: str) -> dict[str, Any] | None:
    """Return what a task has returned, None if it has returned nothing yet.

    Args:
        airflow: Where.
        run_id: Of the run.
        task_id: Of the task.

    Raises:
        ActionsDownError: Airflow is down.
    """
    path = f"{_RUNS}/{_name(run_id)}/taskInstances/{task_id}/xcomEntries/return_value"
    answer = await _ask(airflow, "GET", path)
    if answer.status_code == httpx.codes.NOT_FOUND:
        return None
    value = _read(answer)["value"]
    result: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return result


async def read_approval(airflow: AirflowClient, run_id: str) -> dict[str, Any] | None:
    """Return what the approval task asks and was answered, None if it doesn't ask yet.

    Raises:
        ActionsDownError: Airflow is down.
    """
    answer = await _ask(airflow, "GET", _name_approval(run_id))
    return None if answer.status_code == httpx.codes.NOT_FOUND else _read(answer)


async def answer_approval(airflow: AirflowClient, run_id: str, given: ApprovalAnswer) -> bool:
    """Answer the approval task, and tell whether this was the first answer.

    Args:
        airflow: Where.
        run_id: Of the run.
        given: The answer, and who gave it.

    Raises:
        ActionsDownError: Airflow is down.
    """
    body = {"chosen_options": [given.option], "params_input": dict(given.details)}
    answer = await _ask(airflow, "PATCH", _name_approval(run_id), body)
    if answer.status_code == httpx.codes.CONFLICT:
        return False
    _require_success(answer)
    return True


def _name_approval(run_id: str) -> str:
    return f"{_RUNS}/{_name(run_id)}/taskInstances/{APPROVAL_TASK}/-1/hitlDetails"


def _name(run_id: str) -> str:
    return quote(run_id, safe="")


async def _ask(
    airflow: AirflowClient, method: str, path: str, body: Mapping[str, Any] | None = None
) -> httpx.Response:
    async def attempt() -> httpx.Response:
        response = await airflow.http.request(method, path, json=body)
        if response.status_code in OVERLOADED:
            response.raise_for_status()
        return response

    try:
        return await airflow.guard.call(attempt)
    except (httpx.HTTPError, json.JSONDecodeError, KeyError, PartError) as error:
        raise ActionsDownError(f"Airflow, which carries actions out, doesn't answer: {error}") from error


def _require_success(answer: httpx.Response) -> None:
    if not answer.is_success:
        raise ActionsDownError(
            f"Airflow, which carries actions out, refuses: {answer.status_code} {answer.text[:200]}"
        )


def _read(answer: httpx.Response) -> dict[str, Any]:
    _require_success(answer)
    try:
        body: dict[str, Any] = answer.json()
    except json.JSONDecodeError as error:
        raise ActionsDownError(
            f"Airflow, which carries actions out, answers what is no JSON: {error}"
        ) from error
    return body
