"""The bare answering model, passed through as it is: no retrieval, no citations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from serving.answer import mask_message
from serving.correlation import HEADER, correlation_id

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from serving.clients import Clients
    from serving.schemas import ChatRequest


async def relay_completion(clients: Clients, request: ChatRequest) -> dict[str, Any]:
    """Pass a request to the model, secrets masked, and return its whole answer.

    Raises:
        openai.OpenAIError: The model is down or refuses the request.
    """
    completion = await clients.model.chat.completions.create(stream=False, **_prepare(request))
    body: dict[str, Any] = completion.model_dump(exclude_unset=True)
    return body


async def relay_chunks(clients: Clients, request: ChatRequest) -> AsyncGenerator[dict[str, Any], None]:
    """Pass a request to the model, secrets masked, and yield the chunks of its answer.

    Raises:
        openai.OpenAIError: The model is down, refuses the request or breaks off.
    """
    async with await clients.model.chat.completions.create(stream=True, **_prepare(request)) as stream:
        async for chunk in stream:
            yield chunk.model_dump(exclude_unset=True)


def _prepare(request: ChatRequest) -> dict[str, Any]:
    body = request.model_dump(exclude_unset=True)
    rest = {name: value for name, value in body.items() if name not in ("model", "messages", "stream")}
    return {
        "model": body["model"],
        "messages": [mask_message(message) for message in request.messages],
        "extra_body": rest,
        "extra_headers": {HEADER: correlation_id()},
    }
