"""One search in one version: embedding, queries, ranking."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from opensearchpy.exceptions import ConnectionError as SearchDownError
from opensearchpy.exceptions import NotFoundError, TransportError

from processors.retrieval.conditions import DYNAMIC_KINDS
from processors.retrieval.events import (
    ask_for_events,
    build_content_queries,
    build_newest_query,
    parse_newest,
    rank_contents,
)
from processors.retrieval.glossary import add_translation
from processors.retrieval.hybrid import Hit, build_hybrid_query, parse_hits
from processors.retrieval.nearest import TextToEmbed
from processors.retrieval.pages import rank_documents
from processors.retrieval.recency import apply_recency
from processors.retrieval.wholes import add_steps, build_siblings_query, complete_hits, parse_parts
from processors.versions.names import cover_family, find_version
from serving.context.correlation import name_search
from serving.context.metrics import time_stage
from serving.retrieval.embedding import embed_question
from serving.retrieval.neural import forget_model, leave_to_opensearch
from serving.retrieval.question import Question, Ranking
from serving.retrieval.reranking import rerank_hits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.knowledge.chunk import Pipeline
    from processors.settings import Settings
    from serving.clients.lifespan import Clients
    from serving.retrieval.embedding import Embedded

    Nearest = Sequence[float] | TextToEmbed | None

_INDEX: Final = re.compile(r"(rag|cag)-v\d{6}(-\d{6})?")
# Recency re-ranks more hits than are asked for, so that a new one further down can rise.
_RERANKED: Final = 30
WHOLE_CHARACTERS: Final = 4_000
"""Most of a section that a hit is grown to: about 1,000 tokens, and not a whole page under one heading."""
PROCEDURE_CHARACTERS: Final = 8_000
"""Most of a procedure: who follows its steps needs all of them."""


async def search_version(
    clients: Clients,
    settings: Settings,
    question: Question,
    pipeline: Pipeline,
    version: str,
    now: datetime,
    embedded: Embedded | None = None,
) -> Ranking:
    """Return what a version holds for a question, best first.

    Args:
        clients: What to ask.
        settings: Of the platform.
        question: What to look for.
        pipeline: The version's.
        version: Searched with its slices.
        now: What recency counts from.
        embedded: What became of the question's embedding, if it was asked for already.

    Raises:
        opensearchpy.exceptions.OpenSearchException: OpenSearch can't be reached or refuses the query.
    """
    text = add_translation(question.searched, reads_russian=settings.embedding.reads_russian)
    nearest: Nearest
    if settings.retrieval.neural_search:
        nearest, degraded = await leave_to_opensearch(
            clients, settings, settings.embedding.query_prefix + text
        )
    else:
        nearest, degraded = embedded or await embed_question(clients, settings, question.searched)
    find = _find_events if pipeline == "rag" else _find_documents
    try:
        hits = await find(clients, version, question, text, nearest)
    except TransportError as error:
        if not isinstance(nearest, TextToEmbed) or isinstance(error, SearchDownError):
            raise
        forget_model(clients, settings, error)
        hits, degraded = await find(clients, version, question, text, None), ("embedding",)
    if settings.retrieval.reranker == "sentences" and pipeline == "cag" and isinstance(nearest, list):
        hits = await rerank_hits(clients, settings, nearest, hits)
    return Ranking(apply_recency(hits, now, is_timed=_is_timed(question)), degraded)


def _is_timed(question: Question) -> bool:
    return question.window is not None or "observed_at" in question.filters


async def _find_documents(
    clients: Clients,
    version: str,
    question: Question,
    text: str,
    nearest: Nearest,
) -> list[Hit]:
    body = build_hybrid_query(text, nearest, question.k, question.groups, question.filters, question.window)
    with time_stage("search"):
        response = await _ask(clients, version, body)
    return rank_documents(parse_hits(response), text)[: question.k]


async def _find_events(
    clients: Clients,
    version: str,
    question: Question,
    text: str,
    nearest: Nearest,
) -> list[Hit]:
    asked = ask_for_events(
        text, nearest, question.groups, question.filters, question.window, question.namespaces
    )
    with time_stage("search"):
        bodies = build_content_queries(asked)
        responses = await asyncio.gather(*(_ask(clients, version, body) for body in bodies))
        scores = rank_contents(responses, asked.weights, max(question.k, _RERANKED))
        if not scores:
            return []
        newest = await _ask(clients, version, build_newest_query(asked, list(scores)))
    return parse_newest(newest, scores, is_timed=_is_timed(question))


async def _ask(clients: Clients, version: str, body: dict[str, Any]) -> Any:
    return await clients.search.search(index=cover_family(version), body=body, headers=name_search())


async def find_chunk(clients: Clients, index: str, chunk_id: str, groups: Sequence[str]) -> Hit | None:
    """Return a chunk to somebody who may see it, None if there is none for them.

    Args:
        clients: OpenSearch among them.
        index: A version or one of its slices, of which all are searched; anybody may have made it up.
        chunk_id: Which chunk.
        groups: Of the one who asks.

    Raises:
        opensearchpy.exceptions.OpenSearchException: OpenSearch can't be reached.
    """
    if not groups or not _INDEX.fullmatch(index):
        return None
    wanted = [{"term": {"chunk_id": chunk_id}}, {"terms": {"acl": list(groups)}}]
    body = {"size": 1, "query": {"bool": {"filter": wanted}}, "_source": {"excludes": ["embedding"]}}
    try:
        family = cover_family(find_version(index))
        response = await clients.search.search(index=family, body=body, headers=name_search())
    except NotFoundError:
        return None
    return next(iter(parse_hits(response)), None)


async def time_searches(
    clients: Clients, settings: Settings, question: Question, pipeline: Pipeline, versions: Sequence[str]
) -> list[tuple[list[Hit], float]]:
    """Search several versions of a pipeline, one after the other and past the cache.

    Args:
        clients: What to ask.
        settings: Of the platform.
        question: What to look for.
        pipeline: That of the versions.
        versions: Index versions, each searched with its slices.

    Returns:
        Of each version the hits and how long the search took, in seconds.

    Raises:
        opensearchpy.exceptions.OpenSearchException: OpenSearch can't be reached or refuses the query.
    """
    now = datetime.now(UTC)
    embedded = await embed_question(clients, settings, question.searched)
    searched = []
    for version in versions:
        began = time.perf_counter()
        ranking = await search_version(clients, settings, question, pipeline, version, now, embedded)
        searched.append((ranking.hits, time.perf_counter() - began))
    return searched


async def read_sections(clients: Clients, hits: list[Hit], groups: Sequence[str]) -> list[Hit]:
    """Return the hits with those of documents grown to their whole procedures and sections.

    The steps of the best page are among them.

    Args:
        clients: OpenSearch among them.
        hits: Best first; documents are all of one version.
        groups: Of the one who asks.
    """
    documents = [hit for hit in hits if hit["kind"] not in DYNAMIC_KINDS]
    if not documents:
        return hits
    with time_stage("sections"):
        response = await clients.search.search(
            index=documents[0]["index"],
            body=build_siblings_query(documents, groups),
            headers=name_search(),
        )
    parts = parse_parts(response)
    return complete_hits(add_steps(hits, parts), parts, WHOLE_CHARACTERS, PROCEDURE_CHARACTERS)
