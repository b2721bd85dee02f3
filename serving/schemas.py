"""Bodies of requests and answers that are the service's own."""

from typing import Any, Literal, NotRequired, TypedDict

from pydantic import BaseModel, ConfigDict, Field

from processors.retrieval.hybrid import RetrievedHit
from processors.retrieval.time_phrases import TimeWindow


class Message(BaseModel):
    """One message of a conversation, as OpenAI defines it."""

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[dict[str, Any]] | None = None

    def as_text(self) -> str:
        """Return the text of the message, whether it is a string or a list of parts."""
        if isinstance(self.content, list):
            return "\n".join(str(part.get("text", "")) for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    """What the stream carries besides text."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """A chat completion request; fields that are not named here go to the model as they are."""

    model_config = ConfigDict(extra="allow")

    model: str
    messages: list[Message] = Field(min_length=1)
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = Field(None, description="Only one choice is ever made.")


class RetrieveRequest(BaseModel):
    """What to look for, without an answer being written."""

    model_config = ConfigDict(extra="forbid")

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


class Citation(TypedDict):
    """What a number in the answer's text stands for."""

    n: int
    title: str
    url: str
    cite: dict[str, Any]
    observed_at: str


class Provenance(TypedDict):
    """The answer's extra field `runlore`: where it comes from and how it was made."""

    citations: list[Citation]
    as_of: str | None
    versions: dict[str, str | None]
    route: str
    correlation_id: str
    prompt: str
    window: NotRequired[Window]
    degraded: NotRequired[list[str]]
