import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from tests.unit.serving.conftest import KEY

PATH = "/v1/chat/stream"
QUESTION = {"model": "runlore", "messages": [{"role": "user", "content": "What now?"}]}
HEADER = [(b"authorization", f"Bearer {KEY}".encode())]


class Socket:
    """The client's end of a WebSocket, without a network."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def send(self, message: Any) -> None:
        key = "bytes" if isinstance(message, bytes) else "text"
        body = message if isinstance(message, (str, bytes)) else json.dumps(message)
        await self.sent.put({"type": "websocket.receive", key: body})

    async def receive(self) -> Any:
        async with asyncio.timeout(5):
            text = (await self.received.get())["text"]
        return text if text == "[DONE]" else json.loads(text)

    async def read_answer(self) -> list[Any]:
        messages = [await self.receive()]
        while messages[-1] != "[DONE]" and "error" not in messages[-1]:
            messages.append(await self.receive())
        return messages


Connect = Callable[..., AbstractAsyncContextManager[Socket]]


@pytest.fixture
def connect(app: Litestar, client: AsyncTestClient[Litestar]) -> Connect:  # noqa: ARG001 - it starts the app
    @asynccontextmanager
    async def connected(
        headers: list[tuple[bytes, bytes]] = HEADER, subprotocols: tuple[str, ...] = ()
    ) -> AsyncIterator[Socket]:
        socket = Socket()
        scope = {
            "type": "websocket",
            "path": PATH,
            "raw_path": PATH.encode(),
            "root_path": "",
            "scheme": "ws",
        }
        scope |= {"query_string": b"", "headers": headers, "subprotocols": list(subprotocols), "state": {}}
        serving = asyncio.create_task(app(scope, socket.sent.get, socket.received.put))  # type: ignore[arg-type]
        await socket.sent.put({"type": "websocket.connect"})
        try:
            yield socket
        finally:
            await socket.sent.put({"type": "websocket.disconnect", "code": 1001})
            await asyncio.wait_for(serving, 5)

    return connected


async def accept(socket: Socket) -> dict[str, Any]:
    async with asyncio.timeout(5):
        return await socket.received.get()


def list_sources(chunk: Any) -> list[Any]:
    """Return what an answer cites; a link's grant is of the second in which it was made."""
    return [{**one, "url": one["url"].partition("?")[0]} for one in chunk["runlore"]["citations"]]


async def test_who_has_opened_too_many_sockets_is_refused(
    connect: Connect, client: AsyncTestClient[Litestar], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(_: Any, __: str, keys: int, *given: Any) -> list[int]:
        assert given[keys:] == (600, 0, 1, 0, 1)
        return [0, 0, 60_000_000, 1_500_000, 0, 0, 0]

    monkeypatch.setattr(type(client.app.state.clients.cache), "evalsha", refuse)
    async with connect() as socket:
        assert (await accept(socket))["type"] == "websocket.close"


async def test_questions_on_one_socket_are_answered_like_streams(
    connect: Connect, client: AsyncTestClient[Litestar]
) -> None:
    response = await client.post("/v1/chat/completions", json={**QUESTION, "stream": True})
    streamed = [json.loads(line.removeprefix("data: ")) for line in response.text.split("\n\n")[:-2]]
    async with connect() as socket:
        assert (await accept(socket))["type"] == "websocket.accept"
        identities = set()
        for _ in range(2):
            await socket.send(QUESTION)
            *chunks, end = await socket.read_answer()
            assert end == "[DONE]"
            assert [chunk["choices"] for chunk in chunks] == [chunk["choices"] for chunk in streamed]
            assert list_sources(chunks[-1]) == list_sources(streamed[-1])
            identities.add(chunks[-1]["runlore"]["correlation_id"])
    assert len(identities) == 2


async def test_a_cancel_ends_the_answer_and_the_models_request(connect: Connect, world: Any) -> None:
    world.falls_silent, world.pieces = True, ["Do this [1].\n\n", "Then"]
    async with connect() as socket:
        await accept(socket)
        await socket.send({"type": "cancel"})
        await socket.send(QUESTION)
        while '"content": "Do' not in json.dumps(await socket.receive()):
            pass
        assert world.open_streams == 1
        await socket.send(QUESTION)
        while "error" not in (message := await socket.receive()):
            pass
        assert message["error"]["code"] == "answer_in_progress"
        await socket.send({"type": "cancel"})
        assert await socket.receive() == "[DONE]"
        assert world.open_streams == 0
        world.falls_silent = False
        await socket.send(QUESTION)
        assert (await socket.read_answer())[-1] == "[DONE]"


async def test_who_hangs_up_ends_the_models_request(connect: Connect, world: Any) -> None:
    world.falls_silent, world.pieces = True, ["Do this [1].\n\n", "Then"]
    async with connect() as socket:
        await accept(socket)
        await socket.send(QUESTION)
        while '"content": "Do' not in json.dumps(await socket.receive()):
            pass
        assert world.open_streams == 1
    assert world.open_streams == 0


@pytest.mark.parametrize(
    ("message", "code", "param"),
    [
        ("{", None, None),
        (b"\xff\xfe", None, None),
        (b'{"model": "\xff"}', None, None),
        ("[" * 100_000, None, None),
        ("[]", None, "body"),
        ({"model": "runlore"}, None, "messages"),
        ({**QUESTION, "n": 2}, None, "n"),
        ({**QUESTION, "model": "gpt-9"}, "model_not_found", "model"),
        ({**QUESTION, "messages": [{"role": "user", "content": ""}]}, None, "messages"),
    ],
)
async def test_a_wrong_message_is_an_error_and_the_socket_stays_open(
    connect: Connect, message: Any, code: str | None, param: str | None
) -> None:
    async with connect() as socket:
        await accept(socket)
        await socket.send(message)
        error = (await socket.receive())["error"]
        assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", code, param)
        await socket.send(QUESTION)
        assert (await socket.read_answer())[-1] == "[DONE]"


async def test_a_model_that_breaks_off_ends_the_answer_with_an_error(connect: Connect, world: Any) -> None:
    world.breaks_off = True
    async with connect() as socket:
        await accept(socket)
        await socket.send(QUESTION)
        assert "broke off" in (await socket.read_answer())[-1]["error"]["message"]


async def test_what_nobody_expected_ends_the_answer_with_an_error_too(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any, **__: Any) -> AsyncIterator[Any]:
        yield {"choices": []}
        raise RuntimeError("nobody expected this")

    monkeypatch.setattr("serving.api.chat.build_chunks", fail)
    async with connect() as socket:
        await accept(socket)
        await socket.send(QUESTION)
        assert (await socket.read_answer())[-1]["error"]["type"] == "server_error"


async def test_a_browser_offers_its_key_and_never_gets_it_back(connect: Connect) -> None:
    async with connect([], ("runlore", f"openai-insecure-api-key.{KEY}")) as socket:
        assert (await accept(socket))["subprotocol"] == "runlore"
        await socket.send(QUESTION)
        assert (await socket.read_answer())[-1] == "[DONE]"
    async with connect([], (f"openai-insecure-api-key.{KEY}",)) as socket:
        assert (await accept(socket))["subprotocol"] is None


@pytest.mark.parametrize(
    ("headers", "subprotocols"),
    [
        ([], ()),
        ([(b"authorization", b"Bearer wrong")], ()),
        ([], ("runlore", "openai-insecure-api-key.wrong")),
        ([], ("runlore",)),
    ],
)
async def test_without_the_key_no_socket_is_opened(
    connect: Connect, world: Any, headers: list[tuple[bytes, bytes]], subprotocols: tuple[str, ...]
) -> None:
    async with connect(headers, subprotocols) as socket:
        assert (await accept(socket))["type"] == "websocket.close"
    assert world.searches == []
