"""Text generation of the V2 protocol, which KServe's own server lacks: `generate` and `generate_stream`.

The bodies are those of the Open Inference Protocol's text generation and of Triton's generate extension,
which agree: `text_input` with `parameters`, `text_output`, and `{"error"}`. A stream is server-sent events,
the last of which has `done`.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import StreamingResponse

from serving.model_server.openai_api.chat import cut_answer, group_pieces
from serving.model_server.openai_api.routes import Answer
from serving.model_server.settings import ANSWERING_MODEL
from serving.model_server.worker import QueueFullError

VERSION = "1"


class Parameters(BaseModel):
    """How the text ends; sampling parameters have no meaning here and are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    max_tokens: int | None = Field(None, ge=1)
    stop: str | list[str] | None = None


class GenerateRequest(BaseModel):
    """What a client may ask for."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text_input: str = Field(min_length=1)
    parameters: Parameters = Parameters()


def make_generate_router(answer: Answer) -> APIRouter:
    """Build the routes.

    Args:
        answer: From a prompt to an answer.
    """
    router = APIRouter(prefix="/v2/models/{model_name}", tags=["V2 generate"])

    @router.post("/generate")
    @router.post("/versions/{model_version}/generate")
    async def generate(model_name: str, request: Request) -> Response:
        written = await _write(model_name, await request.body(), answer)
        if isinstance(written, Response):
            return written
        pieces, reason = written
        return _respond(200, {**_render("".join(pieces)), "finish_reason": reason})

    @router.post("/generate_stream")
    @router.post("/versions/{model_version}/generate_stream")
    async def generate_stream(model_name: str, request: Request) -> Response:
        written = await _write(model_name, await request.body(), answer)
        if isinstance(written, Response):
            return written
        return StreamingResponse(
            render_events(*written), media_type="text/event-stream", headers={"Cache-Control": "no-cache"}
        )

    return router


async def _write(
    model_name: str, body: bytes, answer: Answer
) -> tuple[list[str], Literal["stop", "length"]] | Response:
    """Return the answer's pieces and why it ended, or the response that says why there is none."""
    if model_name != ANSWERING_MODEL:
        return _respond(404, {"error": f"the model {model_name!r} generates no text here"})
    try:
        asked = GenerateRequest.model_validate_json(body)
        text = await answer(asked.text_input)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return _respond(422, {"error": f"Input validation error: {where}: {first['msg']}"})
    except QueueFullError as error:
        return _respond(429, {"error": str(error)}, {"Retry-After": str(error.retry_after_seconds)})
    return cut_answer(text, asked.parameters.stop, asked.parameters.max_tokens)


def render_events(pieces: Sequence[str], reason: Literal["stop", "length"]) -> Iterator[str]:
    """Yield the server-sent events of an answer.

    Example:
        >>> *_, last = render_events(["It", " is", " red."], "stop")
        >>> json.loads(last.removeprefix("data: "))["text_output"], '"done": true' in last
        ('', True)
    """
    for text in group_pieces(pieces):
        yield _event({**_render(text), "done": False})
    yield _event({**_render(""), "done": True, "finish_reason": reason})


def _render(text: str) -> dict[str, Any]:
    return {"model_name": ANSWERING_MODEL, "model_version": VERSION, "text_output": text}


def _event(body: dict[str, Any]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"


def _respond(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, media_type="application/json")
