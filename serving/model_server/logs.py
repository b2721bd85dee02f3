"""JSON logs on standard output, with the caller's correlation id."""

import logging
import sys
import time
import uuid
from functools import partial
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from processors.correlation import is_correlation_id

HEADER: Final = "X-Correlation-Id"
_CLIENT_FAULTS: Final = frozenset({"InvalidInput", "ModelNotFound", "UnsupportedProtocol"})
# Asked every few seconds by who watches; nobody looks for that.
_PROBES: Final = frozenset({"/", "/metrics", "/v2/health/live", "/v2/health/ready"})

log = structlog.get_logger(__name__)


def configure_logging(level: str, program: str, commit: str) -> None:
    """Send every library's logs through one JSON formatter; uvicorn writes no access log.

    Args:
        level: Least severe level that is logged; a request is INFO.
        program: Who writes, as the stack calls it.
        commit: Of the code that runs.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _shout_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="@timestamp"),
        structlog.processors.EventRenamer("message"),
        partial(_name_program, name=program, commit=commit),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.captureWarnings(True)
    # The libraries warn about deprecations of each other that nobody here can act on.
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    logging.getLogger("kserve").addFilter(is_server_fault)
    logging.getLogger("uvicorn.access").setLevel(logging.CRITICAL)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def is_server_fault(record: logging.LogRecord) -> bool:
    """Tell whether a record is worth a place in the log: KServe reports wrong requests as its own errors.

    Args:
        record: A record of KServe's logger.
    """
    fault = record.exc_info[0] if record.exc_info else None
    return fault is None or fault.__name__ not in _CLIENT_FAULTS


def _shout_level(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Write levels in capitals, as log shippers look for them."""
    event["level"] = str(event["level"]).upper()
    return event


def _name_program(
    _: object, __: str, event: structlog.typing.EventDict, *, name: str, commit: str
) -> structlog.typing.EventDict:
    """Say which program of which build wrote a line."""
    event["service"] = {"name": name, "version": commit}
    return event


class CorrelationMiddleware:
    """Take the correlation id of a request over into its logs and its response; make one where none came.

    An id that could break a log line or a header is replaced, not repaired.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        identity = given if is_correlation_id(given) else uuid.uuid4().hex
        started, status = time.perf_counter(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = identity
            await send(message)

        with structlog.contextvars.bound_contextvars(correlation_id=identity):
            try:
                await self._app(scope, receive, send_with_id)
            finally:
                if scope["path"] not in _PROBES:
                    seconds = round(time.perf_counter() - started, 4)
                    log.info("request", path=scope["path"], status=status, seconds=seconds)
