"""Text from the answering model, or, when there is no model, from the passages themselves."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import openai
import structlog

from serving.correlation import HEADER, correlation_id
from serving.metrics import STAGE_SECONDS, time_stage
from serving.prompt import title_of
from serving.tool_calls import add_tool_calls

if TYPE_CHECKING:
    from openai import AsyncStream
    from openai.types.chat import ChatCompletionChunk

    from processors.retrieval.hybrid import Hit
    from processors.settings import Settings
    from serving.clients import Clients
    from serving.schemas import ChatRequest

_SHOWN_PASSAGES: Final = 3
_PASSAGES_FOLLOW: Final = (
    "The answering model can't be reached. These are the passages that fit the question best, as they stand:"
)
_NOTHING_FOUND: Final = "The answering model can't be reached, and nothing was found that fits the question."

log = structlog.get_logger(__name__)


@dataclass
class Outcome:
    """How the generation ended; filled while the text streams."""

    finish_reason: str = "stop"
    usage: dict[str, Any] | None = None
    tool_calls: dict[int, dict[str, Any]] = field(default_factory=dict)


async def open_stream(
    clients: Clients, settings: Settings, request: ChatRequest, messages: list[dict[str, Any]]
) -> AsyncStream[ChatCompletionChunk] | None:
    """Ask the model and return its stream, or None if it is down.

    Raises:
        openai.BadRequestError: The model refuses the request; that is for the caller to hear.
    """
    body: dict[str, Any] = {
        "model": settings.answering_model,
        "messages": messages,
        "stream_options": {"include_usage": True},
        "extra_body": request.for_model(),
        "extra_headers": {HEADER: correlation_id()},
    }
    try:
        with time_stage("model_open"):
            stream: AsyncStream[ChatCompletionChunk] = await clients.model.chat.completions.create(
                stream=True, **body
            )
        return stream
    except (openai.APIConnectionError, openai.InternalServerError, openai.NotFoundError) as error:
        log.warning("answering model is down, showing passages", error=str(error))
        return None


async def read_stream(
    stream: AsyncStream[ChatCompletionChunk], outcome: Outcome
) -> AsyncGenerator[str, None]:
    """Yield the model's text as it comes and note how it ends; the connection is closed in any case."""
    opened = time.perf_counter()
    waiting = True
    async with stream:
        async for chunk in stream:
            if chunk.usage is not None:
                outcome.usage = chunk.usage.model_dump(exclude_none=True)
            for choice in chunk.choices:
                outcome.finish_reason = choice.finish_reason or outcome.finish_reason
                add_tool_calls(outcome.tool_calls, choice.delta.tool_calls or ())
                if choice.delta.content:
                    if waiting:
                        STAGE_SECONDS.labels("first_token").observe(time.perf_counter() - opened)
                        waiting = False
                    yield choice.delta.content
    STAGE_SECONDS.labels("model").observe(time.perf_counter() - opened)


async def quote_passages(sources: Sequence[Hit]) -> AsyncGenerator[str, None]:
    """Yield the best passages as an answer that says what it is."""
    if not sources:
        yield _NOTHING_FOUND
        return
    yield _PASSAGES_FOLLOW
    for n, hit in enumerate(sources[:_SHOWN_PASSAGES], start=1):
        quoted = "\n".join(f"> {line}" for line in hit["text"].splitlines())
        yield f"\n\n**{title_of(hit)}** [{n}]\n\n{quoted}"
