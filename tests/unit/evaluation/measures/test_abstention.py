"""Accuracy agrees with cases that are plain to see."""

from evaluation.measures.abstention import measure_abstention
from processors.retrieval.answerability import Answerability, Weights


def test_accuracy_is_the_mean_of_both_kinds_however_many_there_are() -> None:
    weights = Weights(bias=0.0, cosine=1.0, words=0.0)
    answerable = [Answerability(cosine=cosine, words=0.0) for cosine in (0.2, 0.5, 0.6, 0.9)]
    unanswerable = [Answerability(cosine=0.4, words=0.0), Answerability(cosine=0.5, words=0.0)]
    assert measure_abstention(answerable, unanswerable, weights, 0.5) == {
        "accuracy": 0.625,
        "answered": 0.75,
        "abstained": 0.5,
        "answerable": 4,
        "unanswerable": 2,
    }
    always = measure_abstention(answerable, unanswerable, weights, -1.0)
    assert (always["accuracy"], always["answered"]) == (0.5, 1.0)
