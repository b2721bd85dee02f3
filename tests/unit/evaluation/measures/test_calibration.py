"""Weights and threshold agree with cases that are plain to see."""

import numpy as np
import pytest

from evaluation.measures.abstention import measure_abstention
from evaluation.measures.calibration import calibrate_threshold, fit_weights, is_for_calibration
from evaluation.queries.query_sets import load_no_answer, read_golden, tell_language
from processors.retrieval.answerability import Answerability, score_answerability


def draw(count: int, cosine: float, words: float, seed: int) -> list[Answerability]:
    random = np.random.default_rng(seed)
    return [
        Answerability(cosine=float(random.normal(cosine, 0.1)), words=float(random.normal(words, 0.1)))
        for _ in range(count)
    ]


def test_the_weights_tell_by_what_differs_and_not_by_what_does_not() -> None:
    fitted = fit_weights(draw(100, 0.5, 0.6, 1), draw(300, 0.5, 0.2, 2))
    assert fitted.words > 5
    assert abs(fitted.cosine) < 2
    # Half way between the two kinds the odds are even, although one is three times as frequent.
    assert score_answerability(Answerability(cosine=0.5, words=0.4), fitted) == pytest.approx(0, abs=0.6)


def test_kinds_that_do_not_overlap_give_finite_weights() -> None:
    fitted = fit_weights(draw(20, 0.9, 0.9, 3), draw(20, 0.1, 0.1, 4))
    assert all(np.isfinite(fitted))
    assert measure_abstention(draw(50, 0.9, 0.9, 5), draw(50, 0.1, 0.1, 6), fitted, 0.0)["accuracy"] == 1.0


@pytest.mark.parametrize(
    ("answerable", "unanswerable", "threshold"),
    [
        ([2.0], [1.0], 1.5),
        ([1.0, 3.0, 4.0], [0.0, 2.0], 2.5),
        ([3.0], [1.0, 2.0], 2.5),
        ([0.0], [0.0], 0.0),
    ],
)
def test_the_threshold_stands_where_most_are_right(
    answerable: list[float], unanswerable: list[float], threshold: float
) -> None:
    assert calibrate_threshold(answerable, unanswerable) == threshold


def test_one_kind_alone_is_an_error() -> None:
    some = draw(3, 0.5, 0.5, 7)
    for call in (measure_abstention, fit_weights):
        with pytest.raises(ValueError, match="got 3 with and 0 without"):
            call(some, [])
    with pytest.raises(ValueError, match="got 0 with and 1 without"):
        calibrate_threshold([], [0.0])


def test_both_halves_of_the_golden_queries_hold_both_kinds_in_both_languages() -> None:
    for kind in (load_no_answer(), [query for query in read_golden() if query["relevant"]]):
        for language in ("en", "ru"):
            halves = [is_for_calibration(q) for q in kind if tell_language(q["query"]) == language]
            assert 0.35 <= sum(halves) / len(halves) <= 0.65
