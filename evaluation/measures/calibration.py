"""`python -m evaluation.measures.calibration`: from which evidence on is a question answered?

Fits weights and threshold on the golden queries with even numbers, asked of the live version of documents,
and reports how often they are right on the others.
"""

import sys
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import log_expit

from evaluation.measures.abstention import (
    AbstentionReport,
    gather_answerability,
    measure_abstention,
    require_both,
)
from evaluation.queries.query_sets import Query, load_golden, load_no_answer, tell_language
from processors.retrieval.answerability import (
    ANSWERING_THRESHOLD,
    BALANCED_THRESHOLD,
    WEIGHTS,
    Answerability,
    Weights,
    score_answerability,
    should_abstain,
)
from processors.settings import load_settings
from processors.stores.search import open_search
from processors.versions.catalog import find_live
from processors.versions.corpus import read_documents
from processors.versions.names import cover_family

# Keeps the weights finite where the two kinds of questions don't overlap.
_PENALTY: Final = 0.1


def fit_weights(answerable: Sequence[Answerability], unanswerable: Sequence[Answerability]) -> Weights:
    """Fit a logistic regression in which both kinds of questions count the same, however many there are.

    The weights of the evidence, not the bias, are held small (ridge; Hastie, Tibshirani, Friedman: "The
    Elements of Statistical Learning", 2009, section 4.4).

    Raises:
        ValueError: One of the two kinds is missing.
    """
    require_both(answerable, unanswerable)
    rows = [(1.0, found["cosine"], found["words"]) for found in (*answerable, *unanswerable)]
    features = np.array(rows, dtype=np.float64)
    counts = [len(answerable), len(unanswerable)]
    signs = np.repeat([1.0, -1.0], counts)
    shares = np.repeat([len(rows) / 2 / count for count in counts], counts)

    def lose(weights: npt.NDArray[np.float64]) -> float:
        likelihood = shares @ log_expit(signs * (features @ weights))
        return float(_PENALTY / 2 * weights[1:] @ weights[1:] - likelihood)

    return Weights(*minimize(lose, np.zeros(3)).x.tolist())


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
    require_both(answerable, unanswerable)
    scores = np.unique([*answerable, *unanswerable])
    places = (scores[1:] + scores[:-1]) / 2 if scores.size > 1 else scores
    right = [
        np.mean(np.array(answerable) >= place) + np.mean(np.array(unanswerable) < place) for place in places
    ]
    best = np.flatnonzero(np.isclose(right, max(right)))
    return float(places[best[len(best) // 2]])


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
    client = open_search(settings.opensearch)
    live = find_live(client, "cag")
    if live is None:
        sys.exit("no version of cag is live: run cag_pipeline first")
    index = cover_family(live)
    documents = set(read_documents(client, index))
    golden = load_golden((source.url for source in settings.documents.sources), documents)
    queries = [*golden, *load_no_answer()]
    found = list(zip(queries, gather_answerability(client, index, queries, settings), strict=True))
    chosen_on = [(query, evidence) for query, evidence in found if is_for_calibration(query)]
    others = [(query, evidence) for query, evidence in found if not is_for_calibration(query)]
    weights = fit_weights(*_separate(chosen_on))
    scores = [[score_answerability(one, weights) for one in kind] for kind in _separate(chosen_on)]
    threshold = calibrate_threshold(*scores)
    sys.stdout.write(f"{live}, chosen on even numbers: {weights}, threshold {threshold:.2f}\n")
    for name, kept in (
        ("fitted", (weights, threshold)),
        ("in use", (WEIGHTS, BALANCED_THRESHOLD)),
        ("in the service", (WEIGHTS, ANSWERING_THRESHOLD)),
    ):
        _print_report(f"{name}, even", measure_abstention(*_separate(chosen_on), *kept))
        _print_report(f"{name}, odd", measure_abstention(*_separate(others), *kept))
        for language in ("en", "ru"):
            part = [(query, one) for query, one in others if tell_language(query["query"]) == language]
            _print_report(f"{name}, odd, {language}", measure_abstention(*_separate(part), *kept))
    for query, evidence in others:
        if should_abstain(evidence) == bool(query["relevant"]):
            sys.stdout.write(f"wrong: {query['query_id']} {evidence} {query['query']}\n")


def _separate(
    found: Iterable[tuple[Query, Answerability]],
) -> tuple[list[Answerability], list[Answerability]]:
    pairs = list(found)
    return (
        [evidence for query, evidence in pairs if query["relevant"]],
        [evidence for query, evidence in pairs if not query["relevant"]],
    )


def _print_report(name: str, report: AbstentionReport) -> None:
    sys.stdout.write(
        f"{name:23} accuracy {report['accuracy']:.3f}, answered {report['answered']:.3f} of "
        f"{report['answerable']}, abstained {report['abstained']:.3f} of {report['unanswerable']}\n"
    )


if __name__ == "__main__":
    main()
