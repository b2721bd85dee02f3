"""A chat request answered, whole or in chunks, by our models or by the bare one."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from serving.access.limits import require_short_context
from serving.answering.prepare import prepare_answer
from serving.api.completions import build_chunks, build_completion
from serving.clients.relay import relay_chunks, relay_completion
from serving.context.correlation import is_recorded
from serving.context.request_context import current_context

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from processors.settings import Settings
    from serving.api.openai_bodies import ChatCompletion
    from serving.clients.lifespan import Clients
    from serving.context.caller import Caller
    from serving.schemas import ChatRequest


async def complete_chat(
    clients: Clients, settings: Settings, request: ChatRequest, caller: Caller
) -> ChatCompletion:
    """Return the whole answer; raises what `prepare_answer` and the model do.

    Args:
        clients: What to ask.
        settings: Of the platform.
        request: The conversation.
        caller: Who asks.

    Raises:
        ContextTooLongError: The conversation is too long.
    """
    current_context().model = request.model
    require_short_context(settings, request)
    if request.model == settings.answering.model:
        return cast("ChatCompletion", await relay_completion(clients, settings, request))
    answer = await prepare_answer(clients, settings, request, caller, is_recorded=is_recorded())
    return cast("ChatCompletion", await build_completion(answer))


async def begin_chat(
    clients: Clients, settings: Settings, request: ChatRequest, caller: Caller
) -> AsyncGenerator[dict[str, Any], None]:
    """Return the answer's chunks once the first is there; raises what `prepare_answer` and the model do.

    What has yielded something closes what it holds when it is closed or forgotten. What hasn't holds on to
    the model's connection, so the first chunk is fetched here.

    Args:
        clients: What to ask.
        settings: Of the platform.
        request: The conversation.
        caller: Who asks.

    Raises:
        ContextTooLongError: The conversation is too long.
    """
    current_context().model = request.model
    require_short_context(settings, request)
    if request.model == settings.answering.model:
        chunks = relay_chunks(clients, settings, request)
    else:
        answer = await prepare_answer(clients, settings, request, caller, is_recorded=is_recorded())
        include_usage = request.stream_options is not None and request.stream_options.include_usage
        chunks = build_chunks(answer, include_usage=include_usage)
    first = await anext(chunks, None)
    return _continue(first, chunks)


async def _continue(
    first: dict[str, Any] | None, chunks: AsyncGenerator[dict[str, Any], None]
) -> AsyncGenerator[dict[str, Any], None]:
    async with aclosing(chunks):
        if first is not None:
            yield first
        async for chunk in chunks:
            yield chunk
