"""Answers while OpenSearch is down: what Redis remembers of the version of documents that was live last.

What is live is decided in OpenSearch alone, so while it is down nothing goes live. The version is the one
that the last read of the aliases that succeeded has named. A service that has read none yet has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from opensearchpy.exceptions import ConnectionError as SearchDownError

from processors.retrieval.cache_keys import cache_key, cache_namespace
from serving.context.metrics import CACHE_LOOKUPS
from serving.retrieval.cache import find_alike, is_cacheable
from serving.retrieval.documents import read_ranking
from serving.retrieval.embedding import embed_question
from serving.retrieval.question import Findings
from serving.retrieval.retrieve import retrieve

if TYPE_CHECKING:
    from processors.settings import Settings
    from serving.clients.lifespan import Clients
    from serving.retrieval.question import Question

SEARCH: Final = "search"
"""The name of OpenSearch among the parts that were down."""

log = structlog.get_logger(__name__)


async def retrieve_or_recall(
    clients: Clients,
    settings: Settings,
    question: Question,
    versions: dict[str, str | None] | None = None,
) -> Findings:
    """Return what `retrieve` does, or, while OpenSearch is down, the documents that Redis remembers.

    Args:
        clients: What to ask.
        settings: Of the platform.
        question: What to look for.
        versions: The live versions, if they were read for this question already.

    Raises:
        NoKnowledgeError: None of the pipelines has a live version.
        opensearchpy.exceptions.ConnectionError: OpenSearch is down and nothing is remembered.
        opensearchpy.exceptions.OpenSearchException: OpenSearch refuses the query.
    """
    try:
        return await retrieve(clients, settings, question, versions)
    except SearchDownError as error:
        version = (versions or {}).get("cag") or find_last_version(clients)
        findings = None
        if version is not None and "cag" in question.pipelines:
            findings = await _recall_documents(clients, settings, question, version)
        if findings is None:
            raise
        log.warning("OpenSearch is down, answering from memory", version=version, error=str(error))
        return findings


def find_last_version(clients: Clients) -> str | None:
    """Return the version of documents that was live when it was last seen, None if it never was."""
    return (clients.live.latest or {}).get("cag")


async def _recall_documents(
    clients: Clients, settings: Settings, question: Question, version: str
) -> Findings | None:
    if question.filters or question.window is not None or not is_cacheable(question.text):
        return None
    namespace = cache_namespace(
        version, question.groups, settings.retrieval.reranker, settings.versions.code_commit
    )
    text, alike = question.text, None
    found, _ = await read_ranking(clients, cache_key(namespace, text), question.k)
    if found is None:
        vector, _ = await embed_question(clients, settings, text)
        if vector is not None:
            alike = await find_alike(clients, namespace, question.understood.signature, vector)
        if alike is not None:
            found, _ = await read_ranking(clients, cache_key(namespace, alike), question.k)
    if found is None:
        return None
    CACHE_LOOKUPS.labels("alike" if alike else "hit").inc()
    versions: dict[str, str | None] = {"cag": version}
    return Findings(found.hits, versions, (SEARCH,), alike=alike)
