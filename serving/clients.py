"""The sockets of the service, opened when it starts and closed when it stops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from openai import AsyncOpenAI, Timeout
from opensearchpy import AsyncOpenSearch
from redis.asyncio import Redis

from processors.near_duplicates import AskedQuestions
from processors.settings import Settings
from processors.stores.asked_questions import QuestionLog, open_question_log
from serving.metrics import QUESTIONS
from serving.parts import Guards, make_guards
from serving.sharing import SharedRead, SingleFlight, SpareWork

# Seconds. A search takes milliseconds; whoever asks should hear soon that something is wrong.
_SEARCH_TIMEOUT = 10
_CACHE_TIMEOUT = 0.5
_MODEL_TIMEOUT = Timeout(60, connect=2)
# Of what nobody waits for: on connections of its own, and for a tenth of the time at most.
_SPARE_PLACES = 1
_SPARE_REST = 9


@dataclass(frozen=True)
class Clients:
    """What the handlers talk to, and what they share while they do."""

    search: AsyncOpenSearch
    cache: Redis
    embedder: AsyncOpenAI
    model: AsyncOpenAI
    questions: QuestionLog
    aside: AsyncOpenSearch
    guards: Guards = field(default_factory=make_guards)
    live: SharedRead[dict[str, str]] = field(default_factory=SharedRead)
    vectors: SingleFlight[tuple[list[float] | None, tuple[str, ...]]] = field(default_factory=SingleFlight)
    documents: SingleFlight[Any] = field(default_factory=SingleFlight)
    answers: SingleFlight[Any] = field(default_factory=SingleFlight)
    asked: dict[str, AskedQuestions] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    spare: SpareWork = field(default_factory=lambda: SpareWork(_SPARE_PLACES, _SPARE_REST))


@asynccontextmanager
async def open_clients(settings: Settings) -> AsyncIterator[Clients]:
    """Open the clients, none of which connects before its first request, and close them at the end."""
    search = AsyncOpenSearch(settings.opensearch_url, timeout=_SEARCH_TIMEOUT, max_retries=1)
    cache = Redis.from_url(
        settings.redis_url, socket_timeout=_CACHE_TIMEOUT, socket_connect_timeout=_CACHE_TIMEOUT
    )
    embedder = _open_model(settings.embedding_url)
    model = _open_model(settings.answering_url or settings.embedding_url)
    questions = open_question_log(settings.kafka_bootstrap, lambda outcome: QUESTIONS.labels(outcome).inc())
    aside = AsyncOpenSearch(
        settings.opensearch_url, timeout=_SEARCH_TIMEOUT, max_retries=0, pool_maxsize=_SPARE_PLACES
    )
    clients = Clients(search, cache, embedder, model, questions, aside)
    try:
        yield clients
    finally:
        await clients.spare.close()
        await asyncio.to_thread(questions.close)
        await model.close()
        await embedder.close()
        await cache.aclose()
        await aside.close()
        await search.close()


def _open_model(base_url: str) -> AsyncOpenAI:
    # KServe's routes ask for no key; the client insists on one.
    return AsyncOpenAI(base_url=base_url, api_key="unused", timeout=_MODEL_TIMEOUT, max_retries=0)
