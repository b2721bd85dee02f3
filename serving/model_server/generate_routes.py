"""Text generation of the V2 protocol, which KServe's own server lacks: `generate` and `generate_stream`.

The bodies are those of the Open Inference Protocol's text generation and of Triton's generate extension,
which agree: `text_input` with `parameters`, `text_output`, and `{"error"}`. A stream is server-sent events,
the last of which has `done`.
"""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import StreamingResponse

from serving.model_server.disconnects import finish_unless_gone
from serving.model_server.openai_api.errors import OpenAIError
from serving.model_server.worker import QueueFullError
from serving.model_server.writing import Finish, Limits, Turn, Write, Written, begin, collect

VERSION = "1"


class Parameters(BaseModel):
    """How the text ends and is drawn; what is not named here is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    max_tokens: int | None = Field(None, ge=1)
    stop: str | list[str] | None = None
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    seed: int | None = None

    def limits(self) -> Limits:
        """Return them as models take them."""
        stops = (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())
        return Limits(stops, self.max_tokens, self.temperature, self.top_p, self.seed)


class GenerateRequest(BaseModel):
    """What a client may ask for."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text_input: str = Field(min_length=1)
    parameters: Parameters = Parameters()


def make_generate_router(name: str, write: Write) -> APIRouter:
    """Build the routes.

    Args:
        name: Of the model that writes.
        write: The model.
    """
    router = APIRouter(prefix="/v2/models/{model_name}", tags=["V2 generate"])

    @router.post("/generate")
    @router.post("/versions/{model_version}/generate")
    async def generate(model_name: str, request: Request) -> Response:
        written = await _begin(name, model_name, request, write)
        if isinstance(written, Response):
            return written
        text, finish = await finish_unless_gone(request, collect(written))
        return _respond(200, {**_render(name, text), "finish_reason": finish.reason})

    @router.post("/generate_stream")
    @router.post("/versions/{model_version}/generate_stream")
    async def generate_stream(model_name: str, request: Request) -> Response:
        written = await _begin(name, model_name, request, write)
        if isinstance(written, Response):
            return written
        return StreamingResponse(
            render_events(name, written),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-cache"},
        )

    return router


async def _begin(name: str, model_name: str, request: Request, write: Write) -> Written | Response:
    """Return the text that has begun, or the response that says why there is none."""
    if model_name != name:
        return _respond(404, {"error": f"the model {model_name!r} generates no text here"})
    try:
        asked = GenerateRequest.model_validate_json(await request.body())
        written = write([Turn("user", asked.text_input)], asked.parameters.limits())
        return await finish_unless_gone(request, begin(written))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return _respond(422, {"error": f"Input validation error: {where}: {first['msg']}"})
    except OpenAIError as error:
        return _respond(error.status, {"error": str(error)})
    except QueueFullError as error:
        return _respond(429, {"error": str(error)}, {"Retry-After": str(error.retry_after_seconds)})


async def render_events(name: str, written: Written) -> AsyncGenerator[str, None]:
    """Yield the server-sent events of an answer.

    Args:
        name: Of the model.
        written: The answer as it comes.
    """
    async with aclosing(written):
        async for piece in written:
            if isinstance(piece, Finish):
                yield _event({**_render(name, ""), "done": True, "finish_reason": piece.reason})
            else:
                yield _event({**_render(name, piece), "done": False})


def _render(name: str, text: str) -> dict[str, Any]:
    return {"model_name": name, "model_version": VERSION, "text_output": text}


def _event(body: dict[str, Any]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"


def _respond(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, media_type="application/json")
