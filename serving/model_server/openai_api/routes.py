"""Wires the OpenAI routes into KServe's application.

KServe's own OpenAI routes need vLLM to be installed, so they are not used.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable

import orjson
from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from serving.model_server import metrics
from serving.model_server.embedder import Embedder
from serving.model_server.openai_api import chat, embeddings
from serving.model_server.openai_api.errors import parse_body, refuse_unknown_model
from serving.model_server.settings import ANSWERING_MODEL
from serving.model_server.worker import InferenceWorker, Priority

Answer = Callable[[str], Awaitable[str]]


def choose_priority(texts: int, batch_texts: int) -> Priority:
    """Treat what fits one micro-batch as somebody waiting, more as bulk work.

    Example:
        >>> choose_priority(1, 8).name, choose_priority(256, 8).name
        ('QUERY', 'BULK')
    """
    return Priority.QUERY if texts <= batch_texts else Priority.BULK


def make_router(embedder: Embedder, worker: InferenceWorker, answer: Answer, batch_texts: int) -> APIRouter:
    """Build the routes.

    Args:
        embedder: The embedding model, for its names.
        worker: Runs it.
        answer: From a prompt to an answer.
        batch_texts: Most texts in one inference.
    """
    router = APIRouter(prefix="/openai/v1", tags=["OpenAI"])
    started = int(time.time())

    @router.post("/embeddings")
    async def create_embeddings(request: Request) -> Response:
        asked = parse_body(embeddings.EmbeddingRequest, await request.body())
        if asked.model not in (embedder.name, embedder.served_name):
            raise refuse_unknown_model(asked.model, embedder.served_name)
        texts = embeddings.read_texts(asked, embedder.dimension)
        priority = choose_priority(len(texts), batch_texts)
        with metrics.EMBEDDING_SECONDS.labels(priority.name.lower()).time():
            made = await asyncio.wrap_future(worker.submit(texts, priority))
        body = embeddings.render_embeddings(made, embedder.served_name, asked.encoding_format)
        return Response(orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY), media_type="application/json")

    @router.post("/chat/completions")
    async def create_chat_completion(request: Request) -> Response:
        asked = parse_body(chat.ChatRequest, await request.body())
        if asked.model != ANSWERING_MODEL:
            raise refuse_unknown_model(asked.model, ANSWERING_MODEL)
        text = await answer(chat.read_prompt(asked))
        pieces, reason = chat.cut_answer(text, asked.stop, asked.max_completion_tokens or asked.max_tokens)
        completion = chat.Completion(
            id=f"chatcmpl-{uuid.uuid4().hex}",
            created=int(time.time()),
            model=ANSWERING_MODEL,
            pieces=pieces,
            finish_reason=reason,
            prompt_tokens=sum(len(chat.split_pieces(message.text())) for message in asked.messages),
        )
        if not asked.stream:
            return Response(orjson.dumps(chat.render_completion(completion)), media_type="application/json")
        include_usage = asked.stream_options is not None and asked.stream_options.include_usage
        events = chat.stream_completion(completion, include_usage)
        return StreamingResponse(
            events, media_type="text/event-stream", headers={"Cache-Control": "no-cache"}
        )

    @router.get("/models")
    async def list_models() -> dict[str, object]:
        names = (embedder.name, ANSWERING_MODEL)
        data = [{"id": name, "object": "model", "created": started, "owned_by": "runlore"} for name in names]
        return {"object": "list", "data": data}

    return router
