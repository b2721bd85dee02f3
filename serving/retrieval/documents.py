"""Documents for a question, out of the cache or searched and remembered."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from processors.retrieval.cache_keys import cache_key, cache_namespace
from serving.context.metrics import CACHE_LOOKUPS
from serving.retrieval.answerability import measure_answerability
from serving.retrieval.cache import (
    STORED_HITS,
    find_alike,
    is_cacheable,
    make_entry,
    read_entry,
    store_documents,
    try_store_entry,
)
from serving.retrieval.embedding import embed_question
from serving.retrieval.question import Question, Ranking
from serving.retrieval.search import search_version

if TYPE_CHECKING:
    from datetime import datetime

    from processors.retrieval.hybrid import Hit
    from processors.settings import Settings
    from serving.clients.lifespan import Clients
    from serving.retrieval.embedding import Embedded


async def find_documents(
    clients: Clients, settings: Settings, question: Question, version: str, now: datetime
) -> Ranking:
    """Return documents from the cache, or search and remember them; equal questions at once search once.

    Args:
        clients: What to ask.
        settings: Of the platform.
        question: What to look for.
        version: The live one of `cag`.
        now: What recency counts from.
    """
    cacheable = is_cacheable(question.text) and not question.filters and question.window is None
    if not cacheable:
        return await search_version(clients, settings, question, "cag", version, now)
    namespace = cache_namespace(
        version, question.groups, settings.retrieval.reranker, settings.versions.code_commit
    )
    key = cache_key(namespace, question.text)
    found, degraded = await read_ranking(clients, key, question.k)
    if found is None and not degraded:
        flight = f"{question.k}:{question.weighs}:{key}"
        filled: Ranking = await clients.documents.run(
            flight, lambda: _fill_cache(clients, settings, question, version, namespace, now)
        )
        return filled
    if found is None:
        embedded = await embed_question(clients, settings, question.text)
        ranking = await _search_and_weigh(clients, settings, question, version, now, embedded)
        return replace(ranking, degraded=(*degraded, *ranking.degraded))
    CACHE_LOOKUPS.labels("hit").inc()
    if question.weighs and found.answerability is None:
        return await _add_answerability(clients, settings, question, version, key, found)
    return found


async def _add_answerability(
    clients: Clients, settings: Settings, question: Question, version: str, key: str, found: Ranking
) -> Ranking:
    """Return a cached ranking that was stored without being weighed, and store what comes of it."""
    vector, _ = await embed_question(clients, settings, question.text)
    if vector is None:
        return found
    answerability = await measure_answerability(clients, version, question, vector)
    entry, _ = await read_entry(clients, key)
    if entry is not None and answerability is not None:
        await try_store_entry(
            clients, key, {**entry, "support": answerability}, settings.redis.cache_ttl_seconds
        )
    return replace(found, answerability=answerability)


async def _fill_cache(
    clients: Clients, settings: Settings, question: Question, version: str, namespace: str, now: datetime
) -> Ranking:
    key = cache_key(namespace, question.text)
    vector, _ = embedded = await embed_question(clients, settings, question.text)
    if vector is not None:
        alike = await find_alike(clients, namespace, question.understood.signature, vector)
        if alike is not None:
            entry = await _copy_entry(clients, settings, cache_key(namespace, alike), key)
            found: list[Hit] = entry["hits"]
            if len(found) >= question.k:
                CACHE_LOOKUPS.labels("alike").inc()
                return Ranking(found[: question.k], alike=alike, answerability=entry.get("support"))
    CACHE_LOOKUPS.labels("miss").inc()
    wide = replace(question, k=max(question.k, STORED_HITS))
    ranking = await _search_and_weigh(clients, settings, wide, version, now, embedded)
    entry, ttl = make_entry(ranking.hits, ranking.answerability), settings.redis.cache_ttl_seconds
    if vector is not None and not ranking.degraded:
        await store_documents(clients, namespace, question.text, entry, vector, ttl)
    elif settings.retrieval.neural_search and not ranking.degraded:
        await try_store_entry(clients, key, entry, ttl)
    return replace(ranking, hits=ranking.hits[: question.k])


async def _search_and_weigh(
    clients: Clients, settings: Settings, question: Question, version: str, now: datetime, embedded: Embedded
) -> Ranking:
    """Search, and ask at the same time what speaks for an answer, if that is wanted and can be told."""
    search = search_version(clients, settings, question, "cag", version, now, embedded)
    vector, _ = embedded
    if vector is None or not question.weighs:
        return await search
    weighing = measure_answerability(clients, version, question, vector)
    ranking, answerability = await asyncio.gather(search, weighing)
    return replace(ranking, answerability=answerability)


async def _copy_entry(clients: Clients, settings: Settings, source: str, target: str) -> dict[str, Any]:
    """Return the entry of a cached question, and store it under another one, which then hits exactly."""
    entry, _ = await read_entry(clients, source)
    if entry is None:
        return make_entry([], None)
    await try_store_entry(clients, target, entry, settings.redis.cache_ttl_seconds)
    return dict(entry)


async def read_ranking(clients: Clients, key: str, k: int) -> tuple[Ranking | None, tuple[str, ...]]:
    """Return what is remembered under a key, None if that is nothing, and the cache's name if it is down.

    Args:
        clients: Redis among them.
        key: Of the entry.
        k: How many hits are wanted.
    """
    entry, degraded = await read_entry(clients, key)
    hits: list[Hit] = entry["hits"] if entry else []
    # An entry that holds fewer than are asked for may have left some out.
    return (Ranking(hits[:k], answerability=entry.get("support")) if len(hits) >= k else None), degraded
