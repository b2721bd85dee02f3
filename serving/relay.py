"""The bare answering model, passed through as it is: no retrieval, no citations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Response

from serving.answer import mask_message
from serving.completions import encode_events, to_event_stream
from serving.correlation import HEADER, correlation_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from litestar.response import Stream
    from openai import AsyncStream
    from openai.types.chat import ChatCompletionChunk

    from serving.clients import Clients
    from serving.schemas import ChatRequest


async def relay_completion(clients: Clients, request: ChatRequest) -> Response[dict[str, Any]] | Stream:
    """Pass a request to the model, secrets masked, and its answer back.

    Raises:
        openai.OpenAIError: The model is down or refuses the request.
    """
    body = request.model_dump(exclude_unset=True)
    rest = {name: value for name, value in body.items() if name not in ("model", "messages", "stream")}
    common: dict[str, Any] = {
        "model": body["model"],
        "messages": [mask_message(message) for message in request.messages],
        "extra_body": rest,
        "extra_headers": {HEADER: correlation_id()},
    }
    if request.stream:
        stream = await clients.model.chat.completions.create(stream=True, **common)
        return to_event_stream(encode_events(_read_chunks(stream)))
    completion = await clients.model.chat.completions.create(stream=False, **common)
    return Response(completion.model_dump(exclude_unset=True))


async def _read_chunks(stream: AsyncStream[ChatCompletionChunk]) -> AsyncIterator[dict[str, Any]]:
    async with stream:
        async for chunk in stream:
            yield chunk.model_dump(exclude_unset=True)
