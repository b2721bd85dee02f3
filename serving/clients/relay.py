"""The bare answering model, passed through as it is: no retrieval, no citations."""

from __future__ import annotations

import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from openai.types.chat import ChatCompletion

from serving.clients.generation import breaking_off, find_gap
from serving.clients.openai_protocol import stream_chunks
from serving.clients.v2_protocol import write_by_v2
from serving.context.correlation import name_request
from serving.context.deadlines import limit_waits
from serving.context.masking import mask_messages
from serving.context.request_context import asking
from serving.faults import BrokenAnswerError, reading_answer
from serving.schemas import make_identity

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from processors.settings import Settings
    from serving.clients.lifespan import Clients
    from serving.context.outcome import Outcome
    from serving.schemas import ChatRequest


async def relay_completion(clients: Clients, settings: Settings, request: ChatRequest) -> dict[str, Any]:
    """Pass a request to the model, secrets masked, and return its whole answer.

    Args:
        clients: The model's client and its guard among them.
        settings: Say by which protocol, and how long the model may be silent.
        request: As it came.

    Raises:
        openai.OpenAIError: The model refuses the request, or sends no answer.
        PartError: The model is down or late.
        RequestLateError: The request's time is over.
    """
    messages = await mask_messages(request.messages)

    async def ask() -> dict[str, Any]:
        with asking(messages) as outcome, reading_answer():
            completion = await clients.model.chat.completions.create(
                stream=False, extra_headers=name_request(), **_prepare(request, messages)
            )
            if not isinstance(completion, ChatCompletion):
                raise BrokenAnswerError(f"The model sent {completion!r:.80} for an answer.")
            body = completion.model_dump(exclude_unset=True)
            outcome.note_chunk(body)
            return body

    async def ask_by_v2() -> dict[str, Any]:
        with asking(messages) as outcome:
            spoken = _relay_v2(clients, request, messages, outcome)
            gap = find_gap(settings, request)
            async with aclosing(
                limit_waits("model", spoken, settings.timeouts.model_first_seconds, gap)
            ) as chunks:
                whole = _join([chunk async for chunk in chunks])
            return {**whole, "usage": outcome.describe_usage()}

    return await clients.guards.model.call(ask_by_v2 if settings.answering.protocol == "v2" else ask)


async def relay_chunks(
    clients: Clients, settings: Settings, request: ChatRequest
) -> AsyncGenerator[dict[str, Any], None]:
    """Pass a request to the model, secrets masked, and yield the chunks of its answer.

    Args:
        clients: The model's client and its guard among them.
        settings: Say by which protocol, and how long the model may be silent.
        request: As it came.

    Raises:
        openai.OpenAIError: The model refuses the request, breaks off, or sends no answer.
        PartError: The model is down or late.
    """
    messages = await mask_messages(request.messages)

    async def begin() -> tuple[dict[str, Any] | None, AsyncGenerator[dict[str, Any], None]]:
        speak = _relay_v2 if settings.answering.protocol == "v2" else _relay_openai
        with asking(messages) as outcome:
            spoken = speak(clients, request, messages, outcome)
            first, gap = settings.timeouts.model_first_seconds, settings.timeouts.model_gap_seconds
            chunks = limit_waits("model", spoken, first, gap)
            return await anext(chunks, None), chunks

    first, chunks = await clients.guards.model.call(begin)
    async with aclosing(chunks):
        if first is not None:
            yield first
        with breaking_off():
            async for chunk in chunks:
                yield chunk


async def _relay_openai(
    clients: Clients, request: ChatRequest, messages: list[dict[str, Any]], outcome: Outcome
) -> AsyncGenerator[dict[str, Any], None]:
    async with aclosing(stream_chunks(clients.model, _prepare(request, messages))) as chunks:
        with reading_answer():
            async for chunk in chunks:
                body = chunk.model_dump(exclude_unset=True)
                outcome.note_chunk(body)
                yield body


async def _relay_v2(
    clients: Clients, request: ChatRequest, messages: list[dict[str, Any]], outcome: Outcome
) -> AsyncGenerator[dict[str, Any], None]:
    """Yield what the V2 protocol answers in OpenAI's shape."""
    head = {
        "id": make_identity(),
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": request.model,
    }
    delta: dict[str, str] = {"role": "assistant", "content": ""}
    written = write_by_v2(clients.model, request.model, request, messages, outcome)
    async with aclosing(written) as pieces:
        async for piece in pieces:
            yield _to_chunk(head, {**delta, "content": piece})
            delta = {}
    yield _to_chunk(head, delta, outcome.finish_reason)


def _to_chunk(
    head: dict[str, Any], delta: dict[str, str], finish_reason: str | None = None
) -> dict[str, Any]:
    return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]}


def _join(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    deltas = [chunk["choices"][0] for chunk in chunks]
    text = "".join(choice["delta"].get("content", "") for choice in deltas)
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": deltas[-1]["finish_reason"],
    }
    return {**chunks[-1], "object": "chat.completion", "choices": [choice]}


def _prepare(request: ChatRequest, messages: list[dict[str, Any]]) -> dict[str, Any]:
    body = request.model_dump(exclude_unset=True)
    rest = {name: value for name, value in body.items() if name not in ("model", "messages", "stream")}
    return {
        "model": body["model"],
        "messages": messages,
        "extra_body": rest,
    }
