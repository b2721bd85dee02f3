"""Is the service there, can it answer, and what does it measure."""

import asyncio
from collections.abc import Awaitable
from typing import Any, Final

import structlog
from litestar import Response, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from serving.clients import Clients
from serving.search import find_live_versions

_PATIENCE: Final = 3  # seconds for a part to answer

log = structlog.get_logger(__name__)


@get("/health/live")
async def report_live() -> dict[str, str]:
    """Say that the process serves requests."""
    return {"status": "live"}


@get("/health/ready")
async def report_ready(clients: NamedDependency[Clients]) -> Response[dict[str, Any]]:
    """Say whether questions can be answered, and which part is missing if not all are there.

    The service is ready as long as it can search: without Redis or the model it answers less well.
    """
    opensearch, redis, model, versions = await asyncio.gather(
        _probe(clients.search.ping()),
        _probe(clients.cache.ping()),
        _probe(clients.model.models.list()),
        _probe(_require_version(clients)),
    )
    parts = {"opensearch": opensearch, "redis": redis, "model": model, "live_version": versions}
    ready = opensearch == versions == "up"
    body = {"status": "ready" if ready else "not ready", "parts": parts}
    return Response(body, status_code=200 if ready else 503)


async def _require_version(clients: Clients) -> bool:
    return any((await find_live_versions(clients, ("rag", "cag"))).values())


async def _probe(question: Awaitable[Any]) -> str:
    try:
        async with asyncio.timeout(_PATIENCE):
            return "up" if await question else "missing"
    except Exception as error:  # whatever a part's client raises means the same here: it is not there
        log.info("a part is down", error=repr(error))
        return f"down: {type(error).__name__}"


@get("/metrics", sync_to_thread=False)
def report_metrics() -> Response[bytes]:
    """Return the measurements for Prometheus."""
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
