"""A fake of Airflow's REST API at its edge: it keeps runs of the DAG `actions`, and a test plays their tasks.

Its answers have the shapes of Airflow 3.3; what the tasks really do is tried on a stack.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from processors.knowledge.actions.binding import Proposal, make_proposal
from processors.knowledge.actions.catalogue import build_command, find_action
from processors.knowledge.actions.request import read_request
from processors.knowledge.actions.results import Done, Proposed
from serving.clients.airflow import AirflowClient, AirflowLogin
from serving.clients.guards import Guard
from serving.clients.parts import make_guards

TASKS = ("propose_task", "approval_task", "execute_task", "verify_task", "record_task")


@dataclass
class Run:
    """A run, and what its tasks have come to."""

    conf: dict[str, Any]
    states: dict[str, str | None] = field(default_factory=lambda: dict.fromkeys(TASKS))
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    answer: dict[str, Any] | None = None

    def end(self, task: str, result: Any = None, state: str = "success") -> None:
        self.states[task] = state
        if result is not None:
            self.results[task] = result.model_dump(mode="json")

    @property
    def proposal(self) -> Proposal:
        told = Proposed.model_validate(self.results["propose_task"]).proposal
        assert told is not None
        return told


def propose(run: Run, dry_run: str = "- replicas: 2\n+ replicas: 3", seconds: float = 900) -> None:
    """Play `propose_task`."""
    request = read_request(run.conf["request"])
    action = find_action(request.action)
    proposal = make_proposal(
        request,
        target=None,
        command=build_command(action, request.parameters),
        rights=f"runlore:{request.proposer.user}",
        dry_run=dry_run,
        expires_at=datetime.now(UTC) + timedelta(seconds=seconds),
    )
    run.end("propose_task", Proposed(changing=action.changing, proposal=proposal))
    run.states["approval_task"] = "awaiting_input" if action.changing else "skipped"


def finish(run: Run, output: str) -> None:
    """Play an action that reads, to its end."""
    propose(run)
    run.end("execute_task", Done(state="executed", output=output))
    run.end("verify_task")
    run.end("record_task")


@dataclass
class FakeAirflow:
    """What the service finds in place of Airflow; `play` is called with each run that begins."""

    play: Callable[[Run], None] = propose
    runs: dict[str, Run] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    logins: int = 0
    token: str = ""
    failures: list[int] = field(default_factory=list)
    """Statuses that the next requests get."""
    before_states: list[Callable[[], None]] = field(default_factory=list)
    """What happens before the states of tasks are told, one each time."""

    def open(self, guard: Guard | None = None) -> AirflowClient:
        login = AirflowLogin("http://airflow/auth/token", "runlore", "a password")
        transport = httpx.MockTransport(self._respond)
        http = httpx.AsyncClient(base_url="http://airflow/api/v2", auth=login, transport=transport)
        return AirflowClient(http, guard or make_guards().airflow)

    def _respond(self, request: httpx.Request) -> httpx.Response:
        told = self._answer(request)
        # As over a socket: whoever wants the body has to read it.
        return httpx.Response(told.status_code, stream=httpx.ByteStream(told.content))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/auth/token":
            self.logins += 1
            self.token = f"token {self.logins}"
            return httpx.Response(201, json={"access_token": self.token})
        if request.headers["Authorization"] != f"Bearer {self.token}":
            return httpx.Response(401, json={"detail": "Invalid JWT token"})
        self.asked.append((request.method, path))
        if self.failures:
            return httpx.Response(self.failures.pop(0), text="<html>")
        assert path.startswith("/api/v2/dags/actions/dagRuns")
        parts = path.removeprefix("/api/v2/dags/actions/dagRuns").strip("/").split("/")
        if request.method == "POST":
            return self._begin(json.loads(request.content))
        run = self.runs.get(parts[0])
        return self._show(run, parts[1:], request) if run else httpx.Response(404, json={})

    def _begin(self, body: dict[str, Any]) -> httpx.Response:
        if body["dag_run_id"] in self.runs:
            return httpx.Response(409, json={"detail": "already exists"})
        run = self.runs[body["dag_run_id"]] = Run(body["conf"])
        self.play(run)
        return httpx.Response(200, json={"dag_run_id": body["dag_run_id"], "state": "queued"})

    def _show(self, run: Run, parts: list[str], request: httpx.Request) -> httpx.Response:
        if not parts:
            return httpx.Response(200, json={"state": "running", "conf": run.conf})
        if parts == ["taskInstances"]:
            if self.before_states:
                self.before_states.pop(0)()
            listed = [{"task_id": task, "state": state} for task, state in run.states.items()]
            return httpx.Response(200, json={"task_instances": listed})
        task = parts[1]
        if parts[2] == "xcomEntries":
            if task not in run.results:
                return httpx.Response(404, json={})
            return httpx.Response(200, json={"value": run.results[task]})
        assert (task, parts[2:]) == ("approval_task", ["-1", "hitlDetails"])
        if run.states[task] is None:
            return httpx.Response(404, json={})
        if request.method == "PATCH":
            if run.answer is not None:
                return httpx.Response(409, json={"detail": "already answered"})
            run.answer = json.loads(request.content)
            run.states[task] = "success"
        return httpx.Response(200, json={"response_received": run.answer is not None})
