"""Retrieval alone, for whoever asks for it by whatever protocol."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from processors.retrieval.hybrid import RetrievedHit
from processors.retrieval.question.understanding import understand
from processors.versions.names import find_version
from serving.context.masking import mask_text
from serving.context.metrics import DEGRADED
from serving.context.request_context import current_context
from serving.retrieval.last_known import retrieve_or_recall
from serving.retrieval.question import Question
from serving.retrieval.shadow import begin_shadow_reads
from serving.schemas import RetrieveResponse, show_window

if TYPE_CHECKING:
    from processors.retrieval.hybrid import Hit
    from processors.settings import Settings
    from serving.clients.lifespan import Clients
    from serving.context.caller import Caller
    from serving.schemas import RetrieveRequest


async def retrieve_for(
    clients: Clients, settings: Settings, data: RetrieveRequest, caller: Caller, *, is_recorded: bool
) -> RetrieveResponse:
    """Return the chunks that fit a query, without an answer being written.

    Args:
        clients: What to ask.
        settings: Of the platform.
        data: The query.
        caller: Who asks.
        is_recorded: Whether the query is written down, to be warmed in the next version.

    Raises:
        FilterError: A filter is none.
        NoKnowledgeError: No pipeline that is asked has a live version.
        opensearchpy.exceptions.OpenSearchException: OpenSearch fails, and nothing is remembered.
    """
    started = time.perf_counter()
    question = Question(
        understand(await mask_text(data.query), datetime.now(UTC), ZoneInfo(settings.retrieval.time_zone)),
        pipelines=("rag", "cag") if data.pipeline == "both" else (data.pipeline,),
        k=data.k,
        groups=caller.groups,
        filters=data.filters,
    )
    if is_recorded:
        clients.questions.record(question.text, question.groups, question.pipelines)
    context = current_context()
    context.question = question.text
    findings = await retrieve_or_recall(clients, settings, question)
    context.versions, context.chunks = findings.versions, [hit["chunk_id"] for hit in findings.hits[: data.k]]
    if is_recorded:
        begin_shadow_reads(clients, settings, question)
    response = RetrieveResponse(
        hits=[_show(hit) for hit in findings.hits[: data.k]],
        versions=findings.versions,
        took_ms=round((time.perf_counter() - started) * 1000, 3),
    )
    if findings.degraded:
        response["degraded"] = list(findings.degraded)
        for part in findings.degraded:
            DEGRADED.labels(part).inc()
    if findings.window:
        response["window"] = show_window(findings.window)
    return response


def _show(hit: Hit) -> RetrievedHit:
    return RetrievedHit(
        chunk_id=hit["chunk_id"],
        doc_id=hit["doc_id"],
        score=hit["score"],
        title=hit["title"],
        text=hit["text"],
        cite=hit["cite"],
        observed_at=hit["observed_at"],
        index=find_version(hit["index"]),
    )
