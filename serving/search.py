"""What is retrieved for a question: live versions, cache, embedding, searches in parallel, fusion."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import openai
import structlog
from opensearchpy.exceptions import ConnectionError as SearchDownError
from opensearchpy.exceptions import TransportError

from processors.cache import cache_key
from processors.index_names import cover_family, find_version
from processors.retrieval.glossary import add_translation
from processors.retrieval.hybrid import (
    DYNAMIC_KINDS,
    Hit,
    TextToEmbed,
    build_hybrid_query,
    build_siblings_query,
    complete_sections,
    fuse,
    parse_hits,
)
from processors.retrieval.pages import rank_documents
from processors.retrieval.recency import apply_recency
from processors.retrieval.time_phrases import TimeWindow, find_window
from serving.cache import (
    STORED_HITS,
    find_alike,
    is_cacheable,
    make_entry,
    read_entry,
    store_documents,
    try_store_entry,
)
from serving.correlation import correlation_id, name_request
from serving.errors import NoKnowledgeError
from serving.metrics import CACHE_LOOKUPS, time_stage
from serving.neural import forget_model, leave_to_opensearch
from serving.reranking import rerank_hits
from serving.support import ask_support, is_enough

if TYPE_CHECKING:
    # The schema's module brings pyarrow, which the service has no use for.
    from processors.chunk import Pipeline
    from processors.settings import Settings
    from serving.clients import Clients

# Recency re-ranks more hits than are asked for, so that a new one further down can rise.
_RERANKED: Final = 30
# About 1,000 tokens: a long procedure, but not a whole page under one heading.
_SECTION_CHARACTERS: Final = 4_000
# Of both pipelines, so that all questions can share one read.
_ALIASES: Final = "rag*,cag*"

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
    asked: str = ""
    """A follow-up as it was asked; `text` is the whole question then."""
    weighs: bool = False
    """Whether to tell if anything speaks for an answer at all."""


@dataclass(frozen=True)
class Findings:
    """What was found, in which versions, in which time, and which parts were missing while looking."""

    hits: list[Hit]
    versions: dict[str, str | None]
    degraded: tuple[str, ...]
    window: TimeWindow | None = None
    alike: str | None = None
    """The question, the same in other words, whose cached hits these are."""
    supported: bool | None = None
    """Whether anything speaks for an answer, None if that wasn't asked or can't be told."""


@dataclass(frozen=True)
class _Ranking:
    """What one pipeline found."""

    hits: list[Hit]
    troubles: tuple[str, ...] = ()
    alike: str | None = None
    support: float | None = None


async def retrieve(
    clients: Clients,
    settings: Settings,
    question: Question,
    versions: dict[str, str | None] | None = None,
) -> Findings:
    """Return the chunks that best fit a question; what happened, only of the time that it names.

    A filter by `observed_at` goes before what the question says of time.
    Without the embedder the search goes by words alone, without Redis nothing is cached; both are named in
    the findings' `degraded`.

    Args:
        clients: What to ask.
        settings: Of the platform.
        question: What to look for.
        versions: The live versions, if they were read for this question already.

    Raises:
        NoKnowledgeError: None of the pipelines has a live version.
        opensearchpy.exceptions.OpenSearchException: OpenSearch can't be reached or refuses the query.
    """
    versions = versions or await require_live_versions(clients, question.pipelines)
    now = datetime.now(UTC)
    question = find_time(settings, question, now)
    rankings = await asyncio.gather(
        *(
            _find_documents(clients, settings, question, index, now)
            if pipeline == "cag"
            else _search(clients, settings, question, pipeline, index, now)
            for pipeline, index in versions.items()
            if index
        )
    )
    lists = [ranking.hits for ranking in rankings]
    hits = lists[0][: question.k] if len(lists) == 1 else fuse(lists, question.k)
    troubles = dict.fromkeys(trouble for ranking in rankings for trouble in ranking.troubles)
    alike = next((ranking.alike for ranking in rankings if ranking.alike), None)
    supported = await _weigh(clients, settings, question, rankings, versions.get("rag"))
    return Findings(hits, versions, tuple(sorted(troubles)), question.window, alike, supported)


async def _weigh(
    clients: Clients, settings: Settings, question: Question, rankings: Sequence[_Ranking], events: str | None
) -> bool | None:
    """Tell whether documents or, if those don't, what was observed speaks for an answer."""
    told = [is_enough(ranking.support) for ranking in rankings if ranking.support is not None]
    if not any(ranking.hits for ranking in rankings):
        return False if question.weighs else None
    if not told or told[0] or events is None:
        return told[0] if told else None
    vector, _ = await embed_question(clients, settings, question.text)
    if vector is None:
        return None
    support = await ask_support(clients, events, question.text, vector, question.groups)
    return None if support is None else is_enough(support)


async def require_live_versions(clients: Clients, pipelines: Sequence[Pipeline]) -> dict[str, str | None]:
    """Return the version that each pipeline's read alias stands for, None where there is no alias yet.

    Raises:
        NoKnowledgeError: None of the pipelines has a live version.
    """
    with time_stage("versions"):
        versions = await find_live_versions(clients, pipelines)
    if not any(versions.values()):
        names = " or ".join(pipelines)
        raise NoKnowledgeError(
            f"No version of {names} is live yet: run the {names} pipeline in Airflow first."
        )
    return versions


async def find_live_versions(clients: Clients, pipelines: Sequence[Pipeline]) -> dict[str, str | None]:
    """Return the version that each pipeline's read alias stands for, None where there is no alias yet.

    Searching the version by its own name keeps a swap from mixing versions within one answer. The read begins
    after the question has come, so no swap that had ended by then is missed.
    """
    live = await clients.live.get(lambda: _read_aliases(clients))
    return {pipeline: live.get(pipeline) for pipeline in pipelines}


async def _read_aliases(clients: Clients) -> dict[str, str]:
    # With a wildcard, an alias that doesn't exist is no error.
    answer = await clients.search.indices.get_alias(name=_ALIASES, headers=_search_headers())
    return {alias: find_version(index) for index, body in answer.items() for alias in body["aliases"]}


def find_time(settings: Settings, question: Question, now: datetime) -> Question:
    """Return a question with the window that its words name, unless a filter does."""
    if "observed_at" in question.filters:
        return question
    text, window = find_window(question.text, now, ZoneInfo(settings.time_zone))
    return replace(question, text=text, window=window)


async def _find_documents(
    clients: Clients, settings: Settings, question: Question, version: str, now: datetime
) -> _Ranking:
    """Return documents from the cache, or search and remember them; equal questions at once search once."""
    cacheable = is_cacheable(question.text) and not question.filters and question.window is None
    if not cacheable:
        return await _search(clients, settings, question, "cag", version, now)
    key = cache_key(version, question.groups, question.text)
    found, troubles = await read_ranking(clients, key, question.k)
    if found is None and not troubles:
        flight = f"{question.k}:{question.weighs}:{key}"
        ranking: _Ranking = await clients.documents.run(
            flight, lambda: _fill_cache(clients, settings, question, version, now)
        )
        return ranking
    if found is None:
        searched = await _search(clients, settings, question, "cag", version, now)
        return replace(searched, troubles=(*troubles, *searched.troubles))
    CACHE_LOOKUPS.labels("hit").inc()
    if question.weighs and found.support is None:
        return await _add_support(clients, settings, question, version, key, found)
    return found


async def _add_support(
    clients: Clients, settings: Settings, question: Question, version: str, key: str, found: _Ranking
) -> _Ranking:
    """Return a cached ranking that was stored without being weighed, and store what comes of it."""
    vector, _ = (
        (None, ()) if settings.neural_search else await embed_question(clients, settings, question.text)
    )
    if vector is None:
        return found
    support = await ask_support(clients, version, question.text, vector, question.groups)
    entry, _ = await read_entry(clients, key)
    if entry is not None and support is not None:
        await try_store_entry(clients, key, {**entry, "support": support}, settings.cache_ttl_seconds)
    return replace(found, support=support)


async def _fill_cache(
    clients: Clients, settings: Settings, question: Question, version: str, now: datetime
) -> _Ranking:
    # Looking for a similar question takes its vector, which OpenSearch keeps to itself.
    embeds_itself = settings.neural_search
    vector, troubles = (None, ()) if embeds_itself else await embed_question(clients, settings, question.text)
    if vector is not None:
        alike = await find_alike(clients, version, question.groups, question.text, vector)
        if alike is not None:
            key = cache_key(version, question.groups, question.text)
            entry = await _copy_entry(clients, settings, cache_key(version, question.groups, alike), key)
            found: list[Hit] = entry["hits"]
            if len(found) >= question.k:
                CACHE_LOOKUPS.labels("alike").inc()
                return _Ranking(found[: question.k], alike=alike, support=entry.get("support"))
    CACHE_LOOKUPS.labels("miss").inc()
    wide = replace(question, k=max(question.k, STORED_HITS))
    search = _search(clients, settings, wide, "cag", version, now, vector)
    support: float | None = None
    if vector is not None and question.weighs:
        weighing = ask_support(clients, version, question.text, vector, question.groups)
        ranking, support = await asyncio.gather(search, weighing)
    else:
        ranking = await search
    if vector is not None and not ranking.troubles:
        ttl = settings.cache_ttl_seconds
        entry = make_entry(ranking.hits, support)
        await store_documents(clients, version, question.groups, question.text, entry, vector, ttl)
    elif embeds_itself and not ranking.troubles:
        key = cache_key(version, question.groups, question.text)
        await try_store_entry(clients, key, make_entry(ranking.hits, None), settings.cache_ttl_seconds)
    return replace(
        ranking,
        hits=ranking.hits[: question.k],
        troubles=(*troubles, *ranking.troubles),
        support=support,
    )


async def _copy_entry(clients: Clients, settings: Settings, source: str, target: str) -> dict[str, Any]:
    """Return the entry of a cached question, and store it under another one, which then hits exactly."""
    entry, _ = await read_entry(clients, source)
    if entry is None:
        return make_entry([], None)
    await try_store_entry(clients, target, entry, settings.cache_ttl_seconds)
    return dict(entry)


async def read_ranking(clients: Clients, key: str, k: int) -> tuple[_Ranking | None, tuple[str, ...]]:
    """Return what is remembered under a key, None if that is nothing, and the cache's name if it is down."""
    entry, troubles = await read_entry(clients, key)
    hits: list[Hit] = entry["hits"] if entry else []
    # An entry that holds fewer than are asked for may have left some out.
    return (_Ranking(hits[:k], support=entry.get("support")) if len(hits) >= k else None), troubles


async def embed_question(
    clients: Clients, settings: Settings, text: str
) -> tuple[list[float] | None, tuple[str, ...]]:
    """Return the question's vector, or None and the embedder's name if it is down."""
    return await clients.vectors.run(text, lambda: _ask_embedder(clients, settings, text))


async def _ask_embedder(
    clients: Clients, settings: Settings, text: str
) -> tuple[list[float] | None, tuple[str, ...]]:
    try:
        with time_stage("embedding"):
            answer = await clients.embedder.embeddings.create(
                model=settings.embedding_model,
                input=settings.query_prefix + add_translation(text, reads_russian=settings.reads_russian),
                extra_headers=name_request(),
            )
    except openai.OpenAIError as error:
        log.warning("embedder is down, searching by words alone", error=str(error))
        return None, ("embedding",)
    return answer.data[0].embedding, ()


async def _search(
    clients: Clients,
    settings: Settings,
    question: Question,
    pipeline: str,
    version: str,
    now: datetime,
    vector: list[float] | None = None,
) -> _Ranking:
    troubles: tuple[str, ...] = ()
    nearest: Sequence[float] | TextToEmbed | None = vector
    text = add_translation(question.text, reads_russian=settings.reads_russian)
    if nearest is None:
        nearest, troubles = await (
            leave_to_opensearch(clients, settings, settings.query_prefix + text)
            if settings.neural_search
            else embed_question(clients, settings, question.text)
        )
    size = max(question.k, _RERANKED) if pipeline == "rag" else question.k
    build = partial(
        build_hybrid_query,
        text,
        k=size,
        groups=question.groups,
        filters=question.filters,
        window=question.window,
    )
    try:
        response = await _ask(clients, version, build(vector=nearest))
    except TransportError as error:
        if not isinstance(nearest, TextToEmbed) or isinstance(error, SearchDownError):
            raise
        forget_model(clients, settings, error)
        response, troubles = await _ask(clients, version, build(vector=None)), ("embedding",)
    is_timed = question.window is not None or "observed_at" in question.filters
    hits = rank_documents(parse_hits(response), text)[:size]
    if settings.reranker == "sentences" and pipeline == "cag" and isinstance(nearest, list):
        hits = await rerank_hits(clients, settings, nearest, hits)
    return _Ranking(apply_recency(hits, now, is_timed=is_timed), troubles)


async def _ask(clients: Clients, version: str, body: dict[str, Any]) -> Any:
    with time_stage("search"):
        return await clients.search.search(index=cover_family(version), body=body, headers=_search_headers())


async def time_searches(
    clients: Clients, settings: Settings, question: Question, pipeline: Pipeline, versions: Sequence[str]
) -> list[tuple[list[Hit], float]]:
    """Search several versions of a pipeline, one after the other and past the cache.

    Returns:
        Of each version the hits and how long the search took, in seconds.

    Raises:
        opensearchpy.exceptions.OpenSearchException: OpenSearch can't be reached or refuses the query.
    """
    now = datetime.now(UTC)
    question = find_time(settings, question, now)
    vector, _ = (
        (None, ()) if settings.neural_search else await embed_question(clients, settings, question.text)
    )
    searched = []
    for version in versions:
        began = time.perf_counter()
        ranking = await _search(clients, settings, question, pipeline, version, now, vector)
        searched.append((ranking.hits, time.perf_counter() - began))
    return searched


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
