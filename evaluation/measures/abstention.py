"""How often it is right to say that nothing answers a question."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypedDict

import numpy as np
from opensearchpy import OpenSearch

from evaluation.queries.query_sets import Query
from processors.retrieval.answerability import (
    BALANCED_THRESHOLD,
    WEIGHTS,
    Answerability,
    Weights,
    build_answerability_queries,
    read_answerability,
    score_answerability,
)
from processors.retrieval.glossary import add_translation
from processors.retrieval.question.understanding import understand
from processors.settings import Settings
from processors.stores.model_server import embed_texts


class AbstentionReport(TypedDict):
    """How often the decision is right, as shares in [0, 1].

    `answered` is of the questions that have an answer, `abstained` of those that have none, and `accuracy`
    the mean of both, so that always deciding the same gives 0.5.
    """

    accuracy: float
    answered: float
    abstained: float
    answerable: int
    unanswerable: int


def gather_answerability(
    client: OpenSearch, index: str, queries: Sequence[Query], settings: Settings
) -> list[Answerability]:
    """Return what speaks in an index for an answer to each query.

    Args:
        client: OpenSearch.
        index: A version's own name, with its slices where it has some.
        queries: At least one query.
        settings: Names the embedding model and its server.
    """
    embedding = settings.embedding
    asked = [add_translation(query["query"], reads_russian=embedding.reads_russian) for query in queries]
    vectors, _ = embed_texts(
        settings.kserve.url, embedding.model, [embedding.query_prefix + text for text in asked]
    )
    found, now = [], datetime.now(UTC)
    for query, vector in zip(queries, vectors.tolist(), strict=True):
        words = understand(query["query"], now).words
        bodies = build_answerability_queries(words, vector, settings.documents.groups)
        found.append(read_answerability(words, [client.search(index=index, body=body) for body in bodies]))
    return found


def measure_abstention(
    answerable: Sequence[Answerability],
    unanswerable: Sequence[Answerability],
    weights: Weights = WEIGHTS,
    threshold: float = BALANCED_THRESHOLD,
) -> AbstentionReport:
    """Return how often the decision is right.

    Args:
        answerable: What speaks for an answer to questions that have an answer.
        unanswerable: What speaks for an answer to questions that have none.
        weights: Of the evidence.
        threshold: Least log odds at which a question is answered.

    Raises:
        ValueError: One of the two kinds is missing.

    Example:
        >>> strong, weak = Answerability(cosine=0.7, words=0.6), Answerability(cosine=0.1, words=0.0)
        >>> measure_abstention([strong, strong], [weak, strong])["accuracy"]
        0.75
    """
    require_both(answerable, unanswerable)
    answered = np.mean([score_answerability(found, weights) >= threshold for found in answerable])
    abstained = np.mean([score_answerability(found, weights) < threshold for found in unanswerable])
    return AbstentionReport(
        accuracy=float(answered + abstained) / 2,
        answered=float(answered),
        abstained=float(abstained),
        answerable=len(answerable),
        unanswerable=len(unanswerable),
    )


def require_both(answerable: Sequence[object], unanswerable: Sequence[object]) -> None:
    """Make sure that there are questions of both kinds.

    Raises:
        ValueError: One of the two is missing.
    """
    if not answerable or not unanswerable:
        raise ValueError(
            "questions with and without an answer are needed, got "
            f"{len(answerable)} with and {len(unanswerable)} without"
        )
