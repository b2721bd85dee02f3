from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from processors.settings import Settings, change_settings
from serving.answering.offering import find_rollbacks, find_steps
from tests.support.acting import show_key, switch_on

Client = AsyncTestClient[Litestar]
Hit = Callable[..., dict[str, Any]]
STEP = "kubectl rollout restart deployment/api -n checkout"
OFFER = "`/do kubectl rollout restart deployment/api --namespace=checkout`"
ANSWER = f"Restart it [1]:\n\n```sh\n{STEP}\n```\n"
CHANGED = "Changed before: Deployment api in namespace checkout was rolled out as revision 4: image a to b"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return switch_on(settings, tmp_path)


@pytest.fixture
def runbook(world: Any, hit: Hit) -> None:
    world.hits["cag-v000003"] = [hit("c1", text=ANSWER)]
    world.pieces = [ANSWER[:20], ANSWER[20:]]


async def ask(client: Client, who: str, question: str = "What do I do when checkout is slow?") -> str:
    body = {"model": "runlore-cag", "messages": [{"role": "user", "content": question}]}
    response = await client.post("/v1/chat/completions", json=body, headers=show_key(who))
    told: str = response.json()["choices"][0]["message"]["content"]
    return told


@pytest.mark.usefixtures("runbook")
async def test_a_step_of_a_runbook_is_offered_to_who_may_propose_it(client: Client, world: Any) -> None:
    told = await ask(client, "ops")
    assert told.endswith(f"What can be run from here, if you send it:\n\n- {OFFER}")
    assert not world.airflow.runs


@pytest.mark.usefixtures("runbook")
async def test_others_are_offered_nothing(client: Client) -> None:
    assert "/do" not in await ask(client, "dev")


@pytest.mark.usefixtures("runbook")
async def test_it_is_offered_in_the_language_of_the_question(client: Client) -> None:
    told = await ask(client, "ops", "Что делать, если checkout тормозит?")
    assert f"Это можно выполнить отсюда, если отправить:\n\n- {OFFER}" in told


class TestWithoutActions:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return change_settings(settings, actions={"kubeconfig": ""})

    @pytest.mark.usefixtures("runbook")
    async def test_nothing_is_offered(self, client: Client) -> None:
        assert "/do" not in await ask(client, "ops")


@pytest.mark.parametrize(
    ("command", "source"),
    [
        (STEP, {"kind": "log_pattern", "text": STEP}),
        (STEP, {"kind": "runbook", "text": "Something else."}),
        (f"{STEP} --kubeconfig=/x", {"kind": "runbook", "text": f"{STEP} --kubeconfig=/x"}),
        ("kubectl rollout restart deployment/<name>", {"kind": "runbook", "text": "deployment/<name>"}),
        ("show the pods in checkout", {"kind": "runbook", "text": "show the pods in checkout"}),
    ],
)
def test_only_whole_commands_of_cited_documents_are_offered(command: str, source: Any) -> None:
    assert not list(find_steps(f"```sh\n{command}\n```", [source]))


def test_what_was_rolled_out_before_an_incident_can_be_taken_back() -> None:
    (undo,) = find_rollbacks([{"kind": "incident", "text": f"Deployment api: it fails\n{CHANGED}"}])  # type: ignore[typeddict-item]
    assert undo.action == "kubernetes.rollout_undo"
    assert undo.parameters == {"resource": "deployment", "name": "api", "namespace": "checkout"}


@pytest.mark.parametrize(
    "text", [CHANGED.replace("Changed before: ", ""), CHANGED.replace("was rolled out", "was changed")]
)
def test_what_says_it_otherwise_is_none(text: str) -> None:
    assert not list(find_rollbacks([{"kind": "incident", "text": text}]))  # type: ignore[typeddict-item]


def test_a_log_line_that_says_so_is_none() -> None:
    assert not list(find_rollbacks([{"kind": "log_pattern", "text": CHANGED}]))  # type: ignore[typeddict-item]
