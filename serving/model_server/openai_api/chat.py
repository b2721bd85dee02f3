"""Chat requests and responses of OpenAI's API, as JSON and as a stream."""

import json
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.model_server.openai_api.errors import OpenAIError
from serving.model_server.writing import Finish, Limits, Turn, Written


class TextPart(BaseModel):
    """A part of a message; only text can be read."""

    model_config = ConfigDict(frozen=True)

    type: Literal["text"]
    text: str


class Message(BaseModel):
    """One message of the conversation."""

    model_config = ConfigDict(frozen=True)

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[TextPart] | None = None

    def text(self) -> str:
        """Return the content as one text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    """Options of a stream."""

    model_config = ConfigDict(frozen=True)

    include_usage: bool = False


class ResponseFormat(BaseModel):
    """The only format is text: neither an extract nor what a small model writes is a JSON document."""

    model_config = ConfigDict(frozen=True)

    type: Literal["text"]


class ChatRequest(BaseModel):
    """What a client may ask for; what is not named here is ignored.

    Tools may be offered, and none is ever called: whoever demands a call is refused.
    """

    model_config = ConfigDict(frozen=True)

    model: str
    messages: list[Message] = Field(min_length=1)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    stop: str | list[str] | None = None
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    seed: int | None = None
    n: int | None = 1
    response_format: ResponseFormat | None = None
    logprobs: Literal[False] | None = None
    tool_choice: Literal["none", "auto"] | None = None

    def limits(self) -> Limits:
        """Return where the text ends, and how it is drawn."""
        stops = (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())
        most = self.max_completion_tokens or self.max_tokens
        return Limits(stops, most, self.temperature, self.top_p, self.seed)


@dataclass(frozen=True)
class Completion:
    """What identifies an answer."""

    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))


def read_turns(request: ChatRequest) -> list[Turn]:
    """Return the conversation.

    Raises:
        OpenAIError: If the user says nothing in it, or more than one answer is asked for.
    """
    if request.n not in (None, 1):
        raise OpenAIError(400, f"n must be 1, got {request.n}", "n", "invalid_value")
    turns = [Turn(message.role, message.text()) for message in request.messages]
    if not any(turn.role == "user" and turn.text.strip() for turn in turns):
        raise OpenAIError(400, "messages must hold a user message with text", "messages", "invalid_value")
    return turns


def render_completion(completion: Completion, text: str, finish: Finish) -> dict[str, Any]:
    """Return the body of a response that is not streamed.

    Args:
        completion: Identifies the answer.
        text: All of it.
        finish: Why it ended, and what it cost.
    """
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": finish.reason, "logprobs": None}
    return {**_head(completion, "chat.completion"), "choices": [choice], "usage": finish.usage()}


async def stream_completion(
    completion: Completion, written: Written, include_usage: bool
) -> AsyncGenerator[str, None]:
    """Yield the server-sent events of a response.

    Args:
        completion: Identifies the answer.
        written: The answer as it comes.
        include_usage: Whether a last chunk without choices carries the usage.
    """
    head = _head(completion, "chat.completion.chunk")
    extra = {"usage": None} if include_usage else {}

    def event(delta: dict[str, str], finish_reason: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return _event({**head, "choices": [choice], **extra})

    yield event({"role": "assistant", "content": ""})
    async with aclosing(written):
        async for piece in written:
            if not isinstance(piece, Finish):
                yield event({"content": piece})
                continue
            yield event({}, piece.reason)
            if include_usage:
                yield _event({**head, "choices": [], "usage": piece.usage()})
    yield "data: [DONE]\n\n"


def _head(completion: Completion, kind: str) -> dict[str, Any]:
    return {"id": completion.id, "object": kind, "created": completion.created, "model": completion.model}


def _event(body: dict[str, Any]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"
