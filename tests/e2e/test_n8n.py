"""A real n8n takes the workflow of the how-to, proposes an action by it and gets the result."""

import json
import os
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from kubernetes.client import ApiClient, AppsV1Api
from playwright.sync_api import Browser
from sqlalchemy import text

from local.environments import find_environments
from local.free_port import find_free_port
from local.jobs import open_postgres
from local.n8n.server import ensure_n8n, run_n8n
from local.settings import ROOT
from local.settings import load_settings as load_stack_settings
from processors.settings import Settings
from tests.support.approving import decide_on_page, read_key
from tests.support.waiting import wait_for

WORKFLOW = json.loads((ROOT / "docs/how-to/n8n/action.json").read_text())
HOOK_SECRET = secrets.token_urlsafe(16)


@contextmanager
def make_database() -> Iterator[dict[str, str]]:
    """Make a database in the stack's PostgreSQL, and drop it afterwards."""
    stack, name = load_stack_settings(), f"n8n_{secrets.token_hex(4)}"
    with open_postgres(stack).connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield {
                "host": "127.0.0.1",
                "port": str(stack.ports["postgres"]),
                "user": "runlore",
                "password": (stack.home / "secrets/postgres").read_text().strip(),
                "database": name,
            }
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def n8n(acting: Settings, tmp_path: Path) -> Iterator[httpx.Client]:
    """An n8n with the workflow, whose owner is signed in."""
    if os.environ.get("PROVE_N8N") != "yes":
        pytest.skip("it installs n8n from npm: `make test-n8n` runs it")
    program = ensure_n8n(find_environments())
    port = find_free_port()
    owner = {"email": "owner@example.org", "firstName": "O", "lastName": "N", "password": "Pass-word-1"}
    with (
        make_database() as database,
        run_n8n(program, port, database, tmp_path) as url,
        httpx.Client(base_url=url, timeout=240) as client,
    ):
        call(client, "POST", "/rest/owner/setup", owner)
        take_workflow(client, acting.service.url)
        yield client


def call(client: httpx.Client, method: str, path: str, body: dict[str, Any]) -> Any:
    """Make a call of n8n's own API, and return what it answers."""
    answer = client.request(method, path, json=body)
    assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
    return answer.json()["data"]


def take_workflow(client: httpx.Client, service_url: str) -> None:
    """Do what the how-to says: import, name the service, choose both credentials, activate."""
    key, hook = (
        call(client, "POST", "/rest/credentials", {"name": name, "type": "httpHeaderAuth", "data": header})
        for name, header in {
            "Runlore": {"name": "Authorization", "value": f"Bearer {read_key('oncall')}"},
            "Hook": {"name": "X-Runlore", "value": HOOK_SECRET},
        }.items()
    )
    nodes = json.loads(json.dumps(WORKFLOW["nodes"]).replace("http://127.0.0.1:23010", service_url))
    for node in nodes:
        credential = {"n8n-nodes-base.webhook": hook, "n8n-nodes-base.httpRequest": key}.get(node["type"])
        if credential:
            node["credentials"] = {"httpHeaderAuth": {"id": credential["id"], "name": credential["name"]}}
    made = call(client, "POST", "/rest/workflows", {**WORKFLOW, "nodes": nodes, "active": False})
    wanted = {"active": True, "versionId": made["versionId"]}
    assert call(client, "PATCH", f"/rest/workflows/{made['id']}", wanted)["active"]


def ask(n8n: httpx.Client, command: str) -> dict[str, Any]:
    """Send a command to the workflow's webhook, and return its result."""
    answer = n8n.post(
        "/webhook/runlore-action", json={"command": command}, headers={"X-Runlore": HOOK_SECRET}
    )
    assert answer.is_success, answer.text
    told: dict[str, Any] = answer.json()
    return told


def find_link(settings: Settings, airflow: httpx.Client) -> str:
    """Return the link by which the proposal that waits is approved; empty: none waits yet."""
    listed = airflow.get("/dags/actions/dagRuns", params={"state": "running"}).raise_for_status().json()
    headers = {"Authorization": f"Bearer {read_key('oncall')}"}
    for run in listed["dag_runs"]:
        key = run["dag_run_id"].removeprefix("action-")
        told = httpx.get(f"{settings.service.url}/v1/actions/{key}", headers=headers, timeout=30)
        if told.is_success and told.json()["state"] == "waiting":
            return str(told.json()["proposal"]["approve_url"])
    return ""


def test_pods_are_listed_and_a_restart_is_done_after_another_person_s_approval(
    n8n: httpx.Client,
    acting: Settings,
    airflow: httpx.Client,
    browser: Browser,
    admin: ApiClient,
    namespace: str,
    api: str,
) -> None:
    assert n8n.post("/webhook/runlore-action", json={"command": "kubectl get pods"}).status_code == 403
    read = ask(n8n, f"kubectl get pods -n {namespace}")
    assert (read["state"], read["output"].count(f"{api}-")) == ("executed", 2)

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, n8n, f"restart the {api} deployment in {namespace}")
        page = browser.new_page()
        decide_on_page(page, wait_for(lambda: find_link(acting, airflow), 120), "second", "Approve")
        done = asked.result(timeout=240)
        page.close()
    assert (done["state"], done["approver"], done["is_over"]) == ("executed", "key:second", True)
    restarted: Any = AppsV1Api(admin).read_namespaced_deployment(api, namespace)
    assert restarted.spec.template.metadata.annotations["kubectl.kubernetes.io/restartedAt"]
