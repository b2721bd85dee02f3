"""The routes that need a key: OpenAI's chat completions and models, and retrieval alone."""

import time
from typing import Any, Final

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Stream

from processors.settings import Settings
from serving.access.admission import require_caller
from serving.answering.routing import PIPELINES_BY_MODEL
from serving.api.action_routes import ACTION_ROUTES
from serving.api.alert_routes import take_alerts
from serving.api.chat import begin_chat, complete_chat
from serving.api.completions import encode_events, to_event_stream
from serving.api.disconnects import finish_unless_gone
from serving.api.feedback_routes import rate_answer
from serving.api.openai_bodies import ChatCompletion, Model, ModelList
from serving.api.openapi import ANSWERS, KEY, ChatOperation, list_errors
from serving.api.retrieving import retrieve_for
from serving.api.websocket_routes import stream_chat
from serving.clients.lifespan import Clients
from serving.context.caller import Caller
from serving.context.correlation import is_recorded
from serving.faults import UnknownModelError
from serving.schemas import ChatRequest, RetrieveRequest, RetrieveResponse

# OpenAI's models say when they were made. Ours are routes, so it is when the service started.
_STARTED: Final = int(time.time())


@post(
    "/chat/completions",
    status_code=200,
    operation_class=ChatOperation,
    responses=ANSWERS | list_errors(400, 401, 404, 413, 429, 500, 503, 504),
)
async def create_chat_completion(
    request: Request[Any, Any, Any],
    data: JSONBody[ChatRequest],
    clients: NamedDependency[Clients],
    settings: NamedDependency[Settings],
    caller: NamedDependency[Caller],
) -> Response[ChatCompletion] | Stream:
    """Answer the last message of a conversation from the live knowledge, with citations."""
    if data.stream:
        chunks = await finish_unless_gone(request, begin_chat(clients, settings, data, caller))
        return to_event_stream(encode_events(chunks))
    return Response(await finish_unless_gone(request, complete_chat(clients, settings, data, caller)))


@get("/models", responses=list_errors(401, 429, 500, 503, 504))
async def list_models(settings: NamedDependency[Settings]) -> ModelList:
    """List the models: what is answered from both pipelines, from one of them, or by the bare model."""
    return ModelList(object="list", data=[_show_model(name) for name in _name_models(settings)])


# The names of models on a hub have slashes.
@get("/models/{name:path}", responses=list_errors(400, 401, 404, 429, 500, 503, 504))
async def show_model(name: FromPath[str], settings: NamedDependency[Settings]) -> Model:
    """Show one model."""
    wanted = name.removeprefix("/")
    if wanted not in _name_models(settings):
        raise UnknownModelError(f"The model {wanted!r} does not exist; GET /v1/models lists them.")
    return _show_model(wanted)


def _name_models(settings: Settings) -> tuple[str, ...]:
    return (*PIPELINES_BY_MODEL, settings.answering.model)


def _show_model(name: str) -> Model:
    return Model(id=name, object="model", created=_STARTED, owned_by="runlore")


@post("/retrieve", status_code=200, responses=list_errors(400, 401, 413, 429, 500, 503, 504))
async def retrieve_chunks(
    data: JSONBody[RetrieveRequest],
    clients: NamedDependency[Clients],
    settings: NamedDependency[Settings],
    caller: NamedDependency[Caller],
) -> RetrieveResponse:
    """Return the chunks that fit a query, without an answer being written."""
    return await retrieve_for(clients, settings, data, caller, is_recorded=is_recorded())


v1_router: Final = Router(
    "/v1",
    route_handlers=[
        create_chat_completion,
        stream_chat,
        list_models,
        show_model,
        retrieve_chunks,
        rate_answer,
        take_alerts,
        *ACTION_ROUTES,
    ],
    guards=[require_caller],
    security=KEY,
    tags=["v1"],
)
