"""The vector of a question."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import openai
import structlog

from processors.retrieval.glossary import add_translation
from serving.context.correlation import name_request
from serving.context.metrics import time_stage
from serving.faults import reading_answer

if TYPE_CHECKING:
    from processors.settings import Settings
    from serving.clients.lifespan import Clients

Embedded: TypeAlias = "tuple[list[float] | None, tuple[str, ...]]"
"""A vector, or None and the embedder's name if it is down."""

log = structlog.get_logger(__name__)


async def embed_question(clients: Clients, settings: Settings, text: str) -> Embedded:
    """Return the question's vector, or None and the embedder's name if it is down.

    Where OpenSearch makes the vectors, it keeps them to itself: then there is none, and nothing is down.

    Args:
        clients: The embedder among them, and what questions share.
        settings: Name the model and its prefix.
        text: The question.
    """
    if settings.retrieval.neural_search:
        return None, ()
    return await clients.vectors.run(text, lambda: _ask_embedder(clients, settings, text))


async def _ask_embedder(clients: Clients, settings: Settings, text: str) -> Embedded:
    try:
        with time_stage("embedding"), reading_answer():
            answer = await clients.embedder.embeddings.create(
                model=settings.embedding.model,
                input=settings.embedding.query_prefix
                + add_translation(text, reads_russian=settings.embedding.reads_russian),
                extra_headers=name_request(),
            )
            vector = list(answer.data[0].embedding)
    except openai.OpenAIError as error:
        log.warning("embedder is down, searching by words alone", error=str(error))
        return None, ("embedding",)
    return vector, ()
