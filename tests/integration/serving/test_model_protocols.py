"""The same question, asked of the real model server by OpenAI's routes and by the V2 protocol."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from processors.settings import Settings, change_settings
from serving.app import create_app

HOW = "The OpenSearch cluster is red. What do I do?"


@asynccontextmanager
async def serve(settings: Settings, protocol: str) -> AsyncIterator[AsyncTestClient[Litestar]]:
    changed = change_settings(settings, answering={"protocol": protocol})
    key = settings.access.read_api_key()
    async with AsyncTestClient(create_app(changed)) as client:
        client.headers.update({"Authorization": f"Bearer {key}", "X-Runlore-Record": "off"})
        yield client


async def ask(client: AsyncTestClient[Litestar], **body: Any) -> Any:
    # A temperature keeps the answer from being one that is remembered.
    messages = [{"role": "user", "content": HOW}]
    full = {"model": "runlore-cag", "messages": messages, "temperature": 0.5, **body}
    return (await client.post("/v1/chat/completions", json=full)).raise_for_status()


@pytest.mark.usefixtures("live_versions")
async def test_both_protocols_give_the_same_answer_whole_and_streamed(settings: Settings) -> None:
    texts = []
    for protocol in ("openai", "v2"):
        async with serve(settings, protocol) as client:
            whole = (await ask(client)).json()
            texts.append(whole["choices"][0]["message"]["content"])
            streamed = (await ask(client, stream=True)).text
            assert "degraded" not in whole["runlore"]
            assert whole["runlore"]["citations"]
            assert streamed.count('"content":') > 3
            assert streamed.endswith("data: [DONE]\n\n")
            assert (await client.get("/health/ready")).json()["parts"]["model"] == "up"
    assert texts[0] == texts[1]
    assert "[1]" in texts[0]


@pytest.mark.parametrize("protocol", ["openai", "v2"])
async def test_the_bare_model_is_relayed(settings: Settings, protocol: str) -> None:
    async with serve(settings, protocol) as client:
        whole = (await ask(client, model=settings.answering.model)).json()
        streamed = (await ask(client, model=settings.answering.model, stream=True)).text
    assert whole["object"] == "chat.completion"
    assert whole["choices"][0]["message"]["content"].startswith("I don't know")
    assert whole["choices"][0]["finish_reason"] == "stop"
    assert '"object":"chat.completion.chunk"' in streamed
    assert streamed.endswith("data: [DONE]\n\n")


async def test_what_the_v2_protocol_refuses_is_told(settings: Settings) -> None:
    async with serve(settings, "v2") as client:
        body = {
            "model": settings.answering.model,
            "messages": [{"role": "user", "content": ""}],
            "stream": True,
        }
        response = await client.post("/v1/chat/completions", json=body)
    assert response.status_code == 422
    assert response.json()["error"]["type"] == "invalid_request_error"
