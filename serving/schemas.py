"""Bodies of requests and answers that are the service's own."""

import uuid
from collections.abc import Mapping
from typing import Any, Final, Literal, NotRequired, TypedDict

from pydantic import BaseModel, ConfigDict, Field

from processors.retrieval.hybrid import RetrievedHit
from processors.retrieval.question.time_window import TimeWindow
from serving.faults import UnreadablePartError

# What our own part of the answer is made of, and what only says who asks and what for.
_NOT_FOR_MODEL: Final = {
    *("model", "messages", "stream", "stream_options", "n", "user", "metadata"),
    *("store", "safety_identifier", "prompt_cache_key", "service_tier"),
}


class ContentPart(BaseModel):
    """A part of a message; our models read text, the bare one may read more."""

    model_config = ConfigDict(extra="allow", strict=True)

    type: str
    text: str | None = None


class Message(BaseModel):
    """One message of a conversation, as OpenAI defines it."""

    model_config = ConfigDict(extra="allow", strict=True)

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None

    def as_text(self) -> str:
        """Return the text of the message, whether it is a string or a list of parts.

        Raises:
            UnreadablePartError: A part is a picture, a file or a sound.
        """
        if isinstance(self.content, list):
            return "\n".join(_read_part(part) for part in self.content)
        return self.content or ""


def _read_part(part: ContentPart) -> str:
    if part.type not in ("text", "refusal"):
        raise UnreadablePartError(f"A message has a part of the type {part.type!r}: only text can be read.")
    return part.text or ""


def read_text(message: Mapping[str, Any]) -> str:
    """Return the text of a message as it goes to a model, whether it is a string or a list of parts.

    Example:
        >>> read_text({"content": [{"type": "text", "text": "Why"}, {"type": "text", "text": "now?"}]})
        'Why\\nnow?'
    """
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text") or "") for part in content)
    return str(content or "")


class StreamOptions(BaseModel):
    """What the stream carries besides text."""

    model_config = ConfigDict(strict=True)

    include_usage: bool = False


class ChatRequest(BaseModel):
    """A chat completion request; fields that are not named here go to the model as they are."""

    model_config = ConfigDict(extra="allow", strict=True)

    model: str = Field(description="One of GET /v1/models.", examples=["runlore"])
    messages: list[Message] = Field(
        min_length=1,
        description="The last one of the user is the question.",
        examples=[[{"role": "user", "content": "The OpenSearch cluster is red. What do I do?"}]],
    )
    stream: bool | None = Field(False, description="Whether the answer comes as server-sent events.")
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = Field(None, description="Only one choice is ever made.")
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, ge=0, le=1)
    seed: int | None = None
    stop: str | list[str] | None = Field(None, description="The answer ends before the first of these.")
    max_tokens: int | None = Field(None, ge=1, description="Older name of max_completion_tokens.")
    max_completion_tokens: int | None = Field(None, ge=1)
    tools: list[dict[str, Any]] | None = Field(None, description="What the model may call, by the client.")
    tool_choice: str | dict[str, Any] | None = None
    user: str | None = Field(None, description="Not used: the key or token says who asks.")
    metadata: dict[str, Any] | None = Field(None, description="Not used.")

    def for_model(self) -> dict[str, Any]:
        """Return what of the request shapes the model's answer, besides the messages."""
        return self.model_dump(exclude_unset=True, exclude=_NOT_FOR_MODEL)


class RetrieveRequest(BaseModel):
    """What to look for, without an answer being written."""

    model_config = ConfigDict(extra="forbid", strict=True)

    query: str = Field(min_length=1, max_length=8_000)
    k: int = Field(10, ge=1, le=100)
    pipeline: Literal["rag", "cag", "both"] = "both"
    filters: dict[str, Any] = Field(
        default_factory=dict,
        description="Keyword fields with a value or a list of values; `observed_at` with a range.",
    )


class Window(TypedDict):
    """The time asked about, in ISO 8601 and UTC; what happened at other times is left out."""

    begin: str
    end: str


def show_window(window: TimeWindow) -> Window:
    """Return a window as answers carry it."""
    return Window(begin=window.begin.isoformat(), end=window.end.isoformat())


class RetrieveResponse(TypedDict):
    """Hits, best first, and the index versions that they come from."""

    hits: list[RetrievedHit]
    versions: dict[str, str | None]
    took_ms: float
    window: NotRequired[Window]
    degraded: NotRequired[list[str]]


class Citation(TypedDict):
    """What a number in the answer's text stands for."""

    n: int
    title: str
    url: str
    cite: dict[str, Any]
    observed_at: str


class Timings(TypedDict):
    """Milliseconds since the request came; searches that run side by side count once.

    `own_ms` is the time in which nothing was waited for: no model, no OpenSearch, Redis or embedder.
    """

    total_ms: float
    first_text_ms: float | None
    search_ms: float
    model_ms: float
    own_ms: float


class ScopedPlace(TypedDict):
    """A place that a question names, and what sort of place it is."""

    kind: str
    name: str


class ToldAction(TypedDict):
    """An action that an answer tells of, and how far it was when the answer ended."""

    key: str
    action: str
    state: str
    url: str


class Provenance(TypedDict):
    """The answer's extra field `runlore`: where it comes from and how it was made."""

    citations: list[Citation]
    as_of: str | None
    versions: dict[str, str | None]
    route: str
    route_reason: str
    kind: NotRequired[str]
    scope: NotRequired[list[ScopedPlace]]
    correlation_id: str
    prompt: str
    abstained: bool
    uncited: list[str]
    looked_at: NotRequired[list[str]]
    rewritten: NotRequired[str]
    unknown_commands: NotRequired[list[str]]
    window: NotRequired[Window]
    degraded: NotRequired[list[str]]
    action: NotRequired[ToldAction]
    timings: NotRequired[Timings]


def make_identity() -> str:
    """Return the id of a new answer."""
    return f"chatcmpl-{uuid.uuid4().hex}"
