"""Runs of the DAG `actions`, begun as the service begins them, and answered as people answer."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx

from processors.knowledge.actions.catalogue import check_parameters, find_action
from processors.knowledge.actions.request import Person, Request, make_request, name_run, sign_request
from processors.knowledge.actions.results import Done, Proposed, Verified
from processors.pipelines.actions.operation import Deed
from processors.settings import Settings
from tests.support.waiting import wait_for

DAG = "actions"
# People of local/actions-policy.yaml.
ONCALL = Person(user="key:oncall", groups=("ml", "public", "sre"))
SECOND = Person(user="key:second", groups=("ml", "public", "sre"))
GUEST = Person(user="key:guest", groups=("public", "viewers"))
Ask = Callable[..., Deed]
"""Makes what somebody asks for, out of the action's name, the person and the parameters."""
ENDED = ("success", "failed")


class ActionRun(NamedTuple):
    """A run, and who looks at it."""

    airflow: httpx.Client
    request: Request
    run_id: str

    @property
    def path(self) -> str:
        """Of the run in Airflow's API."""
        return f"/dags/{DAG}/dagRuns/{self.run_id}"

    def read(self, task: str, key: str = "return_value") -> Any:
        """Return what a task pushed, None if nothing yet."""
        answer = self.airflow.get(f"{self.path}/taskInstances/{task}/xcomEntries/{key}")
        return answer.json()["value"] if answer.is_success else None

    def wait_for_proposal(self) -> Proposed:
        """Return what `propose_task` returned."""
        return Proposed.model_validate(wait_for(lambda: self.read("propose_task")))

    def wait_for_end(self) -> str:
        """Wait until the run has ended, and return its state."""

        def find_end() -> str:
            state = str(self.airflow.get(self.path).raise_for_status().json()["state"])
            return state if state in ENDED else ""

        return str(wait_for(find_end, 240))

    def wait_for_done(self) -> Done:
        """Return what `execute_task` returned when the run has ended."""
        self.wait_for_end()
        return Done.model_validate(self.read("execute_task"))

    def read_verified(self) -> Verified:
        """Return what `verify_task` returned."""
        return Verified.model_validate(self.read("verify_task"))

    def list_states(self) -> dict[str, str]:
        """Return the state of each task."""
        told = self.airflow.get(f"{self.path}/taskInstances").raise_for_status().json()
        return {task["task_id"]: task["state"] for task in told["task_instances"]}

    def wait_for_question(self) -> dict[str, Any]:
        """Return what a person is asked."""
        wait_for(lambda: self.list_states().get("approval_task") == "awaiting_input")
        answer = self.airflow.get(f"{self.path}/taskInstances/approval_task/-1/hitlDetails")
        detail: dict[str, Any] = answer.raise_for_status().json()
        return detail

    def answer(
        self, who: httpx.Client, option: str = "Approve", given: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        """Answer as somebody who read the question: Airflow itself needs a moment behind it."""
        time.sleep(2)
        body = {"chosen_options": [option], "params_input": dict(given or {})}
        return who.patch(f"{self.path}/taskInstances/approval_task/-1/hitlDetails", json=body)

    def clear(self, *tasks: str) -> None:
        """Let tasks run again, as a person does in Airflow's UI."""
        body = {"dag_run_id": self.run_id, "task_ids": tasks, "dry_run": False, "only_failed": False}
        self.airflow.post(f"/dags/{DAG}/clearTaskInstances", json=body).raise_for_status()


def begin(
    airflow: httpx.Client, settings: Settings, name: str, person: Person, parameters: Mapping[str, Any]
) -> ActionRun:
    """Sign a request and begin its run.

    Args:
        airflow: As the service's user, or who looks at it.
        settings: With the secret.
        name: Of the action.
        person: Who asks.
        parameters: Of the action.
    """
    checked = check_parameters(find_action(name), parameters)
    request = make_request(name, checked, person, source="api", language="en", now=datetime.now(UTC))
    signature = sign_request(request, settings.actions.read_secret())
    return begin_as(airflow, request, signature, name_run(request.key))


def begin_as(airflow: httpx.Client, request: Request, signature: str, run_id: str) -> ActionRun:
    """Begin a run with whatever it is given.

    Args:
        airflow: Who begins it.
        request: What is asked for.
        signature: What is shown for it.
        run_id: Of the run.
    """
    conf = {"request": request.model_dump(mode="json"), "signature": signature}
    body = {"logical_date": None, "dag_run_id": run_id, "conf": conf}
    airflow.post(f"/dags/{DAG}/dagRuns", json=body).raise_for_status()
    return ActionRun(airflow, request, run_id)
