"""KServe's server on a chosen address, and what each of ours adds to its application."""

from fastapi import FastAPI, Request, Response
from kserve import ModelServer
from starlette.requests import ClientDisconnect

from serving.model_server.logs import CorrelationMiddleware
from serving.model_server.openai_api.errors import OpenAIError, render_openai_error, render_queue_full
from serving.model_server.worker import QueueFullError

_CLIENT_CLOSED_REQUEST = 499


class BoundModelServer(ModelServer):  # type: ignore[misc] # kserve ships no types
    """KServe's server listens on every interface and logs each request; neither is configurable there."""

    def __init__(self, host: str, port: int) -> None:
        """Prepare a server without gRPC for an address."""
        super().__init__(http_port=port, enable_grpc=False, enable_latency_logging=False)
        self._host = host

    def setup_event_loop(self) -> None:
        """Prepare the loop; KServe calls this after it has made its REST server and before that listens."""
        self._rest_server.config.host = self._host
        self._rest_server.config.access_log = False
        super().setup_event_loop()


def extend_application(app: FastAPI) -> None:
    """Add what KServe's application lacks: OpenAI's errors, an end for who has gone, the correlation id.

    Args:
        app: KServe's application; changed in place.
    """
    app.add_exception_handler(OpenAIError, render_openai_error)
    app.add_exception_handler(QueueFullError, render_queue_full)
    app.add_exception_handler(ClientDisconnect, _answer_nobody)
    app.add_middleware(CorrelationMiddleware)


async def _answer_nobody(_: Request, __: Exception) -> Response:
    return Response(status_code=_CLIENT_CLOSED_REQUEST)
