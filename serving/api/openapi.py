"""What the OpenAPI page says beyond the handlers' types: errors, keys, the stream and the WebSocket."""

from dataclasses import dataclass
from typing import Final

from litestar import Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.openapi.spec import (
    Components,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Schema,
    SecurityRequirement,
    SecurityScheme,
)

from serving.access.admission import admit_address
from serving.api.openai_bodies import ChatCompletion, ChatCompletionChunk, ErrorBody
from serving.api.schema_page import SchemaPage

KEY: Final[list[SecurityRequirement]] = [{"key": []}]
"""What a route that asks for a key or token says of it."""

_DESCRIPTION: Final = """
Answers from the live knowledge, with citations, in the shapes of OpenAI's chat API: its clients work with
`<this service>/v1` as base URL.

Errors: all have the shape {"error": {"message", "type", "param", "code"}}.

Stream: with "stream": true the answer is a series of server-sent events. The data of each is a
ChatCompletionChunk; the last one carries `runlore`. After it comes [DONE]. A stream that breaks off ends with
an error and without [DONE].

WebSocket: /v1/chat/stream takes a chat request as a message, and sends the same objects as a stream, each as
a message, and [DONE]. Then the next question may come. {"type": "cancel"} ends the answer under way. The key
comes in the header Authorization, or from a browser as the subprotocols runlore and
openai-insecure-api-key.<key>.

Correlation: X-Correlation-Id of a request is kept, logged and passed on; without it one is made.
""".strip()

_ERRORS: Final = {
    400: "The request is wrong; `param` names the field.",
    401: "No key or token, or one that isn't good.",
    403: "The asker may not do that.",
    404: "There is no such thing.",
    409: "It is something else already.",
    413: "The body is too large.",
    429: "Too many questions, tokens or requests in a minute; `Retry-After` says when to try again.",
    500: "A defect of the service; its log has more under the correlation id.",
    504: "It took longer than a request may.",
    503: "A part that the answer needs is down; `code` names it.",
}


def list_errors(*statuses: int) -> dict[int, ResponseSpec]:
    """Return the errors with these statuses as a handler's `responses`."""
    return {
        status: ResponseSpec(ErrorBody, generate_examples=False, description=_ERRORS[status])
        for status in statuses
    }


ANSWERS: Final = {
    200: ResponseSpec(
        ChatCompletion | ChatCompletionChunk,  # type: ignore[arg-type] # it takes any annotation
        generate_examples=False,
        description="The answer, whole or as events.",
    )
}
"""The answers of a chat; a handler with these is described by `ChatOperation`."""


_EVENT: Final = Schema(
    type=OpenAPIType.OBJECT,
    required=["data"],
    properties={
        "data": Schema(
            type=OpenAPIType.STRING,
            content_media_type="application/json",
            description="A ChatCompletionChunk, after the last [DONE].",
        )
    },
)


@dataclass
class ChatOperation(Operation):
    """A chat, whose answers have one form as JSON and another in a stream."""

    def __post_init__(self) -> None:
        """Give each form its own media type."""
        answer = (self.responses or {})["200"]
        if not isinstance(answer, OpenAPIResponse) or answer.content is None:
            return
        both = answer.content["application/json"].schema
        if isinstance(both, Schema) and both.one_of:
            answer.content = {
                "application/json": OpenAPIMediaType(schema=both.one_of[0]),
                "text/event-stream": OpenAPIMediaType(schema=_EVENT),
            }


def describe_api() -> OpenAPIConfig:
    """Return the configuration of the page; nothing on it is loaded from elsewhere."""
    return OpenAPIConfig(
        title="Runlore",
        version="1",
        description=_DESCRIPTION,
        components=Components(
            security_schemes={
                "key": SecurityScheme(
                    type="http",
                    scheme="bearer",
                    description="An API key or a token.",
                )
            }
        ),
        use_handler_docstrings=True,
        operation_id_creator=_name_operation,
        render_plugins=[SchemaPage(path="/"), JsonRenderPlugin(), YamlRenderPlugin()],
        openapi_router=Router("/schema", route_handlers=[], guards=[admit_address], include_in_schema=False),
    )


def _name_operation(handler: HTTPRouteHandler, _: object, __: object) -> str:
    return handler.handler_name
