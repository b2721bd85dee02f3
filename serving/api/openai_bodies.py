"""Bodies of answers as OpenAI's API defines them, with the fields of our own."""

from typing import Any, Literal, NotRequired, TypedDict

from serving.schemas import Provenance

FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "function_call"]


class Model(TypedDict):
    """A model that may be named in a chat request."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelList(TypedDict):
    """All models."""

    object: Literal["list"]
    data: list[Model]


class Usage(TypedDict):
    """Tokens as the answering model counts them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class CalledFunction(TypedDict):
    """A function and its arguments as JSON."""

    name: str
    arguments: str


class ToolCall(TypedDict):
    """What the model wants to be called; nobody calls it but the client."""

    id: str
    type: Literal["function"]
    function: CalledFunction


class ToolCallDelta(ToolCall):
    """A call in a stream, whole in one chunk."""

    index: int


class AssistantMessage(TypedDict):
    """What was answered."""

    role: Literal["assistant"]
    content: str | None
    refusal: None
    tool_calls: NotRequired[list[ToolCall]]


class Choice(TypedDict):
    """The only choice."""

    index: int
    message: AssistantMessage
    logprobs: dict[str, Any] | None
    finish_reason: FinishReason


class ChatCompletion(TypedDict):
    """A whole answer; the bare model's has no `runlore`."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: NotRequired[Usage]
    runlore: NotRequired[Provenance]


class Delta(TypedDict, total=False):
    """What a chunk adds to the message."""

    role: Literal["assistant"]
    content: str | None
    tool_calls: list[ToolCallDelta]


class ChunkChoice(TypedDict):
    """What a chunk adds to the only choice."""

    index: int
    delta: Delta
    logprobs: NotRequired[dict[str, Any] | None]
    finish_reason: FinishReason | None


class ChatCompletionChunk(TypedDict):
    """What an event of a stream holds, up to the last, which is `[DONE]`.

    `event` is a source in the form that Open WebUI shows; the last chunk has `runlore`.
    """

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: NotRequired[Usage | None]
    event: NotRequired[dict[str, Any]]
    runlore: NotRequired[Provenance]


class ErrorDetails(TypedDict):
    """What went wrong, which field is at fault, and a code where there is one."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(TypedDict):
    """Every error has this shape."""

    error: ErrorDetails
