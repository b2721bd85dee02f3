"""Chat requests and responses of OpenAI's API, as JSON and as a stream."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.model_server.openai_api.errors import OpenAIError

_PIECE = re.compile(r"\s*(?:\w+|[^\w\s])|\s+")
_PIECES_PER_CHUNK = 12


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
    """The only format is text: an extract is not a JSON document."""

    model_config = ConfigDict(frozen=True)

    type: Literal["text"]


class ChatRequest(BaseModel):
    """What a client may ask for; sampling parameters have no meaning here and are ignored.

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
    n: int | None = 1
    response_format: ResponseFormat | None = None
    logprobs: Literal[False] | None = None
    tool_choice: Literal["none", "auto"] | None = None


@dataclass(frozen=True)
class Completion:
    """A finished answer with what identifies and counts it."""

    id: str
    created: int
    model: str
    pieces: list[str]
    finish_reason: Literal["stop", "length"]
    prompt_tokens: int

    def usage(self) -> dict[str, int]:
        """Return the counts; a token is a word or a punctuation mark."""
        made = len(self.pieces)
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": made,
            "total_tokens": self.prompt_tokens + made,
        }


def split_pieces(text: str) -> list[str]:
    """Cut a text into words and marks, each with the white space before it; joined they are the text.

    Example:
        >>> split_pieces("It is red. [1]")
        ['It', ' is', ' red', '.', ' [', '1', ']']
    """
    return _PIECE.findall(text)


def read_prompt(request: ChatRequest) -> str:
    """Return the last message of the user.

    Raises:
        OpenAIError: If there is none, or more than one answer is asked for.
    """
    if request.n not in (None, 1):
        raise OpenAIError(400, f"n must be 1, got {request.n}", "n", "invalid_value")
    prompt = next((message.text() for message in reversed(request.messages) if message.role == "user"), "")
    if not prompt.strip():
        raise OpenAIError(400, "messages must hold a user message with text", "messages", "invalid_value")
    return prompt


def cut_answer(
    text: str, stop: str | list[str] | None, max_tokens: int | None
) -> tuple[list[str], Literal["stop", "length"]]:
    """End an answer before the first stop text and after `max_tokens` pieces.

    Args:
        text: The whole answer.
        stop: Texts before the first of which it ends.
        max_tokens: So many at most; None for no limit.

    Returns:
        The answer's pieces, and why it ended.

    Example:
        >>> cut_answer("It is red. Look.", ["Look"], None)
        (['It', ' is', ' red', '.', ' '], 'stop')
        >>> cut_answer("It is red.", None, 2)
        (['It', ' is'], 'length')
    """
    stops = [stop] if isinstance(stop, str) else stop or []
    ends = [text.find(mark) for mark in stops if mark]
    pieces = split_pieces(text[: min((end for end in ends if end >= 0), default=len(text))])
    if max_tokens is not None and len(pieces) > max_tokens:
        return pieces[:max_tokens], "length"
    return pieces, "stop"


def group_pieces(pieces: Sequence[str]) -> Iterator[str]:
    """Yield an answer in texts of some pieces each, as a stream sends them.

    Example:
        >>> list(group_pieces(["It", " is", " red."]))
        ['It is red.']
    """
    for start in range(0, len(pieces), _PIECES_PER_CHUNK):
        yield "".join(pieces[start : start + _PIECES_PER_CHUNK])


def render_completion(completion: Completion) -> dict[str, Any]:
    """Return the body of a response that is not streamed."""
    message = {"role": "assistant", "content": "".join(completion.pieces), "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": completion.finish_reason, "logprobs": None}
    return {**_head(completion, "chat.completion"), "choices": [choice], "usage": completion.usage()}


def stream_completion(completion: Completion, include_usage: bool) -> Iterator[str]:
    """Yield the server-sent events of a response.

    Args:
        completion: The answer.
        include_usage: Whether a last chunk without choices carries the usage.
    """
    head = _head(completion, "chat.completion.chunk")
    extra = {"usage": None} if include_usage else {}

    def event(delta: dict[str, str], finish_reason: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return _event({**head, "choices": [choice], **extra})

    yield event({"role": "assistant", "content": ""})
    for text in group_pieces(completion.pieces):
        yield event({"content": text})
    yield event({}, completion.finish_reason)
    if include_usage:
        yield _event({**head, "choices": [], "usage": completion.usage()})
    yield "data: [DONE]\n\n"


def _head(completion: Completion, kind: str) -> dict[str, Any]:
    return {"id": completion.id, "object": kind, "created": completion.created, "model": completion.model}


def _event(body: dict[str, Any]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"
