"""The routes that need a key: OpenAI's chat completions and models, and retrieval alone."""

import time
from typing import Any, Final

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.response import Stream

from processors.index_names import find_version
from processors.redaction.masking import mask_secrets
from processors.retrieval.hybrid import Hit, RetrievedHit
from processors.settings import Settings
from serving.access import Caller, require_caller
from serving.answer import PIPELINES_BY_MODEL, prepare_answer
from serving.clients import Clients
from serving.completions import build_chunks, build_completion, encode_events, to_event_stream
from serving.correlation import is_recorded
from serving.relay import relay_completion
from serving.schemas import ChatRequest, RetrieveRequest, RetrieveResponse, show_window
from serving.search import Question, retrieve
from serving.shadow import begin_shadow_reads

# OpenAI's models say when they were made. Ours are routes, so it is when the service started.
_STARTED: Final = int(time.time())


@post("/chat/completions", status_code=200)
async def create_chat_completion(
    data: JSONBody[ChatRequest],
    clients: NamedDependency[Clients],
    settings: NamedDependency[Settings],
    caller: NamedDependency[Caller],
) -> Response[dict[str, Any]] | Stream:
    """Answer the last message of a conversation from the live knowledge, with citations."""
    if data.model == settings.answering_model:
        return await relay_completion(clients, data)
    answer = await prepare_answer(clients, settings, data, caller, is_recorded=is_recorded())
    if not data.stream:
        return Response(await build_completion(answer))
    include_usage = data.stream_options is not None and data.stream_options.include_usage
    return to_event_stream(encode_events(build_chunks(answer, include_usage=include_usage)))


@get("/models")
async def list_models(settings: NamedDependency[Settings]) -> dict[str, Any]:
    """List the models: what is answered from both pipelines, from one of them, or by the bare model."""
    names = (*PIPELINES_BY_MODEL, settings.answering_model)
    data = [{"id": name, "object": "model", "created": _STARTED, "owned_by": "runlore"} for name in names]
    return {"object": "list", "data": data}


@post("/retrieve", status_code=200)
async def retrieve_chunks(
    data: JSONBody[RetrieveRequest],
    clients: NamedDependency[Clients],
    settings: NamedDependency[Settings],
    caller: NamedDependency[Caller],
) -> RetrieveResponse:
    """Return the chunks that fit a query, without an answer being written."""
    started = time.perf_counter()
    question = Question(
        text=mask_secrets(data.query),
        pipelines=("rag", "cag") if data.pipeline == "both" else (data.pipeline,),
        k=data.k,
        groups=caller.groups,
        filters=data.filters,
    )
    if is_recorded():
        clients.questions.record(question.text, question.groups, question.pipelines)
    findings = await retrieve(clients, settings, question)
    if is_recorded():
        begin_shadow_reads(clients, settings, question)
    response = RetrieveResponse(
        hits=[_show(hit) for hit in findings.hits],
        versions=findings.versions,
        took_ms=round((time.perf_counter() - started) * 1000, 3),
    )
    if findings.window:
        response["window"] = show_window(findings.window)
    return response


def _show(hit: Hit) -> RetrievedHit:
    return RetrievedHit(
        chunk_id=hit["chunk_id"],
        doc_id=hit["doc_id"],
        score=hit["score"],
        title=hit["title"],
        text=hit["text"],
        cite=hit["cite"],
        observed_at=hit["observed_at"],
        index=find_version(hit["index"]),
    )


v1_router: Final = Router(
    "/v1",
    route_handlers=[create_chat_completion, list_models, retrieve_chunks],
    guards=[require_caller],
)
