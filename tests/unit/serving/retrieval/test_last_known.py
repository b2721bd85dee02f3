"""OpenSearch is down: what was asked before is answered from memory, the rest is a clear error."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from opensearchpy import exceptions as search_errors

Client = AsyncTestClient[Litestar]
DOWN = search_errors.ConnectionError("N/A", "refused", Exception())
HOW, ALIKE, OTHER = "How do I restart Kafka?", "please tell me how to restart kafka", "how do I stop Kafka"


async def ask(client: Client, question: str, **body: Any) -> Any:
    messages = [{"role": "user", "content": question}]
    full = {"model": "runlore-cag", "messages": messages, **body}
    return await client.post("/v1/chat/completions", json=full)


@pytest.fixture(autouse=True)
def many_documents(world: Any, hit: Any) -> None:
    world.hits["cag-v000003"] = [hit(str(number)) for number in range(20)]


@pytest.mark.parametrize("again", [HOW, ALIKE])
async def test_a_cached_answer_says_that_it_is_remembered(client: Client, world: Any, again: str) -> None:
    first = (await ask(client, HOW)).json()
    world.search_error = DOWN
    answer = (await ask(client, again)).raise_for_status().json()
    said, text = answer["choices"][0]["message"]["content"].split("\n\n", 1)
    assert said.startswith("OpenSearch can't be reached. This is remembered from cag-v000003;")
    assert text == first["choices"][0]["message"]["content"]
    assert answer["runlore"]["degraded"] == ["search"]
    assert answer["runlore"]["citations"] == first["runlore"]["citations"]


@pytest.mark.parametrize("model", ["runlore", "runlore-cag"])
async def test_remembered_passages_are_answered_from(client: Client, world: Any, model: str) -> None:
    await ask(client, HOW)
    world.search_error = DOWN
    answer = (await ask(client, HOW, model=model, temperature=0.5)).raise_for_status().json()
    text = answer["choices"][0]["message"]["content"]
    assert text.count("OpenSearch can't be reached.") == 1
    assert text.endswith("Do this [1].")
    assert answer["runlore"]["degraded"] == ["search"]
    assert answer["runlore"]["versions"] == {"cag": "cag-v000003"}
    assert "Text of 0." in world.prompt()["messages"][-1]["content"]


async def test_what_is_written_from_memory_is_not_remembered_as_an_answer(client: Client, world: Any) -> None:
    body = {"query": HOW, "k": 2, "pipeline": "cag"}
    await client.post("/v1/retrieve", json=body)
    world.search_error = DOWN
    for _ in range(2):
        text = (await ask(client, HOW)).json()["choices"][0]["message"]["content"]
        assert text.count("OpenSearch can't be reached.") == 1
    assert len(world.model_requests) == 2
    world.search_error = None
    assert "degraded" not in (await ask(client, HOW)).json()["runlore"]


async def test_retrieval_says_so_too(client: Client, world: Any) -> None:
    body = {"query": HOW, "k": 2, "pipeline": "both"}
    before = (await client.post("/v1/retrieve", json=body)).json()
    world.search_error = DOWN
    after = (await client.post("/v1/retrieve", json={**body, "pipeline": "cag"})).json()
    assert "degraded" not in before
    assert (after["degraded"], after["versions"]) == (["search"], {"cag": "cag-v000003"})


@pytest.mark.parametrize("question", [OTHER, f"{HOW} Was it done yesterday?", "x" * 1001])
async def test_what_is_not_remembered_is_a_clear_error(client: Client, world: Any, question: str) -> None:
    await ask(client, HOW)
    world.search_error = DOWN
    for stream in (False, True):
        response = await ask(client, question, stream=stream)
        assert (response.status_code, response.json()["error"]["code"]) == (503, "search_unavailable")


async def test_a_version_that_was_never_seen_live_is_not_answered_from(client: Client, world: Any) -> None:
    await ask(client, HOW)
    world.aliases["cag"] = "cag-v000004"
    await client.post("/v1/retrieve", json={"query": OTHER, "pipeline": "rag"})
    world.search_error = DOWN
    # The aliases were read since the swap, so what is remembered of the version before is no longer live.
    assert (await ask(client, HOW)).status_code == 503


async def test_a_service_that_has_seen_no_version_has_nothing_to_remember(client: Client, world: Any) -> None:
    world.search_error = DOWN
    assert (await ask(client, HOW)).status_code == 503
