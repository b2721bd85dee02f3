import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from serving.model_server.generate_routes import make_generate_router
from serving.model_server.openai_api.errors import OpenAIError, render_openai_error
from serving.model_server.openai_api.routes import make_chat_router, make_models_router
from serving.model_server.writing import Finish, Limits, Turn, Written


class Model:
    """Writes two pieces; may refuse, or write without end."""

    def __init__(self) -> None:
        self.asked: list[tuple[Sequence[Turn], Limits]] = []
        self.refuses = False
        self.is_endless = False
        self.ended = asyncio.Event()

    async def write(self, turns: Sequence[Turn], limits: Limits) -> Written:
        self.asked.append((turns, limits))
        if self.refuses:
            raise OpenAIError(503, "too many", code="overloaded")
        try:
            yield "It is"
            while self.is_endless:
                await asyncio.sleep(0.001)
            yield " red."
            yield Finish("stop", 4, 2)
        finally:
            self.ended.set()


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def app(model: Model) -> FastAPI:
    app = FastAPI()
    app.include_router(make_chat_router("m", model.write))
    app.include_router(make_models_router({"m": "Writes."}))
    app.include_router(make_generate_router("m", model.write))
    app.add_exception_handler(OpenAIError, render_openai_error)
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://m") as opened:
        yield opened


async def chat(client: httpx.AsyncClient, **body: Any) -> httpx.Response:
    asked = {"model": "m", "messages": [{"role": "user", "content": "Why?"}], **body}
    return await client.post("/openai/v1/chat/completions", json=asked)


async def test_a_whole_answer_has_text_and_usage(client: httpx.AsyncClient, model: Model) -> None:
    answer = (await chat(client, stop="x", max_tokens=3)).json()

    assert answer["choices"][0]["message"]["content"] == "It is red."
    assert answer["usage"] == {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6}
    assert model.asked == [([Turn("user", "Why?")], Limits(("x",), 3))]


async def test_a_stream_ends_with_usage_if_asked(client: httpx.AsyncClient) -> None:
    response = await chat(client, stream=True, stream_options={"include_usage": True})
    *events, done, _ = response.text.split("\n\n")

    assert response.headers["content-type"].startswith("text/event-stream")
    assert json.loads(events[-1].removeprefix("data: "))["usage"]["total_tokens"] == 6
    assert done == "data: [DONE]"


@pytest.mark.parametrize("stream", [False, True])
async def test_a_refusal_is_a_status_also_for_a_stream(
    client: httpx.AsyncClient, model: Model, stream: bool
) -> None:
    model.refuses = True
    response = await chat(client, stream=stream)

    assert (response.status_code, response.json()["error"]["code"]) == (503, "overloaded")


async def test_another_model_is_not_here(client: httpx.AsyncClient) -> None:
    assert (await chat(client, model="other")).status_code == 404


async def test_the_list_says_what_a_model_is(client: httpx.AsyncClient) -> None:
    (listed,) = (await client.get("/openai/v1/models")).json()["data"]

    assert (listed["id"], listed["description"]) == ("m", "Writes.")


@pytest.mark.parametrize("route", ["generate", "generate_stream"])
async def test_the_other_protocol_has_the_same_text(client: httpx.AsyncClient, route: str) -> None:
    response = await client.post(f"/v2/models/m/{route}", json={"text_input": "Why?"})

    events = [json.loads(part.removeprefix("data: ")) for part in response.text.split("\n\n") if part]
    assert "".join(event["text_output"] for event in events) == "It is red."
    assert events[-1]["finish_reason"] == "stop"


@pytest.mark.parametrize("stream", [False, True])
async def test_who_goes_away_ends_the_writing(app: FastAPI, model: Model, stream: bool) -> None:
    model.is_endless = True
    asked = {"model": "m", "messages": [{"role": "user", "content": "Why?"}], "stream": stream}
    messages = [{"type": "http.request", "body": json.dumps(asked).encode(), "more_body": False}]
    is_written = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        await (is_written.wait() if stream else asyncio.sleep(0.01))
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if b"It is" in message.get("body", b""):
            is_written.set()

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/openai/v1/chat/completions",
        "query_string": b"",
        "headers": [],
    }
    calling = asyncio.ensure_future(app(scope, receive, send))
    await asyncio.wait_for(model.ended.wait(), timeout=10)
    await asyncio.gather(calling, return_exceptions=True)
