"""The answering model behind OpenAI's routes, as KServe's vLLM runtime serves them."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from openai.types.chat import ChatCompletionChunk

from serving.clients.tool_calls import add_tool_calls
from serving.context.correlation import name_request
from serving.faults import BrokenAnswerError, reading_answer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from openai import AsyncOpenAI

    from serving.context.outcome import Outcome
    from serving.schemas import ChatRequest


async def write_by_openai(
    model: AsyncOpenAI, name: str, request: ChatRequest, messages: list[dict[str, Any]], outcome: Outcome
) -> AsyncGenerator[str, None]:
    """Yield the model's text as it comes, an empty piece for what is no text, and note how it ends.

    Args:
        model: The client of the model's server.
        name: Of the model there.
        request: What of it shapes the answer goes along.
        messages: The prompt.
        outcome: Takes why the text ended, tool calls and tokens.

    Raises:
        openai.OpenAIError: The model is down, refuses the request, breaks off, or sends no answer.
    """
    body = {
        "model": name,
        "messages": messages,
        "stream_options": {"include_usage": True},
        "extra_body": request.for_model(),
    }
    finished = False
    async with aclosing(stream_chunks(model, body)) as chunks:
        with reading_answer():
            async for chunk in chunks:
                if chunk.usage is not None:
                    outcome.usage = chunk.usage.model_dump(exclude_none=True)
                for choice in chunk.choices:
                    if choice.finish_reason:
                        outcome.finish_reason = choice.finish_reason
                        finished = True
                    add_tool_calls(outcome.tool_calls, choice.delta.tool_calls or ())
                    outcome.note_delta(choice.delta.model_dump(exclude_none=True))
                    yield choice.delta.content or ""
    if not finished:
        raise BrokenAnswerError("The model's stream ended before its answer did.")


async def stream_chunks(
    model: AsyncOpenAI, body: dict[str, Any]
) -> AsyncGenerator[ChatCompletionChunk, None]:
    """Yield the chunks of a completion; the connection is closed at the end, whatever the end is.

    Raises:
        openai.OpenAIError: The model is down, refuses the request, breaks off, or sends no answer.
    """
    with reading_answer():
        stream = await model.chat.completions.create(stream=True, extra_headers=name_request(), **body)
        async with stream:
            async for chunk in stream:
                if not isinstance(chunk, ChatCompletionChunk):
                    raise BrokenAnswerError(f"The model sent {chunk!r:.80} for a chunk of an answer.")
                yield chunk


async def find_openai_model(model: AsyncOpenAI, name: str) -> bool:
    """Tell whether the server is there and has the model."""
    with reading_answer():
        return any(found.id == name for found in (await model.models.list()).data)
