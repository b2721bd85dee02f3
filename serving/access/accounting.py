"""What is done when a request has ended: its tokens are charged, and a line is written about it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from litestar.datastructures import MutableScopeHeaders

from serving.access.audit_log import describe_request
from serving.access.limits import charge
from serving.context.correlation import correlation_id
from serving.context.request_context import begin_context

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Message, Receive, Scope, Send

    from serving.access.audit_log import AuditLog
    from serving.context.request_context import RequestContext

# What tells nothing of what the indices hold isn't written down.
_AUDITED: Final = ("/v1/", "/citations/", "/actions/", "/mcp")


def account_requests(app: ASGIApp) -> ASGIApp:
    """Wrap an ASGI app so that each request has a context, which is settled when its whole answer was sent.

    A socket has many questions, and each has a context of its own: a socket that is refused is one here.
    """

    async def accounted(scope: Scope, receive: Receive, send: Send) -> None:
        context, started = begin_context(), time.perf_counter()
        status, ended, accepted = 500, False, False

        async def send_noted(message: Message) -> None:
            nonlocal status, ended, accepted
            if message["type"] == "http.response.start":
                status = int(message["status"])
                headers = MutableScopeHeaders.from_message(message)
                for name, value in context.headers.items():
                    headers[name] = value
            elif message["type"] == "http.response.body":
                ended = not message.get("more_body", False)
            elif message["type"] == "websocket.accept":
                accepted = True
            elif message["type"] == "websocket.close":
                status = 403
            await send(message)

        try:
            await app(scope, receive, send_noted)
        finally:
            if not accepted:
                settle_request(scope, context, status=status, started=started, ended=ended)

    return accounted


def settle_request(
    scope: Scope, context: RequestContext, *, status: int, started: float, ended: bool
) -> None:
    """Charge the tokens of what has ended, and have it written down; waits for nothing.

    Args:
        scope: Of the request or socket.
        context: What is known of it.
        status: HTTP status of the response, or what it would have been.
        started: When it came, by `time.perf_counter`.
        ended: Whether the whole answer was sent.
    """
    state: Any = scope["litestar_app"].state
    if context.caller is not None and not context.recalled:
        charge(state.clients, state.settings, context.caller, context.tokens)
    audit: AuditLog | None = state.audit
    route = str(scope.get("path_template", ""))
    if audit is not None and route.startswith(_AUDITED):
        entry = describe_request(
            context,
            identity=correlation_id(),
            route=route,
            status=status,
            seconds=time.perf_counter() - started,
            ended=ended,
        )
        audit.append(entry)
