"""The sockets of the service, opened when it starts and closed when it stops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from openai import AsyncOpenAI, Timeout
from opensearchpy import AsyncOpenSearch
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from processors.retrieval.near_duplicates import AskedQuestions
from processors.settings import Settings
from processors.stores.asked_questions import QuestionLog, open_question_log
from processors.stores.search import opensearch_options
from serving.clients.airflow import AirflowClient, open_airflow
from serving.clients.channel import ChannelClient, open_channel
from serving.clients.guarded_clients import GuardedOpenAI, GuardedRedis, GuardedTransport
from serving.clients.guards import Guard
from serving.clients.parts import Guards, make_guards
from serving.clients.sharing import SharedRead, SingleFlight, SpareWork
from serving.context.metrics import QUESTIONS

# Seconds. The guards say how long is waited; the clients' own limits are a little longer.
_GRACE = 1.0
_CACHE_TIMEOUT = 0.5
# Of what nobody waits for: on connections of its own, and for a tenth of the time at most.
_SPARE_PLACES = 1
_SPARE_REST = 9
_ALERTS_AT_ONCE = 4


@dataclass(frozen=True)
class Clients:
    """What the handlers talk to, and what they share while they do."""

    search: AsyncOpenSearch
    cache: Redis
    embedder: AsyncOpenAI
    model: AsyncOpenAI
    questions: QuestionLog
    shadow_search: AsyncOpenSearch
    """For shadow reads: on connections of its own, so that no question waits for one."""
    airflow: AirflowClient | None = None
    """None where actions aren't set up."""
    channel: ChannelClient | None = None
    """None where no alerts are taken."""
    guards: Guards = field(default_factory=make_guards)
    live: SharedRead[dict[str, str]] = field(default_factory=SharedRead)
    readiness: SharedRead[dict[str, str]] = field(default_factory=SharedRead)
    vectors: SingleFlight[tuple[list[float] | None, tuple[str, ...]]] = field(default_factory=SingleFlight)
    documents: SingleFlight[Any] = field(default_factory=SingleFlight)
    answers: SingleFlight[Any] = field(default_factory=SingleFlight)
    asked: dict[str, AskedQuestions] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    investigating: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_ALERTS_AT_ONCE))
    """Places for alerts: each is two questions, and people ask meanwhile."""
    spare: SpareWork = field(default_factory=lambda: SpareWork(_SPARE_PLACES, _SPARE_REST))


@asynccontextmanager
async def open_clients(settings: Settings) -> AsyncIterator[Clients]:
    """Open the clients, none of which connects before its first request, and close them at the end."""
    guards = make_guards(
        search=settings.timeouts.search_seconds,
        embedding=settings.timeouts.embedding_seconds,
        model=settings.timeouts.request_seconds,
        cache=_CACHE_TIMEOUT,
        failures=settings.breaker.failures,
        rest=settings.breaker.rest_seconds,
    )
    search = _open_search(settings, guards.search)
    connections = ConnectionPool.from_url(
        settings.redis.url,
        socket_timeout=_CACHE_TIMEOUT,
        socket_connect_timeout=_CACHE_TIMEOUT,
        # Once and at once, for a connection that Redis closed meanwhile; its own default waits for seconds.
        retry=Retry(NoBackoff(), 1),
    )
    cache = GuardedRedis(guards.cache, connections)
    embedder = GuardedOpenAI(guards.embedding, **_describe_server(settings, settings.kserve.openai_url))
    # An answer comes bit by bit, so its guard stands where it is read.
    model = AsyncOpenAI(**_describe_server(settings, settings.answering_base_url))
    questions = open_question_log(settings.kafka, lambda outcome: QUESTIONS.labels(outcome).inc())
    shadow_search = _open_search(settings, guards.shadow_search, pool_maxsize=_SPARE_PLACES)
    airflow = open_airflow(settings, guards.airflow)
    channel = open_channel(settings, guards.channel)
    clients = Clients(search, cache, embedder, model, questions, shadow_search, airflow, channel, guards)
    try:
        yield clients
    finally:
        await clients.spare.close()
        await asyncio.to_thread(questions.close)
        for connected in (airflow, channel):
            if connected is not None:
                await connected.http.aclose()
        await model.close()
        await embedder.close()
        await cache.aclose()
        await shadow_search.close()
        await search.close()


def _open_search(settings: Settings, guard: Guard, **options: Any) -> AsyncOpenSearch:
    timeout = settings.timeouts.search_seconds + _GRACE
    return AsyncOpenSearch(
        **opensearch_options(settings.opensearch),
        transport_class=GuardedTransport,
        guard=guard,
        timeout=timeout,
        max_retries=0,
        **options,
    )


def _describe_server(settings: Settings, base_url: str) -> dict[str, Any]:
    waits = settings.timeouts
    timeout = Timeout(waits.request_seconds + _GRACE, connect=waits.model_connect_seconds)
    # KServe's routes ask for no key; the client insists on one.
    return {"base_url": base_url, "api_key": "unused", "timeout": timeout, "max_retries": 0}
