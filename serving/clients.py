"""The sockets of the service, opened when it starts and closed when it stops."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from openai import AsyncOpenAI, Timeout
from opensearchpy import AsyncOpenSearch
from redis.asyncio import Redis

from processors.settings import Settings

# Seconds. A search takes milliseconds; whoever asks should hear soon that something is wrong.
_SEARCH_TIMEOUT = 10
_CACHE_TIMEOUT = 0.5
_MODEL_TIMEOUT = Timeout(60, connect=2)


@dataclass(frozen=True)
class Clients:
    """What the handlers talk to."""

    search: AsyncOpenSearch
    cache: Redis
    model: AsyncOpenAI


@asynccontextmanager
async def open_clients(settings: Settings) -> AsyncIterator[Clients]:
    """Open the clients, none of which connects before its first request, and close them at the end."""
    search = AsyncOpenSearch(settings.opensearch_url, timeout=_SEARCH_TIMEOUT, max_retries=1)
    cache = Redis.from_url(
        settings.redis_url, socket_timeout=_CACHE_TIMEOUT, socket_connect_timeout=_CACHE_TIMEOUT
    )
    model = AsyncOpenAI(
        base_url=f"{settings.kserve_url}/openai/v1",
        api_key="unused",  # KServe's own routes ask for no key; the client insists on one.
        timeout=_MODEL_TIMEOUT,
        max_retries=0,
    )
    try:
        yield Clients(search, cache, model)
    finally:
        await model.close()
        await cache.aclose()
        await search.close()
