"""The optional second look at the best hits: their sentences are embedded and compared with the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openai
import structlog

from processors.retrieval.reranking import RERANKED, cut_sentences, rerank
from serving.context.correlation import name_request
from serving.context.metrics import time_stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.retrieval.hybrid import Hit
    from processors.settings import Settings
    from serving.clients.lifespan import Clients

log = structlog.get_logger(__name__)


async def rerank_hits(
    clients: Clients, settings: Settings, question: Sequence[float], hits: list[Hit]
) -> list[Hit]:
    """Return the hits re-ranked by their sentences, or as they are if the embedder doesn't answer.

    Args:
        clients: The embedder among them.
        settings: Name the model and its prefix.
        question: Its embedding, (dim,).
        hits: Best first.
    """
    sentences = [cut_sentences(hit) for hit in hits[:RERANKED]]
    texts = [settings.embedding.passage_prefix + sentence for group in sentences for sentence in group]
    if not texts:
        return hits
    try:
        with time_stage("reranking"):
            answer = await clients.embedder.embeddings.create(
                model=settings.embedding.model, input=texts, extra_headers=name_request()
            )
    except openai.OpenAIError as error:
        log.warning("embedder is down, hits are not re-ranked", error=str(error))
        return hits
    vectors = iter(answer.data)
    return rerank(hits, question, [[next(vectors).embedding for _ in group] for group in sentences])
