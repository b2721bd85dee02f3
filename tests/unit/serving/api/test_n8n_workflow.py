"""The workflow for n8n says what the service takes; its calls are made here as its nodes say, without n8n."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from processors.knowledge.actions.results import Done
from processors.settings import Settings
from tests.support.acting import show_key, switch_on
from tests.support.fake_airflow import finish

Client = AsyncTestClient[Litestar]
WORKFLOW = json.loads((Path(__file__).parents[4] / "docs/how-to/n8n/action.json").read_text())
NODES = {node["name"]: node for node in WORKFLOW["nodes"]}


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return switch_on(settings, tmp_path)


def follow(name: str, output: int = 0) -> str:
    """Return the node behind a node's output."""
    following: str = WORKFLOW["connections"][name]["main"][output][0]["node"]
    return following


def fill(expression: str, told: dict[str, Any], asked: dict[str, Any]) -> str:
    """Return what n8n makes of an expression of the workflow; it knows those that stand there."""
    known = {"$json.": told, "$('Where Runlore is').item.json.": asked}
    for prefix, values in known.items():
        for name, value in values.items():
            expression = expression.replace(f"{{{{ {prefix}{name} }}}}", str(value))
    assert "{{" not in expression, expression
    return expression.removeprefix("=")


async def play(client: Client, command: str) -> dict[str, Any]:
    """Make the calls of the workflow, up to its result."""
    asked = {"url": "", "command": command, "key": hashlib.md5(b"workflow 7").hexdigest()}  # noqa: S324 - as n8n does
    name, told = follow("Where Runlore is"), dict(asked)
    for _ in range(5):
        parameters = NODES[name]["parameters"]
        if NODES[name]["type"].endswith(".httpRequest"):
            url = fill(parameters["url"], told, asked)
            if parameters.get("method") == "POST":
                pairs = re.findall(r"(\w+): (?:\$json\.(\w+)|(\d+))", parameters["jsonBody"])
                body = {field: told[one] if one else int(number) for field, one, number in pairs}
                body["wait_seconds"] = min(body["wait_seconds"], 1)
                response = await client.post(url, json=body, headers=show_key("ops"))
            else:
                response = await client.get(url, headers=show_key("ops"))
            assert response.is_success, response.text
            told = response.json()
            name = follow(name)
        elif NODES[name]["type"].endswith(".if"):
            (condition,) = parameters["conditions"]["conditions"]
            is_true = fill(condition["leftValue"], told, asked) == "True"
            name = follow(name, 0 if is_true else 1)
        elif NODES[name]["type"].endswith(".wait"):
            name = follow(name)
        else:
            break
    return told if name == "Result" else {**told, "ended_at": name}


async def test_it_gets_the_result_of_what_only_reads(client: Client, world: Any) -> None:
    world.airflow.play = lambda run: finish(run, "api-1  1/1")
    told = await play(client, "kubectl get pods -n checkout")
    assert (told["state"], told["output"]) == ("executed", "api-1  1/1")


async def test_it_asks_until_what_was_proposed_is_over(client: Client, world: Any) -> None:
    told = await play(client, "restart the api deployment in checkout")
    assert told["state"] == "waiting"
    assert told["proposal"]["approve_url"]
    (run,) = world.airflow.runs.values()
    run.states["approval_task"] = "success"
    run.end("execute_task", Done(state="executed", output="restarted"))
    run.end("verify_task")
    told = await play(client, "restart the api deployment in checkout")
    assert (told["state"], told["is_over"]) == ("executed", True)
    assert len(world.airflow.runs) == 1
