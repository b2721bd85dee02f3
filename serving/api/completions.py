"""Answers in OpenAI's shapes: one JSON object, or a stream of server-sent events."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, Final

import openai
import structlog
from litestar.response import Stream

from processors.knowledge.markdown.inert import defuse_markdown
from processors.knowledge.markdown.quoting import defuse_title, quote_block
from processors.retrieval.conditions import DYNAMIC_KINDS
from processors.retrieval.hybrid import Hit
from processors.versions.names import find_version
from serving.answering.answer import Answer
from serving.answering.links import Reader, link_source
from serving.answering.prompt import title_of
from serving.answering.provenance import describe_provenance
from serving.api.errors import to_error
from serving.clients.tool_calls import list_tool_calls
from serving.context.metrics import ACTIVE_STREAMS
from serving.context.request_context import current_context
from serving.context.timing import note_first_text

DONE: Final = "[DONE]"

log = structlog.get_logger(__name__)


async def build_completion(answer: Answer) -> dict[str, Any]:
    """Read the whole answer and return it as a chat completion."""
    async with aclosing(answer.text) as pieces:
        text = "".join([piece async for piece in pieces])
    calls = list_tool_calls(answer.outcome.tool_calls)
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    if calls:
        message |= {"content": text or None, "tool_calls": calls}
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": answer.outcome.finish_reason,
    }
    return {
        **_build_head(answer, "chat.completion"),
        "choices": [choice],
        "usage": answer.outcome.describe_usage(),
        "runlore": describe_provenance(answer),
    }


async def build_chunks(answer: Answer, *, include_usage: bool) -> AsyncGenerator[dict[str, Any], None]:
    """Yield the answer as chat completion chunks while it is being written.

    Each source comes in a chunk of its own before its number is first used, in the form that Open WebUI
    shows; for other clients that chunk is an empty delta. The last chunk carries `runlore`.
    """
    head = _build_head(answer, "chat.completion.chunk") | ({"usage": None} if include_usage else {})
    shown = 0
    async with aclosing(answer.text) as pieces:
        # What fails before the first word is told by a status, since nothing has been sent yet.
        piece = await anext(pieces, None)
        yield _add_choice(head, {"role": "assistant", "content": ""})
        while piece is not None:
            for hit in answer.cited[shown:]:
                yield {**_add_choice(head, {}), "event": _build_source(hit, answer.reader)}
            shown = len(answer.cited)
            if piece:
                note_first_text()
                yield _add_choice(head, {"content": piece})
            piece = await anext(pieces, None)
    if answer.outcome.tool_calls:
        calls = list_tool_calls(answer.outcome.tool_calls)
        yield _add_choice(head, {"tool_calls": [{"index": n, **call} for n, call in enumerate(calls)]})
    last = _add_choice(head, {}, answer.outcome.finish_reason)
    if include_usage:
        yield last
        last = {**head, "choices": [], "usage": answer.outcome.describe_usage()}
    yield {**last, "runlore": describe_provenance(answer)}


def _build_head(answer: Answer, kind: str) -> dict[str, Any]:
    return {"id": answer.identity, "object": kind, "created": answer.created, "model": answer.model}


def _add_choice(
    head: Mapping[str, Any], delta: dict[str, Any], finish_reason: str | None = None
) -> dict[str, Any]:
    return {
        **head,
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}],
    }


def _build_source(hit: Hit, reader: Reader) -> dict[str, Any]:
    """Return a source as Open WebUI's event; it numbers them by `metadata.source` in order of arrival."""
    url, title = link_source(hit, reader), defuse_title(title_of(hit))
    # It shows the text as Markdown, so lines of a log are given as code.
    text = quote_block(hit["text"]) if hit["kind"] in DYNAMIC_KINDS else defuse_markdown(hit["text"])
    # By the document a rating in Open WebUI says what was cited. It shows the parameters beside the text.
    named = {"source": hit["chunk_id"], "doc_id": hit["doc_id"]}
    told = {"as of": hit["observed_at"], "index version": find_version(hit["index"])}
    return {
        "type": "source",
        "data": {
            "source": {"name": title, "url": url},
            "document": [text],
            "metadata": [{**named, "name": title, "url": url, "parameters": told}],
        },
    }


async def end_with_error(
    chunks: AsyncGenerator[dict[str, Any], None],
) -> AsyncGenerator[Mapping[str, Any], None]:
    """Yield chunks; those of a model that dies in between end with an error."""
    with ACTIVE_STREAMS.track_inprogress():
        # Who stops reading stops the model too.
        async with aclosing(chunks):
            try:
                async for chunk in chunks:
                    yield chunk
            except openai.OpenAIError as error:
                log.error("model failed in the middle of an answer", error=str(error))
                current_context().broke_off = True
                yield to_error("The model broke off in the middle of the answer.", "server_error")


async def encode_events(chunks: AsyncGenerator[dict[str, Any], None]) -> AsyncIterator[bytes]:
    """Yield chunks as server-sent events; what ends with an error has no `[DONE]`."""
    async with aclosing(end_with_error(chunks)) as bodies:
        async for body in bodies:
            yield encode_event(encode_body(body))
            if "error" in body:
                return
    yield encode_event(DONE)


def to_event_stream(events: AsyncIterator[bytes]) -> Stream:
    """Return the response that sends events as they come; proxies are asked not to hold them back."""
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return Stream(events, media_type="text/event-stream", headers=headers)


def encode_body(body: Mapping[str, Any]) -> str:
    """Return a chunk as JSON on one line.

    Example:
        >>> encode_body({"a": "ü"})
        '{"a":"ü"}'
    """
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def encode_event(data: str) -> bytes:
    """Return one server-sent event.

    Example:
        >>> encode_event("[DONE]")
        b'data: [DONE]\\n\\n'
    """
    return f"data: {data}\n\n".encode()
