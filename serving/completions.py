"""Answers in OpenAI's shapes: one JSON object, or a stream of server-sent events."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import openai
import structlog
from litestar.response import Stream

from processors.retrieval.hybrid import Hit
from serving.answer import describe_provenance
from serving.errors import to_error
from serving.links import Reader, link_source
from serving.metrics import ACTIVE_STREAMS
from serving.prompt import title_of
from serving.writing import Answer

DONE: Final = b"data: [DONE]\n\n"

log = structlog.get_logger(__name__)


async def build_completion(answer: Answer) -> dict[str, Any]:
    """Read the whole answer and return it as a chat completion."""
    text = "".join([piece async for piece in answer.text])
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": answer.outcome.finish_reason,
    }
    completion = {
        "id": answer.identity,
        "object": "chat.completion",
        "created": answer.created,
        "model": answer.model,
        "choices": [choice],
        "runlore": describe_provenance(answer),
    }
    return completion if answer.outcome.usage is None else {**completion, "usage": answer.outcome.usage}


async def build_chunks(answer: Answer, *, include_usage: bool) -> AsyncIterator[dict[str, Any]]:
    """Yield the answer as chat completion chunks while it is being written.

    Each source comes in a chunk of its own before its number is first used, in the form that Open WebUI
    shows; for other clients that chunk is an empty delta. The last chunk carries `runlore`.
    """
    yield _build_chunk(answer, {"role": "assistant", "content": ""})
    shown = 0
    async for piece in answer.text:
        for hit in answer.cited[shown:]:
            yield {**_build_chunk(answer, {}), "event": _build_source(hit, answer.reader)}
        shown = len(answer.cited)
        if piece:
            yield _build_chunk(answer, {"content": piece})
    last = _build_chunk(answer, {}, answer.outcome.finish_reason)
    if include_usage:
        yield last
        last = {**_build_chunk(answer, {}), "choices": [], "usage": answer.outcome.usage}
    yield {**last, "runlore": describe_provenance(answer)}


def _build_chunk(answer: Answer, delta: dict[str, str], finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return {
        "id": answer.identity,
        "object": "chat.completion.chunk",
        "created": answer.created,
        "model": answer.model,
        "choices": [choice],
    }


def _build_source(hit: Hit, reader: Reader) -> dict[str, Any]:
    """Return a source as Open WebUI's event; it numbers them by `metadata.source` in order of arrival."""
    url, title = link_source(hit, reader), title_of(hit)
    return {
        "type": "source",
        "data": {
            "source": {"name": title, "url": url},
            "document": [hit["text"]],
            "metadata": [{"source": hit["chunk_id"], "name": title, "url": url}],
        },
    }


async def encode_events(chunks: AsyncIterator[Mapping[str, Any]]) -> AsyncIterator[bytes]:
    """Yield chunks as server-sent events; a model that dies in between ends them with an error."""
    with ACTIVE_STREAMS.track_inprogress():
        try:
            async for chunk in chunks:
                yield encode_event(chunk)
        except openai.OpenAIError as error:
            log.error("model failed in the middle of an answer", error=str(error))
            yield encode_event(to_error("The model broke off in the middle of the answer.", "server_error"))
            return
        yield DONE


def to_event_stream(events: AsyncIterator[bytes]) -> Stream:
    """Return the response that sends events as they come; proxies are asked not to hold them back."""
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return Stream(events, media_type="text/event-stream", headers=headers)


def encode_event(body: Mapping[str, Any]) -> bytes:
    """Return one server-sent event.

    Example:
        >>> encode_event({"a": 1})
        b'data: {"a":1}\\n\\n'
    """
    return b"data: " + json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"
