"""What a request hears that takes too long, and one that asks a model which is left alone."""

import json
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from processors.settings import change_settings

Client = AsyncTestClient[Litestar]


async def ask(client: Client, **body: Any) -> Any:
    messages = [{"role": "user", "content": "What now?"}]
    return await client.post(
        "/v1/chat/completions", json={"model": "runlore-cag", "messages": messages, **body}
    )


class TestShortRequests:
    @pytest.fixture
    def settings(self, settings: Any) -> Any:
        return change_settings(settings, timeouts={"request_seconds": 0.4})

    @pytest.mark.parametrize("stream", [False, True])
    async def test_a_request_that_is_over_before_its_first_word_is_a_clear_error(
        self, client: Client, world: Any, *, stream: bool
    ) -> None:
        world.delays = {"cag-v000003": 0.5}
        response = await ask(client, stream=stream)
        assert (response.status_code, response.json()["error"]["code"]) == (504, "deadline_exceeded")
        assert world.model_requests == []

    @pytest.mark.parametrize("model", ["runlore-cag", "extractive"])
    async def test_a_stream_that_is_over_after_its_first_word_ends_with_an_error(
        self, client: Client, world: Any, model: str
    ) -> None:
        world.pieces = ["Do this [1].\n\nThen that [1].\n\nThen", " more"]
        world.falls_silent = True
        response = await ask(client, model=model, stream=True, temperature=0.5)
        last = response.text.strip().split("\n\n")[-1]
        assert response.status_code == 200
        assert json.loads(last.removeprefix("data: "))["error"]["type"] == "server_error"
        assert world.open_streams == 0


@pytest.mark.parametrize("stream", [False, True])
async def test_the_bare_model_that_is_down_is_soon_left_alone(
    client: Client, world: Any, *, stream: bool
) -> None:
    world.model_status = None
    for _ in range(6):
        response = await ask(client, model="extractive", stream=stream)
        assert (response.status_code, response.json()["error"]["code"]) == (503, "model_unavailable")
    world.model_status = 200
    assert (await ask(client, model="extractive", stream=stream)).status_code == 503
    assert world.model_requests == []
