"""What models do wrong: before the first word passages are shown, after it the text ends with an error."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI

from processors.settings import Settings, change_settings
from serving.clients.breaker import State
from serving.clients.generation import find_model, open_stream
from serving.clients.parts import make_guards
from serving.clients.relay import relay_completion
from serving.context.deadlines import begin_request
from serving.faults import BrokenAnswerError, RequestLateError
from serving.schemas import ChatRequest

PAUSE = 60.0
MESSAGES = [{"role": "system", "content": "Cite."}, {"role": "user", "content": "Why?"}]


class Body(httpx2.AsyncByteStream):
    def __init__(self, parts: list[bytes | float | Exception]) -> None:
        self.parts = parts
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            if isinstance(part, Exception):
                raise part
            if isinstance(part, float):
                await asyncio.sleep(part)
            else:
                yield part

    async def aclose(self) -> None:
        self.closed = True


def event(body: Any) -> bytes:
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def chunk(text: str, finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish_reason}
    return event(
        {"id": "x", "object": "chat.completion.chunk", "model": "m", "created": 1, "choices": [choice]}
    )


def piece(text: str, **fields: Any) -> bytes:
    return event({"model_name": "m", "text_output": text, **fields})


WHOLE = {
    "openai": [chunk("It"), chunk(" is", "stop"), b"data: [DONE]\n\n"],
    "v2": [piece("It", done=False), piece(" is", done=True)],
}
CUT = {
    "openai": [chunk("It"), chunk(" is")],
    "v2": [piece("It", done=False), piece(" is", done=False)],
}


class Server:
    """A model server that sends given bodies, one after the other, and counts the requests."""

    def __init__(self, *bodies: list[Any] | int | Exception) -> None:
        self.bodies = list(bodies)
        self.sent: list[Body] = []
        self.requests: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        body = self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]
        if isinstance(body, Exception):
            raise body
        if isinstance(body, int):
            return httpx2.Response(body, json={"error": {"message": "no"}})
        self.sent.append(Body(body))
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=self.sent[-1])


@pytest.fixture(params=["openai", "v2"])
def protocol(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def read(settings: Settings, protocol: str) -> Callable[..., Any]:
    async def read(server: Server, guards: Any = None) -> tuple[list[str], Any]:
        """Return the pieces, and how they ended: None if the model was down, an error, or the outcome."""
        http = httpx2.AsyncClient(transport=httpx2.MockTransport(server))
        model = AsyncOpenAI(base_url="http://m", api_key="unused", http_client=http, max_retries=0)
        clients: Any = SimpleNamespace(model=model, guards=guards or make_guards())
        # A busy machine may be slow, too, so patience is short only with a model that stands still.
        seconds = 0.2 if any(PAUSE in body for body in server.bodies if isinstance(body, list)) else 10.0
        limits = {"model_first_seconds": seconds, "model_gap_seconds": seconds}
        chosen = change_settings(settings, answering={"protocol": protocol}, timeouts=limits)
        request = ChatRequest.model_validate({"model": "runlore", "messages": MESSAGES, "stream": True})
        written = await open_stream(clients, chosen, request, MESSAGES)
        if written is None:
            return [], None
        pieces: list[str] = []
        try:
            async for piece in written[0]:
                pieces.append(piece)  # noqa: PERF401 - what was read before an error is kept
        except openai.OpenAIError as error:
            return pieces, error
        return pieces, written[1]

    return read


async def test_a_whole_answer_is_read(read: Any, protocol: str) -> None:
    server = Server(WHOLE[protocol])
    pieces, outcome = await read(server)
    assert ("".join(pieces), outcome.finish_reason) == ("It is", "stop")
    assert server.sent[0].closed
    body = json.loads(server.requests[0].content)
    if protocol == "v2":
        assert server.requests[0].url.path == "/v2/models/extractive/generate_stream"
        assert body == {"text_input": "Cite.\n\nWhy?", "parameters": {"stream": True}}


@pytest.mark.parametrize(
    "body",
    [
        [],
        [b"<html>It works!</html>"],
        [b"data: {rubbish\n\n"],
        [b"data: \xff\xfe\n\n"],
        [event("text"), event([1])],
        [event({"error": "out of memory"})],
        [event({"error": {"message": "out of memory"}})],
        [event({})],
        [event({"choices": [{}]})],
        [httpx2.RemoteProtocolError("peer closed connection")],
        [PAUSE],
        500,
        404,
        429,
        httpx2.ConnectError("refused"),
        httpx2.ConnectTimeout("late"),
    ],
    ids=lambda body: str(body)[:40],
)
async def test_without_a_first_word_the_model_is_down(read: Any, body: Any) -> None:
    guards = make_guards(failures=1)
    server = Server(body)
    assert await read(server, guards) == ([], None)
    assert guards.model.breaker.state is State.OPEN
    assert all(sent.closed for sent in server.sent)
    asked = len(server.requests)
    assert await read(server, guards) == ([], None)
    assert len(server.requests) == asked


@pytest.mark.parametrize(
    "end",
    [
        [b"data: {rubbish\n\n"],
        [event({"error": {"message": "out of memory"}})],
        [httpx2.RemoteProtocolError("peer closed connection")],
        [httpx2.ReadError("reset")],
        [PAUSE],
    ],
    ids=str,
)
async def test_after_the_first_word_the_text_ends_with_an_error(read: Any, protocol: str, end: Any) -> None:
    server = Server([*CUT[protocol], *end])
    pieces, error = await read(server)
    assert pieces == ["It", " is"]
    assert isinstance(error, BrokenAnswerError)
    assert len(server.requests) == 1
    assert server.sent[0].closed


async def test_a_text_that_ends_before_the_answer_is_no_answer(read: Any, protocol: str) -> None:
    pieces, error = await read(Server(CUT[protocol]))
    assert pieces == ["It", " is"]
    assert isinstance(error, BrokenAnswerError)


async def test_a_model_that_fails_at_once_is_asked_a_second_time(read: Any, protocol: str) -> None:
    server = Server(httpx2.ReadError("reset"), WHOLE[protocol])
    pieces, _ = await read(server)
    assert "".join(pieces) == "It is"


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_refusal_is_for_the_caller_and_no_fault(read: Any, status: int) -> None:
    guards = make_guards(failures=1)
    with pytest.raises(openai.APIStatusError):
        await read(Server(status), guards)
    assert guards.model.breaker.state is State.CLOSED


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"object": "list", "data": [{"id": "extractive"}], "ready": True}, True),
        ({"object": "list", "data": [{"id": "other"}], "ready": False}, False),
    ],
)
async def test_the_models_health_is_by_its_own_protocol(
    settings: Settings, protocol: str, answer: Any, *, found: bool
) -> None:
    paths = []

    def respond(request: httpx2.Request) -> httpx2.Response:
        paths.append(request.url.path)
        return httpx2.Response(200, json=answer)

    http = httpx2.AsyncClient(transport=httpx2.MockTransport(respond))
    model = AsyncOpenAI(base_url="http://m", api_key="unused", http_client=http, max_retries=0)
    chosen = change_settings(settings, answering={"protocol": protocol})
    clients: Any = SimpleNamespace(model=model)
    assert await find_model(clients, chosen) is found
    assert paths == [{"openai": "/models", "v2": "/v2/models/extractive/ready"}[protocol]]


class WholeServer:
    """A V2 server whose whole answer takes a while, or whose metadata does."""

    def __init__(self, metadata_seconds: float, answer_seconds: float) -> None:
        self.seconds = {"GET": metadata_seconds, "POST": answer_seconds}

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(self.seconds[request.method])
        if request.method == "GET":
            return httpx2.Response(
                200, json={"inputs": [{"name": "prompt", "datatype": "BYTES", "shape": [1]}]}
            )
        return httpx2.Response(200, json={"outputs": [{"datatype": "BYTES", "data": ["It is so."]}]})


def open_whole(settings: Settings, server: WholeServer, **timeouts: float) -> tuple[Any, Settings]:
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(server))
    model = AsyncOpenAI(base_url="http://m", api_key="unused", http_client=http, max_retries=0)
    chosen = change_settings(settings, answering={"protocol": "v2"}, timeouts=timeouts)
    guards = make_guards(model=chosen.timeouts.request_seconds, failures=1)
    return SimpleNamespace(model=model, guards=guards), chosen


def ask_whole(model: str = "runlore") -> ChatRequest:
    return ChatRequest.model_validate({"model": model, "messages": MESSAGES})


async def test_a_whole_answer_has_the_requests_time(settings: Settings) -> None:
    server = WholeServer(0, 0.3)
    clients, chosen = open_whole(settings, server, model_first_seconds=0.1, model_gap_seconds=0.1)
    written = await open_stream(clients, chosen, ask_whole(), MESSAGES)
    assert written is not None
    assert "".join([text async for text in written[0]]) == "It is so."
    bare = await relay_completion(clients, chosen, ask_whole("extractive"))
    assert bare["choices"][0]["message"]["content"] == "It is so."
    assert clients.guards.model.breaker.state is State.CLOSED


async def test_a_whole_answer_that_the_request_has_no_time_for_is_not_the_models_fault(
    settings: Settings,
) -> None:
    clients, chosen = open_whole(settings, WholeServer(0, 5), request_seconds=0.2)
    for ask in (
        lambda: open_stream(clients, chosen, ask_whole(), MESSAGES),
        lambda: relay_completion(clients, chosen, ask_whole("extractive")),
    ):
        begin_request(0.2)
        with pytest.raises(RequestLateError):
            await ask()
        assert clients.guards.model.breaker.state is State.CLOSED


async def test_a_v2_server_that_says_nothing_at_all_is_down_soon(settings: Settings) -> None:
    clients, chosen = open_whole(settings, WholeServer(5, 0), model_first_seconds=0.1)
    assert await open_stream(clients, chosen, ask_whole(), MESSAGES) is None
    assert clients.guards.model.breaker.state is State.OPEN
