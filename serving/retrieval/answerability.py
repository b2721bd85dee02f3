"""Is there an answer at all? What speaks for one in a version, asked beside the search.

The decision and how it was calibrated: docs/explanation/when-to-say-nothing.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from opensearchpy.exceptions import OpenSearchException

from processors.retrieval.answerability import (
    ANSWERING_THRESHOLD,
    build_answerability_queries,
    read_answerability,
    score_answerability,
)
from processors.versions.names import cover_family
from serving.context.correlation import name_search
from serving.context.metrics import time_stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from serving.clients.lifespan import Clients
    from serving.retrieval.question import Question

log = structlog.get_logger(__name__)


def is_answerable(answerability: float) -> bool:
    """Tell whether the evidence for an answer is worth answering by.

    Example:
        >>> is_answerable(0.5), is_answerable(-2.0)
        (True, False)
    """
    return answerability >= ANSWERING_THRESHOLD


async def measure_answerability(
    clients: Clients, version: str, question: Question, vector: Sequence[float]
) -> float | None:
    """Return the evidence for an answer that a version holds, as log odds, None if that can't be told.

    A question without words that tell something ("what just happened?") can't be judged by them.

    Args:
        clients: What to ask.
        version: Index version, searched with its slices.
        question: Asked by somebody of some groups.
        vector: Its embedding.
    """
    words = question.understood.words
    if not words:
        return None
    index = cover_family(version)
    body: list[dict[str, Any]] = []
    for query in build_answerability_queries(words, vector, question.groups):
        body += [{"index": index}, query]
    try:
        with time_stage("support"):
            # The client has its guard: a second one would count its failures once more.
            answer = await clients.search.msearch(body=body, headers=name_search())
    except OpenSearchException as error:
        log.warning("what speaks for an answer can't be told", error=str(error))
        return None
    responses = answer["responses"]
    if any("error" in response for response in responses):
        log.warning("what speaks for an answer can't be told", errors=[r.get("error") for r in responses])
        return None
    return score_answerability(read_answerability(words, responses))
