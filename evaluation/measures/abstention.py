"""How often the service would be right to say that it knows nothing, and the calibration of that decision.

`python -m evaluation.measures.abstention` fits weights and threshold on the golden queries with even
numbers, asked of the live version of documents, and reports how often they are right on the others.
"""

import sys
from collections.abc import Iterable, Sequence
from typing import Final, TypedDict

import numpy as np
import numpy.typing as npt
from opensearchpy import OpenSearch

from evaluation.queries.query_sets import Query, load_golden, load_no_answer, tell_language
from processors.retrieval.answerability import (
    THRESHOLD,
    WEIGHTS,
    Support,
    Weights,
    build_support_queries,
    list_words,
    read_support,
    score_support,
    should_abstain,
)
from processors.retrieval.glossary import add_translation
from processors.settings import Settings, load_settings
from processors.stores.model_server import embed_texts
from processors.stores.search import open_search
from processors.versions.catalog import find_live
from processors.versions.corpus import read_documents
from processors.versions.names import cover_family

# Keeps the weights finite where the two kinds of questions don't overlap.
_PENALTY: Final = 0.1
_NEWTON_STEPS: Final = 50


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


def gather_support(
    client: OpenSearch, index: str, queries: Sequence[Query], settings: Settings
) -> list[Support]:
    """Return what speaks in an index for an answer to each query.

    Args:
        client: OpenSearch.
        index: A version's own name, with its slices where it has some.
        queries: At least one query.
        settings: Names the embedding model and its server.
    """
    asked = [add_translation(query["query"], reads_russian=settings.reads_russian) for query in queries]
    vectors, _ = embed_texts(
        settings.kserve_url, settings.embedding_model, [settings.query_prefix + text for text in asked]
    )
    found = []
    for query, vector in zip(queries, vectors.tolist(), strict=True):
        words = list_words(query["query"])
        bodies = build_support_queries(words, vector, settings.all_groups)
        found.append(read_support(words, [client.search(index=index, body=body) for body in bodies]))
    return found


def measure_abstention(
    answerable: Sequence[Support],
    unanswerable: Sequence[Support],
    weights: Weights = WEIGHTS,
    threshold: float = THRESHOLD,
) -> AbstentionReport:
    """Return how often the decision is right.

    Args:
        answerable: Support for questions that have an answer.
        unanswerable: Support for questions that have none.
        weights: Of the evidence.
        threshold: Least log odds at which a question is answered.

    Raises:
        ValueError: One of the two kinds is missing.

    Example:
        >>> strong, weak = Support(cosine=0.7, words=0.6), Support(cosine=0.1, words=0.0)
        >>> measure_abstention([strong, strong], [weak, strong])["accuracy"]
        0.75
    """
    _require_both(answerable, unanswerable)
    answered = np.mean([score_support(found, weights) >= threshold for found in answerable])
    abstained = np.mean([score_support(found, weights) < threshold for found in unanswerable])
    return AbstentionReport(
        accuracy=float(answered + abstained) / 2,
        answered=float(answered),
        abstained=float(abstained),
        answerable=len(answerable),
        unanswerable=len(unanswerable),
    )


def fit_weights(answerable: Sequence[Support], unanswerable: Sequence[Support]) -> Weights:
    """Fit a logistic regression in which both kinds of questions count the same, however many there are.

    Raises:
        ValueError: One of the two kinds is missing.
    """
    _require_both(answerable, unanswerable)
    rows = [(1.0, found["cosine"], found["words"]) for found in (*answerable, *unanswerable)]
    features = np.array(rows, dtype=np.float64)
    is_answerable = np.repeat([1.0, 0.0], [len(answerable), len(unanswerable)])
    shares = np.where(is_answerable, 0.5 / len(answerable), 0.5 / len(unanswerable)) * len(rows)
    penalty = np.diag([0.0, _PENALTY, _PENALTY])
    weights = np.zeros(3)
    for _ in range(_NEWTON_STEPS):
        weights -= _step(features, is_answerable, shares, penalty, weights)
    return Weights(*weights.tolist())


def _step(
    features: npt.NDArray[np.float64],
    labels: npt.NDArray[np.float64],
    shares: npt.NDArray[np.float64],
    penalty: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return a step of Newton's method."""
    odds = 1 / (1 + np.exp(-features @ weights))
    gradient = features.T @ (shares * (odds - labels)) + penalty @ weights
    curvature = (features * (shares * odds * (1 - odds))[:, None]).T @ features + penalty
    return np.asarray(np.linalg.solve(curvature, gradient), dtype=np.float64)


def calibrate_threshold(answerable: Sequence[float], unanswerable: Sequence[float]) -> float:
    """Return the log odds that tell the two kinds of questions apart best.

    Every place between two neighbouring scores is tried, and the one with the highest mean of both shares
    that are right is taken; of several such places the middle one.

    Raises:
        ValueError: One of the two kinds is missing.

    Example:
        >>> calibrate_threshold([1.0, 2.0, 5.0], [-3.0, 0.0])
        0.5
    """
    _require_both(answerable, unanswerable)
    scores = np.unique([*answerable, *unanswerable])
    places = (scores[1:] + scores[:-1]) / 2 if scores.size > 1 else scores
    right = [
        np.mean(np.array(answerable) >= place) + np.mean(np.array(unanswerable) < place) for place in places
    ]
    best = np.flatnonzero(np.isclose(right, max(right)))
    return float(places[best[len(best) // 2]])


def _require_both(answerable: Sequence[object], unanswerable: Sequence[object]) -> None:
    if not answerable or not unanswerable:
        raise ValueError(
            "questions with and without an answer are needed, got "
            f"{len(answerable)} with and {len(unanswerable)} without"
        )


def is_for_calibration(query: Query) -> bool:
    """Tell whether a golden query is one of the half that weights and threshold are chosen on.

    Example:
        >>> is_for_calibration(Query(query_id="rb-012", query="", relevant={}))
        True
    """
    return int(query["query_id"].rpartition("-")[2]) % 2 == 0


def main() -> None:
    """Calibrate on one half of the golden queries and report on the other, each language by itself."""
    settings = load_settings()
    client = open_search(settings.opensearch_url)
    live = find_live(client, "cag")
    if live is None:
        sys.exit("no version of cag is live: run cag_pipeline first")
    index = cover_family(live)
    documents = set(read_documents(client, index))
    golden = load_golden((source.url for source in settings.docs), documents)
    queries = [*golden, *load_no_answer()]
    found = list(zip(queries, gather_support(client, index, queries, settings), strict=True))
    chosen_on = [(query, evidence) for query, evidence in found if is_for_calibration(query)]
    others = [(query, evidence) for query, evidence in found if not is_for_calibration(query)]
    weights = fit_weights(*_separate(chosen_on))
    scores = [[score_support(one, weights) for one in kind] for kind in _separate(chosen_on)]
    threshold = calibrate_threshold(*scores)
    sys.stdout.write(f"{live}, chosen on even numbers: {weights}, threshold {threshold:.2f}\n")
    for name, kept in (("fitted", (weights, threshold)), ("in use", (WEIGHTS, THRESHOLD))):
        _print_report(f"{name}, even", measure_abstention(*_separate(chosen_on), *kept))
        _print_report(f"{name}, odd", measure_abstention(*_separate(others), *kept))
        for language in ("en", "ru"):
            part = [(query, one) for query, one in others if tell_language(query["query"]) == language]
            _print_report(f"{name}, odd, {language}", measure_abstention(*_separate(part), *kept))
    for query, evidence in others:
        if should_abstain(evidence) == bool(query["relevant"]):
            sys.stdout.write(f"wrong: {query['query_id']} {evidence} {query['query']}\n")


def _separate(found: Iterable[tuple[Query, Support]]) -> tuple[list[Support], list[Support]]:
    pairs = list(found)
    return (
        [evidence for query, evidence in pairs if query["relevant"]],
        [evidence for query, evidence in pairs if not query["relevant"]],
    )


def _print_report(name: str, report: AbstentionReport) -> None:
    sys.stdout.write(
        f"{name:18} accuracy {report['accuracy']:.3f}, answered {report['answered']:.3f} of "
        f"{report['answerable']}, abstained {report['abstained']:.3f} of {report['unanswerable']}\n"
    )


if __name__ == "__main__":
    main()
