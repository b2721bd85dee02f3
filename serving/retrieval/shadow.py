"""Shadow reading: a share of the live questions is also asked of the candidate, before it may go live.

A candidate is a version that bears the alias `cag-candidate` or `rag-candidate`. Both versions are searched
for the same question, past the cache and with the same groups, after the live answer was retrieved. Nobody
waits for it, its requests have connections of their own, and questions that come while all places are taken
are left out.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog
from opensearchpy.exceptions import OpenSearchException
from redis.exceptions import RedisError

from processors.retrieval.agreement import (
    ShadowRead,
    compute_overlap,
    compute_rank_biased_overlap,
    list_top_documents,
    name_candidate_alias,
    shadow_key,
)
from serving.context.metrics import SHADOW_OVERLAP, SHADOW_RANK_OVERLAP, SHADOW_READS, SHADOW_SECONDS
from serving.retrieval.search import time_searches

if TYPE_CHECKING:
    from processors.knowledge.chunk import Pipeline
    from processors.settings import Settings
    from serving.clients.lifespan import Clients
    from serving.retrieval.question import Question

# Chunks, so many that they are of ten documents as a rule.
_DEPTH: Final = 30
_PATIENCE_S: Final = 5.0
# The sums outlive every wait of a gate, and go by themselves.
_LIFETIME_S: Final = 7 * 86_400
# Which share of documents both have at least, if a question is nothing to look at.
_ALIKE: Final = 0.5
_LOGGED_CHARACTERS: Final = 500

log = structlog.get_logger(__name__)


def begin_shadow_reads(clients: Clients, settings: Settings, question: Question) -> None:
    """Ask the candidates the same, if there are any and the question is of the share; returns at once.

    Args:
        clients: What to ask.
        settings: Say which share of the questions.
        question: As it was answered.
    """
    if not settings.shadow.share:
        return
    # As read for this very question, so that looking for a candidate costs nothing.
    aliases = clients.live.latest or {}
    for pipeline in question.pipelines:
        live, candidate = aliases.get(pipeline), aliases.get(name_candidate_alias(pipeline))
        if live is None or candidate in (None, live) or random.random() >= settings.shadow.share:  # noqa: S311 - not a secret
            continue
        read = partial(_read, clients, settings, question, pipeline, live, str(candidate))
        if not clients.spare.offer(read):
            SHADOW_READS.labels(pipeline, "dropped").inc()


async def _read(
    clients: Clients, settings: Settings, question: Question, pipeline: Pipeline, live: str, candidate: str
) -> None:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            read = await _compare(clients, settings, question, pipeline, live, candidate)
    except (OpenSearchException, TimeoutError) as error:
        SHADOW_READS.labels(pipeline, "failed").inc()
        log.warning(
            "shadow read failed",
            candidate=candidate,
            question=question.text[:_LOGGED_CHARACTERS],
            error=repr(error),
        )
        await _add(clients, candidate, {"failed": 1})
        return
    SHADOW_READS.labels(pipeline, "compared").inc()
    SHADOW_OVERLAP.labels(pipeline).observe(read["overlap_at_10"])
    SHADOW_RANK_OVERLAP.labels(pipeline).observe(read["rank_biased_overlap"])
    SHADOW_SECONDS.labels(pipeline, "live").observe(read["live_seconds"])
    SHADOW_SECONDS.labels(pipeline, "candidate").observe(read["candidate_seconds"])
    say = log.info if read["overlap_at_10"] >= _ALIKE else log.warning
    say("shadow read", question=question.text[:_LOGGED_CHARACTERS], live=live, candidate=candidate, **read)
    sums: dict[str, float] = {"questions": 1, **read}  # type: ignore[dict-item]
    await _add(clients, candidate, sums)


async def _compare(
    clients: Clients, settings: Settings, question: Question, pipeline: Pipeline, live: str, candidate: str
) -> ShadowRead:
    shadow = replace(clients, search=clients.shadow_search)
    wide = replace(question, k=_DEPTH)
    (found, live_seconds), (tried, candidate_seconds) = await time_searches(
        shadow, settings, wide, pipeline, (live, candidate)
    )
    first, second = list_top_documents(found), list_top_documents(tried)
    return ShadowRead(
        overlap_at_10=compute_overlap(first, second),
        rank_biased_overlap=compute_rank_biased_overlap(first, second),
        live_seconds=live_seconds,
        candidate_seconds=candidate_seconds,
    )


async def _add(clients: Clients, candidate: str, sums: dict[str, float]) -> None:
    key = shadow_key(candidate)
    try:
        async with clients.cache.pipeline(transaction=False) as batch:
            for name, value in sums.items():
                batch.hincrbyfloat(key, name, value)
            batch.expire(key, _LIFETIME_S)
            await batch.execute()
    except RedisError as error:
        log.warning("cache is down, a shadow read is not counted", error=str(error))
