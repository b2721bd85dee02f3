"""One map from what can go wrong to an error in OpenAI's shape."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias, cast

import openai
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from opensearchpy import exceptions as search_errors

from processors.knowledge.actions.refusal import ActionRefusedError
from processors.retrieval.conditions import FilterError
from serving.faults import (
    ActionsDownError,
    ActionTakenError,
    ClientGoneError,
    ContextTooLongError,
    IdentityProviderDownError,
    InvestigationsOffError,
    LimitReachedError,
    MemoryDownError,
    NoKnowledgeError,
    NoQuestionError,
    PartError,
    RequestLateError,
    UnknownActionError,
    UnknownAnswerError,
    UnknownModelError,
    UnreadablePartError,
    is_refusal,
)

_Request: TypeAlias = Request[Any, Any, Any]
_Handler: TypeAlias = Callable[[_Request, Any], Response[Any]]

# What is refused before a handler is asked, in the words of OpenAI's clients.
_HTTP_CODES: Final = {401: "invalid_api_key", 413: "request_too_large"}

# Why an action is refused to whoever asks, whatever it is asked with.
_NOT_ALLOWED: Final = (
    "may_not_propose",
    "unknown_proposer",
    "may_not_approve",
    "unknown_approver",
    "self_approval",
)

log = structlog.get_logger(__name__)


def to_error(
    message: str, kind: str, *, code: str | None = None, param: str | None = None
) -> dict[str, dict[str, str | None]]:
    """Return an error body as OpenAI's clients expect it.

    Args:
        message: What went wrong, for a person.
        kind: OpenAI's `type`: whose fault it is.
        code: What programs go by.
        param: The field at fault.

    Example:
        >>> to_error("no", "server_error")["error"]["type"]
        'server_error'
    """
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def _respond(status: int, message: str, kind: str, **details: str | None) -> Response[Any]:
    return Response(to_error(message, kind, **details), status_code=status, media_type="application/json")


def _on_http_error(_: _Request, error: HTTPException) -> Response[Any]:
    code = _HTTP_CODES.get(error.status_code)
    response = _respond(error.status_code, error.detail, "invalid_request_error", code=code)
    response.headers.update(error.headers or {})
    return response


def _on_limit(_: _Request, error: LimitReachedError) -> Response[Any]:
    response = _respond(429, error.detail, error.kind, code="rate_limit_exceeded")
    response.headers.update(error.headers or {})
    return response


def _on_invalid(_: _Request, error: ValidationException) -> Response[Any]:
    found = [item for item in error.extra or [] if isinstance(item, Mapping)]
    reasons = "; ".join(f"{item.get('key', 'body')}: {item.get('message')}" for item in found)
    first = str(found[0].get("key")) if found and "key" in found[0] else None
    return _respond(400, reasons or error.detail, "invalid_request_error", param=first)


def _on_bad_request(param: str, code: str | None = None, status: int = 400) -> _Handler:
    def handle(_: _Request, error: Exception) -> Response[Any]:
        return _respond(status, str(error), "invalid_request_error", code=code, param=param)

    return handle


def _on_refused_search(_: _Request, error: search_errors.RequestError) -> Response[Any]:
    return _respond(400, f"OpenSearch refused the query: {error.error}", "invalid_request_error")


def _on_failed_search(_: _Request, error: search_errors.OpenSearchException) -> Response[Any]:
    log.error("search failed", error=str(error))
    return _respond(503, f"OpenSearch failed: {error}", "server_error", code="search_failed")


def _on_search_down(_: _Request, error: Exception) -> Response[Any]:
    log.error("search is down", error=str(error))
    message = "The knowledge indices can't be reached: OpenSearch doesn't answer. `make status` shows it."
    return _respond(503, message, "server_error", code="search_unavailable")


def _on_memory_down(_: _Request, error: MemoryDownError) -> Response[Any]:
    return _respond(503, str(error), "server_error", code="memory_unavailable")


def _on_actions_down(_: _Request, error: ActionsDownError) -> Response[Any]:
    log.error("actions are down", error=str(error))
    return _respond(503, str(error), "server_error", code="actions_unavailable")


def _on_refused_action(_: _Request, error: ActionRefusedError) -> Response[Any]:
    if error.reason == "not_configured":
        # Nothing is down, and trying again doesn't help.
        return _respond(409, str(error), "invalid_request_error", code="actions_off")
    if error.reason in _NOT_ALLOWED:
        return _respond(403, str(error), "invalid_request_error", code="action_not_allowed")
    return _respond(400, str(error), "invalid_request_error", code="action_refused")


def _on_investigations_off(_: _Request, error: InvestigationsOffError) -> Response[Any]:
    return _respond(409, str(error), "invalid_request_error", code="investigations_off")


def _on_no_knowledge(_: _Request, error: NoKnowledgeError) -> Response[Any]:
    return _respond(503, str(error), "server_error", code="no_live_version")


def _on_provider_down(_: _Request, error: IdentityProviderDownError) -> Response[Any]:
    return _respond(503, str(error), "server_error", code="identity_provider_unavailable")


def _on_model_down(_: _Request, error: Exception) -> Response[Any]:
    log.error("model failed", error=str(error))
    message = "The model can't be reached: KServe doesn't answer. `make status` shows it."
    return _respond(503, message, "server_error", code="model_unavailable")


def _on_model_status(request: _Request, error: openai.APIStatusError) -> Response[Any]:
    if not is_refusal(error):
        return _on_model_down(request, error)
    return _respond(error.status_code, error.message, "invalid_request_error", code=error.code)


def _on_part_error(request: _Request, error: PartError) -> Response[Any]:
    return _on_model_down(request, error) if error.part == "model" else _on_search_down(request, error)


def _on_late(_: _Request, error: RequestLateError) -> Response[Any]:
    return _respond(504, str(error), "server_error", code="deadline_exceeded")


def _on_client_gone(_: _Request, error: ClientGoneError) -> Response[Any]:
    # Nobody reads it; the status is what nginx writes for the same, and goes into the metrics.
    return _respond(499, str(error), "invalid_request_error")


def _on_no_utf8(_: _Request, error: UnicodeDecodeError) -> Response[Any]:
    return _respond(400, f"The body is not UTF-8: {error}", "invalid_request_error")


def _on_too_deep(_: _Request, __: RecursionError) -> Response[Any]:
    return _respond(400, "The body is nested too deeply to be read.", "invalid_request_error")


def _on_defect(_: _Request, error: Exception) -> Response[Any]:
    log.error("unexpected error", exc_info=error)
    message = "The service failed in a way it doesn't know; its log has the rest under the correlation id."
    return _respond(500, message, "server_error")


EXCEPTION_HANDLERS: Final[dict[int | type[Exception], _Handler]] = {
    HTTPException: _on_http_error,
    ValidationException: _on_invalid,
    UnknownModelError: _on_bad_request("model", code="model_not_found", status=404),
    NoQuestionError: _on_bad_request("messages"),
    UnknownAnswerError: _on_bad_request("answer_id", code="answer_not_found", status=404),
    MemoryDownError: _on_memory_down,
    ActionsDownError: _on_actions_down,
    ActionRefusedError: _on_refused_action,
    InvestigationsOffError: _on_investigations_off,
    UnknownActionError: _on_bad_request("key", code="action_not_found", status=404),
    ActionTakenError: _on_bad_request("key", code="action_taken", status=409),
    UnreadablePartError: _on_bad_request("messages", code="unsupported_content"),
    ClientGoneError: _on_client_gone,
    RecursionError: _on_too_deep,
    UnicodeDecodeError: _on_no_utf8,
    FilterError: _on_bad_request("filters"),
    NoKnowledgeError: _on_no_knowledge,
    IdentityProviderDownError: _on_provider_down,
    LimitReachedError: _on_limit,
    ContextTooLongError: _on_bad_request("messages", code="context_length_exceeded"),
    search_errors.RequestError: _on_refused_search,
    search_errors.ConnectionError: _on_search_down,
    search_errors.OpenSearchException: _on_failed_search,
    openai.APIStatusError: _on_model_status,
    openai.OpenAIError: _on_model_down,
    PartError: _on_part_error,
    RequestLateError: _on_late,
    Exception: _on_defect,
}


def describe_error(error: Exception) -> dict[str, Any]:
    """Return the body that a request would be answered with, for whoever gets no responses.

    Example:
        >>> describe_error(UnknownActionError("There is no such action."))["error"]["message"]
        'There is no such action.'
    """
    handle = next(EXCEPTION_HANDLERS[kind] for kind in type(error).__mro__ if kind in EXCEPTION_HANDLERS)
    nobody = cast("_Request", None)  # what is said depends on the error alone
    body: dict[str, Any] = handle(nobody, error).content
    return body
