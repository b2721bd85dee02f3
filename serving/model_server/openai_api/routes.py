"""Wires the OpenAI routes into KServe's application.

KServe's own OpenAI routes need vLLM to be installed, so they are not used.
"""

import time
from collections.abc import Mapping

import orjson
from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from serving.model_server import metrics
from serving.model_server.disconnects import finish_unless_gone
from serving.model_server.embedder import Embedder
from serving.model_server.openai_api import chat, embeddings
from serving.model_server.openai_api.errors import parse_body, refuse_unknown_model
from serving.model_server.worker import InferenceWorker, Priority
from serving.model_server.writing import Write, begin, collect

_PREFIX = "/openai/v1"


def choose_priority(texts: int, batch_texts: int) -> Priority:
    """Treat what fits one micro-batch as somebody waiting, more as bulk work.

    Example:
        >>> choose_priority(1, 8).name, choose_priority(256, 8).name
        ('QUERY', 'BULK')
    """
    return Priority.QUERY if texts <= batch_texts else Priority.BULK


def make_embeddings_router(embedder: Embedder, worker: InferenceWorker, batch_texts: int) -> APIRouter:
    """Build the route of an embedding model.

    Args:
        embedder: The embedding model, for its names.
        worker: Runs it.
        batch_texts: Most texts in one inference.
    """
    router = APIRouter(prefix=_PREFIX, tags=["OpenAI"])

    @router.post("/embeddings")
    async def create_embeddings(request: Request) -> Response:
        asked = parse_body(embeddings.EmbeddingRequest, await request.body())
        if asked.model not in (embedder.name, embedder.served_name):
            raise refuse_unknown_model(asked.model, embedder.served_name)
        texts = embeddings.read_texts(asked, embedder.dimension)
        priority = choose_priority(len(texts), batch_texts)
        with metrics.EMBEDDING_SECONDS.labels(priority.name.lower()).time():
            made = await worker.embed(texts, priority)
        body = embeddings.render_embeddings(made, embedder.served_name, asked.encoding_format)
        return Response(orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY), media_type="application/json")

    return router


def make_chat_router(name: str, write: Write) -> APIRouter:
    """Build the route of a model that writes.

    Args:
        name: Of the model.
        write: The model.
    """
    router = APIRouter(prefix=_PREFIX, tags=["OpenAI"])

    @router.post("/chat/completions")
    async def create_chat_completion(request: Request) -> Response:
        asked = parse_body(chat.ChatRequest, await request.body())
        if asked.model != name:
            raise refuse_unknown_model(asked.model, name)
        written, completion = write(chat.read_turns(asked), asked.limits()), chat.Completion(name)
        if not asked.stream:
            text, finish = await finish_unless_gone(request, collect(written))
            body = chat.render_completion(completion, text, finish)
            return Response(orjson.dumps(body), media_type="application/json")
        include_usage = asked.stream_options is not None and asked.stream_options.include_usage
        begun = await finish_unless_gone(request, begin(written))
        events = chat.stream_completion(completion, begun, include_usage)
        return StreamingResponse(
            events, media_type="text/event-stream", headers={"Cache-Control": "no-cache"}
        )

    return router


def make_models_router(models: Mapping[str, str]) -> APIRouter:
    """Build the route that lists the models.

    Args:
        models: What each is, by its name.
    """
    router = APIRouter(prefix=_PREFIX, tags=["OpenAI"])
    head = {"object": "model", "created": int(time.time()), "owned_by": "runlore"}

    @router.get("/models")
    async def list_models() -> dict[str, object]:
        data = [{"id": name, **head, "description": says} for name, says in models.items()]
        return {"object": "list", "data": data}

    return router
