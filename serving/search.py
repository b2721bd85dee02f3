"""What is retrieved for a question: live versions, cache, embedding, searches in parallel, fusion."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import openai
import structlog
from redis.exceptions import RedisError

from processors.cache import cache_key
from processors.index_names import cover_family, find_version
from processors.retrieval.glossary import add_translation
from processors.retrieval.hybrid import (
    DYNAMIC_KINDS,
    Hit,
    build_hybrid_query,
    build_siblings_query,
    complete_sections,
    fuse,
    parse_hits,
)
from processors.retrieval.recency import apply_recency
from processors.retrieval.time_phrases import TimeWindow, find_window
from serving.correlation import HEADER, correlation_id
from serving.errors import NoKnowledgeError
from serving.metrics import CACHE_LOOKUPS, time_stage

if TYPE_CHECKING:
    # The schema's module brings pyarrow, which the service has no use for.
    from processors.chunk import Pipeline
    from processors.settings import Settings
    from serving.clients import Clients

# Recency re-ranks more hits than are asked for, so that a new one further down can rise.
_RERANKED: Final = 30
# About 1,000 tokens: a long procedure, but not a whole page under one heading.
_SECTION_CHARACTERS: Final = 4_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Question:
    """What to look for, where, and for whom."""

    text: str
    pipelines: tuple[Pipeline, ...]
    k: int
    groups: tuple[str, ...]
    filters: Mapping[str, Any]
    window: TimeWindow | None = None


@dataclass(frozen=True)
class Findings:
    """What was found, in which versions, in which time, and which parts were missing while looking."""

    hits: list[Hit]
    versions: dict[str, str | None]
    degraded: tuple[str, ...]
    window: TimeWindow | None = None


async def retrieve(clients: Clients, settings: Settings, question: Question) -> Findings:
    """Return the chunks that best fit a question; what happened, only of the time that it names.

    A filter by `observed_at` goes before what the question says of time.
    Without the embedder the search goes by words alone, without Redis nothing is cached; both are named in
    the findings' `degraded`.

    Raises:
        NoKnowledgeError: None of the pipelines has a live version.
        opensearchpy.exceptions.OpenSearchException: OpenSearch can't be reached or refuses the query.
    """
    with time_stage("versions"):
        versions = await find_live_versions(clients, question.pipelines)
    if not any(versions.values()):
        names = " or ".join(question.pipelines)
        raise NoKnowledgeError(
            f"No version of {names} is live yet: run the {names} pipeline in Airflow first."
        )
    now = datetime.now(UTC)
    if "observed_at" not in question.filters:
        text, window = find_window(question.text, now, ZoneInfo(settings.time_zone))
        question = replace(question, text=text, window=window)
    cached, cache_trouble = await _read_cache(clients, question, versions.get("cag"))
    wanted = [
        (pipe, index) for pipe, index in versions.items() if index and (pipe != "cag" or cached is None)
    ]
    vector, model_trouble = await _embed(clients, settings, question.text) if wanted else (None, ())
    with time_stage("search"):
        rankings = await asyncio.gather(
            *(_search(clients, question, pipe, index, vector, now) for pipe, index in wanted)
        )
    lists = [*rankings, cached] if cached is not None else rankings
    hits = lists[0][: question.k] if len(lists) == 1 else fuse(lists, question.k)
    return Findings(hits, versions, (*cache_trouble, *model_trouble), question.window)


async def find_live_versions(clients: Clients, pipelines: Sequence[Pipeline]) -> dict[str, str | None]:
    """Return the version that each pipeline's read alias stands for, None where there is no alias yet.

    Searching the version by its own name keeps a swap from mixing versions within one answer.
    """
    # With a wildcard, an alias that doesn't exist is no error.
    answer = await clients.search.indices.get_alias(
        name=",".join(f"{pipeline}*" for pipeline in pipelines), headers=_search_headers()
    )
    live = {alias: find_version(index) for index, body in answer.items() for alias in body["aliases"]}
    return {pipeline: live.get(pipeline) for pipeline in pipelines}


async def _read_cache(
    clients: Clients, question: Question, version: str | None
) -> tuple[list[Hit] | None, tuple[str, ...]]:
    """Return the cached hits, None on a miss, and the name of the cache if it is down."""
    if version is None or question.filters:
        return None, ()
    try:
        with time_stage("cache"):
            entry = await clients.cache.get(cache_key(version, question.groups, question.text))
    except RedisError as error:
        CACHE_LOOKUPS.labels("down").inc()
        log.warning("cache is down, answering without it", error=str(error))
        return None, ("cache",)
    hits: list[Hit] = json.loads(entry)["hits"] if entry else []
    # An entry that holds fewer than are asked for may have left some out.
    hit = len(hits) >= question.k
    CACHE_LOOKUPS.labels("hit" if hit else "miss").inc()
    return (hits[: question.k] if hit else None), ()


async def _embed(
    clients: Clients, settings: Settings, text: str
) -> tuple[list[float] | None, tuple[str, ...]]:
    """Return the question's vector, or None and the embedder's name if it is down."""
    try:
        with time_stage("embedding"):
            answer = await clients.embedder.embeddings.create(
                model=settings.embedding_model,
                input=add_translation(text),
                extra_headers={HEADER: correlation_id()},
            )
    except openai.OpenAIError as error:
        log.warning("embedder is down, searching by words alone", error=str(error))
        return None, ("embedding",)
    return answer.data[0].embedding, ()


async def _search(
    clients: Clients,
    question: Question,
    pipeline: str,
    version: str,
    vector: list[float] | None,
    now: datetime,
) -> list[Hit]:
    size = max(question.k, _RERANKED) if pipeline == "rag" else question.k
    text = add_translation(question.text)
    body = build_hybrid_query(text, vector, size, question.groups, question.filters, question.window)
    response = await clients.search.search(index=cover_family(version), body=body, headers=_search_headers())
    is_timed = question.window is not None or "observed_at" in question.filters
    return apply_recency(parse_hits(response), now, is_timed=is_timed)


async def read_sections(clients: Clients, hits: list[Hit], groups: Sequence[str]) -> list[Hit]:
    """Return the hits with those of documents grown to their whole sections."""
    documents = [hit for hit in hits if hit["kind"] not in DYNAMIC_KINDS]
    if not documents:
        return hits
    with time_stage("sections"):
        response = await clients.search.search(
            index=documents[0]["index"],
            body=build_siblings_query(documents, groups),
            headers=_search_headers(),
        )
    return complete_sections(hits, parse_hits(response), _SECTION_CHARACTERS)


def _search_headers() -> dict[str, str]:
    """Return the header by which OpenSearch's slow log and tasks name the request."""
    return {"X-Opaque-Id": correlation_id()}
