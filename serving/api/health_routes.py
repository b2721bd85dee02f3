"""Is the service there, can it answer, and what does it measure."""

import asyncio
from collections.abc import Awaitable
from typing import Any, Final, Literal, TypedDict

import structlog
from litestar import MediaType, Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from processors.settings import Settings
from serving.access.admission import admit_scrape
from serving.api.openapi import list_errors
from serving.clients.generation import find_model
from serving.clients.lifespan import Clients
from serving.retrieval.live_versions import find_live_versions

_PATIENCE: Final = 3  # seconds for a part to answer

log = structlog.get_logger(__name__)


@get("/health/live")
async def report_live() -> dict[str, str]:
    """Say that the process serves requests."""
    return {"status": "live"}


class Readiness(TypedDict):
    """Whether questions can be answered, and how each part is: `up`, `missing` or `down` with the reason."""

    status: Literal["ready", "not ready"]
    parts: dict[str, str]


@get("/health/ready", responses={503: ResponseSpec(Readiness, description="No question can be answered.")})
async def report_ready(
    clients: NamedDependency[Clients], settings: NamedDependency[Settings]
) -> Response[Readiness]:
    """Say whether questions can be answered, and which part is missing if not all are there.

    The service is ready as long as it can search: without Redis or the model it answers less well. Without
    OpenSearch it stays ready if Redis is there and it has known a live version, for it has answers then.
    """
    # Nobody shows a key here, and no limit may keep a probe out. So however many ask, one at a time looks.
    parts = await clients.readiness.get(lambda: _probe_parts(clients, settings))
    opensearch, redis = parts["opensearch"], parts["redis"]
    remembers = redis == "up" and bool(clients.live.latest)
    ready = opensearch == parts["live_version"] == "up" or (opensearch != "up" and remembers)
    body = Readiness(status="ready" if ready else "not ready", parts=parts)
    return Response(body, status_code=200 if ready else 503)


async def _probe_parts(clients: Clients, settings: Settings) -> dict[str, str]:
    opensearch, redis, model, versions = await asyncio.gather(
        _probe(clients.search.ping()),
        _probe(clients.cache.ping()),
        _probe(find_model(clients, settings)),
        _probe(_require_version(clients)),
    )
    return {"opensearch": opensearch, "redis": redis, "model": model, "live_version": versions}


async def _require_version(clients: Clients) -> bool:
    return any((await find_live_versions(clients, ("rag", "cag"))).values())


async def _probe(question: Awaitable[Any]) -> str:
    try:
        async with asyncio.timeout(_PATIENCE):
            return "up" if await question else "missing"
    except Exception as error:  # whatever a part's client raises means the same here: it is not there
        log.info("a part is down", error=repr(error))
        return f"down: {type(error).__name__}"


@get(
    "/metrics",
    sync_to_thread=False,
    media_type=MediaType.TEXT,
    guards=[admit_scrape],
    responses=list_errors(429),
)
def report_metrics() -> Response[bytes]:
    """Return the measurements for Prometheus."""
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
