"""One id for all that a request causes: taken from the caller or made, logged, passed on and returned."""

import time
import uuid
from typing import Final

import structlog
from litestar import Litestar
from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from processors.correlation import is_correlation_id
from serving.context.deadlines import begin_request
from serving.context.metrics import REQUEST_SECONDS
from serving.context.timing import start_watch
from serving.context.tracing import describe_request, trace_headers, trace_request

HEADER: Final = "X-Correlation-Id"
RECORD_HEADER: Final = "X-Runlore-Record"
# Asked every few seconds by who watches; nobody looks for that.
_PROBES: Final = frozenset({"/health/live", "/health/ready", "/metrics"})

log = structlog.get_logger(__name__)


def correlation_id() -> str:
    """Return the id of the request being served."""
    return str(structlog.contextvars.get_contextvars().get("correlation_id", ""))


def name_request() -> dict[str, str]:
    """Return the headers by which another server's logs and traces name the request."""
    return {HEADER: correlation_id(), **trace_headers()}


def name_search() -> dict[str, str]:
    """Return the header by which OpenSearch's slow log and tasks name the request."""
    return {"X-Opaque-Id": correlation_id()}


def is_recorded() -> bool:
    """Tell whether the question of the request being served is written down; one that nobody asked is not."""
    return bool(structlog.contextvars.get_contextvars().get("recorded", True))


def trace_requests(app: ASGIApp) -> ASGIApp:
    """Wrap an ASGI app so that each request has a correlation id and is measured.

    An id that could break a log line or a header is replaced, not repaired.
    """

    async def traced(scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers.from_scope(scope)
        given = headers.get(HEADER, "")
        identity = given if is_correlation_id(given) else uuid.uuid4().hex
        start_watch()
        begin_request(Litestar.from_scope(scope).state.settings.timeouts.request_seconds)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(correlation_id=identity)
        if headers.get(RECORD_HEADER, "").lower() == "off":
            structlog.contextvars.bind_contextvars(recorded=False)
        started = time.perf_counter()
        status = 500

        async def send_traced(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                MutableScopeHeaders.from_message(message)[HEADER] = identity
            elif message["type"] == "websocket.accept":
                status = 101
            elif message["type"] == "websocket.close" and status == 500:
                status = 403
            await send(message)

        with trace_request(str(scope.get("method", "GET")), scope["path"], headers) as span:
            try:
                await app(scope, receive, send_traced)
            finally:
                seconds = time.perf_counter() - started
                route = str(scope.get("path_template", "none"))
                REQUEST_SECONDS.labels(route, status).observe(seconds)
                if scope["path"] not in _PROBES:
                    log.info("request", path=scope["path"], status=status, seconds=round(seconds, 4))
                describe_request(span, route, status, identity)

    return traced
