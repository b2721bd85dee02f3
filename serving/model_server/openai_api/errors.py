"""Errors in OpenAI's shape."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse

from serving.model_server.worker import QueueFullError

Body = TypeVar("Body", bound=BaseModel)


class OpenAIError(Exception):
    """A request that can't be answered, as OpenAI's clients expect to read it."""

    def __init__(
        self,
        status: int,
        message: str,
        param: str | None = None,
        code: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Take what the response says.

        Args:
            status: HTTP status.
            message: What went wrong, for a person.
            param: The field at fault.
            code: What programs go by.
            headers: Of the response besides.
        """
        super().__init__(message)
        self.status = status
        self.param = param
        self.code = code
        self.headers = headers

    def body(self) -> dict[str, Any]:
        """Return the JSON body."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        return {"error": {"message": str(self), "type": kind, "param": self.param, "code": self.code}}


async def render_openai_error(_: Request, error: Exception) -> JSONResponse:
    """Answer with an `OpenAIError`."""
    assert isinstance(error, OpenAIError)  # noqa: S101 - registered for this type only; tells the type checker
    return JSONResponse(error.body(), error.status, error.headers)


async def render_queue_full(request: Request, error: Exception) -> JSONResponse:
    """Answer 503 with the time after which to try again."""
    assert isinstance(error, QueueFullError)  # noqa: S101 - registered for this type only; tells the type checker
    headers = {"Retry-After": str(error.retry_after_seconds)}
    return await render_openai_error(
        request, OpenAIError(503, str(error), code="overloaded", headers=headers)
    )


def parse_body(model: type[Body], body: bytes) -> Body:
    """Read a request.

    Raises:
        OpenAIError: 400, naming the first field that is wrong.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        param = ".".join(str(part) for part in first["loc"]) or None
        where = f"{param}: " if param else ""
        raise OpenAIError(400, f"{where}{first['msg']}", param, first["type"]) from error


def refuse_unknown_model(name: str, served: str) -> OpenAIError:
    """Return the error for a model that this route does not serve."""
    message = f"the model {name!r} does not exist here; this route serves {served!r}"
    return OpenAIError(404, message, "model", "model_not_found")
