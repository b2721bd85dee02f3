"""Chat over a WebSocket: the JSON objects of a stream's events as messages, several questions on one socket.

A message from the client is a chat request, or `{"type": "cancel"}`, which ends the answer under way. An
answer ends with `[DONE]`, or with an object that has `error`; then the next question may come. A cancelled
answer ends with `[DONE]` before its `finish_reason` was told.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Final, TypeAlias

import msgspec
import pydantic
import structlog
from litestar import WebSocket, websocket
from litestar.di import NamedDependency
from litestar.exceptions import ValidationException

from processors.settings import Settings
from serving.access.accounting import settle_request
from serving.access.limits import admit
from serving.api.chat import begin_chat
from serving.api.completions import DONE, encode_body, end_with_error
from serving.api.errors import describe_error, to_error
from serving.clients.lifespan import Clients
from serving.context.caller import Caller
from serving.context.deadlines import begin_request
from serving.context.request_context import begin_context, current_context
from serving.context.timing import start_watch
from serving.schemas import ChatRequest

SUBPROTOCOL: Final = "runlore"
"""What a browser offers beside its key; it hangs up if none of what it offers is chosen."""
_CANCEL: Final = {"type": "cancel"}
_IN_PROGRESS: Final = to_error(
    "An answer is under way: wait until it ends, or send a cancel.",
    "invalid_request_error",
    code="answer_in_progress",
)

_Socket: TypeAlias = WebSocket[Any, Any, Any]
_Ask: TypeAlias = Callable[[ChatRequest], Awaitable[AsyncGenerator[dict[str, Any], None]]]


@websocket("/chat/stream")
async def stream_chat(
    socket: _Socket,
    clients: NamedDependency[Clients],
    settings: NamedDependency[Settings],
    caller: NamedDependency[Caller],
) -> None:
    """Answer questions one after the other until the client goes."""

    async def ask(request: ChatRequest) -> AsyncGenerator[dict[str, Any], None]:
        begin_context(caller)
        await admit(clients, settings, caller)
        return await begin_chat(clients, settings, request, caller)

    await socket.accept(_choose_subprotocol(socket.scope["subprotocols"]))
    answering: asyncio.Task[None] | None = None
    try:
        async for message in _receive_messages(socket):
            is_answering = answering is not None and not answering.done()
            try:
                request = _read_message(message)
            except Exception as error:  # as below: whatever a message brings about, the socket outlives it
                await _send(socket, describe_error(error))
                continue
            if request is None and is_answering:
                await _end(answering)
                await socket.send_text(DONE)
            elif request is not None and is_answering:
                await _send(socket, _IN_PROGRESS)
            elif request is not None:
                answering = asyncio.create_task(_answer(socket, ask, request))
    finally:
        await _end(answering)


def _choose_subprotocol(offered: Sequence[str]) -> str | None:
    # A key that came as a subprotocol is never sent back.
    return SUBPROTOCOL if SUBPROTOCOL in offered else None


async def _receive_messages(socket: _Socket) -> AsyncIterator[str | bytes]:
    while (event := await socket.receive())["type"] == "websocket.receive":
        yield event.get("text") or event.get("bytes") or ""


def _read_message(message: str | bytes) -> ChatRequest | None:
    """Return the request that a message holds, None for a cancel.

    Raises:
        ValidationException: It holds neither.
    """
    try:
        body = msgspec.json.decode(message)
        return None if body == _CANCEL else ChatRequest.model_validate(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValidationException(f"The message is no JSON that can be read: {error}") from error
    except pydantic.ValidationError as error:
        found = [
            {"key": ".".join(str(part) for part in item["loc"]) or "body", "message": item["msg"]}
            for item in error.errors()
        ]
        raise ValidationException(extra=found) from error


async def _answer(socket: _Socket, ask: _Ask, request: ChatRequest) -> None:
    """Send the answer to one question; what goes wrong is said, and the socket stays open."""
    start_watch()
    begin_request(socket.app.state.settings.timeouts.request_seconds)
    structlog.contextvars.bind_contextvars(correlation_id=uuid.uuid4().hex)
    started, status, ended = time.perf_counter(), 500, False
    try:
        status = await _send_answer(socket, ask, request)
        ended = True
    finally:
        settle_request(socket.scope, current_context(), status=status, started=started, ended=ended)


async def _send_answer(socket: _Socket, ask: _Ask, request: ChatRequest) -> int:
    """Send the answer to one question, and return the HTTP status that it would have had."""
    async with aclosing(_read_answer(ask, request)) as bodies:
        async for body in bodies:
            await _send(socket, body)
            if "error" in body:
                return 500 if body["error"]["type"] == "server_error" else 400
    await socket.send_text(DONE)
    return 200


async def _read_answer(ask: _Ask, request: ChatRequest) -> AsyncGenerator[Mapping[str, Any], None]:
    """Yield an answer's chunks; whatever goes wrong is the last one, for a socket ends with no status."""
    try:
        async with aclosing(end_with_error(await ask(request))) as bodies:
            async for body in bodies:
                yield body
    except Exception as error:  # each is answered as the other routes do, by the map that they have
        yield describe_error(error)


async def _send(socket: _Socket, body: Any) -> None:
    await socket.send_text(encode_body(body))


async def _end(answering: asyncio.Task[None] | None) -> None:
    """End an answer and what it has opened; there is nobody who would hear of its errors."""
    if answering is not None:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
