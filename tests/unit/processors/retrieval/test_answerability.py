"""What speaks for an answer is read from what OpenSearch answers, and rare words count the most."""

import math
from typing import Any

import pytest

from processors.retrieval.answerability import (
    Answerability,
    build_answerability_queries,
    read_answerability,
    score_answerability,
    should_abstain,
)


def respond(counts: dict[str, int], score: float | None, cosine: float | None) -> list[dict[str, Any]]:
    def hits(value: float | None) -> dict[str, Any]:
        return {"hits": [] if value is None else [{"_score": value}]}

    chunks = {name: {"doc_count": count} for name, count in counts.items()}
    nearest = None if cosine is None else (1 + cosine) / 2
    return [{"hits": hits(score), "aggregations": {"chunks": chunks}}, {"hits": hits(nearest)}]


def rarity(holding: int, chunks: int) -> float:
    return math.log(1 + (chunks - holding + 0.5) / (holding + 0.5))


def test_the_share_of_words_is_of_the_most_that_they_could_score() -> None:
    words = [["kafka"], ["keycloak"]]
    found = read_answerability(words, respond({"all": 100, "0": 50, "1": 0}, 0.5, 0.4))
    assert found["words"] == pytest.approx(0.5 / (rarity(50, 100) + rarity(0, 100)))
    assert found["cosine"] == pytest.approx(0.4)


def test_a_word_that_nobody_wrote_takes_more_away_than_a_frequent_one() -> None:
    unknown = read_answerability([["kafka"], ["keycloak"]], respond({"all": 100, "0": 9, "1": 0}, 2.0, 0.4))
    frequent = read_answerability([["kafka"], ["topic"]], respond({"all": 100, "0": 9, "1": 60}, 2.0, 0.4))
    assert unknown["words"] < frequent["words"]


def test_a_russian_word_without_a_translation_takes_less_away() -> None:
    response = respond({"all": 100, "0": 9, "1": 0}, 2.0, 0.4)
    foreign = read_answerability([["kafka"], ["бумага"]], response)
    assert foreign["words"] > read_answerability([["kafka"], ["paper"]], response)["words"]
    assert foreign["words"] > read_answerability([["kafka"], ["бумага", "paper"]], response)["words"]


def test_nothing_found_is_no_evidence_and_no_error() -> None:
    assert read_answerability([], respond({"all": 0}, None, None)) == Answerability(cosine=0.0, words=0.0)
    assert should_abstain(read_answerability([["x1"]], respond({"all": 3, "0": 0}, None, 0.0)))


def test_only_what_the_one_who_asks_may_see_is_evidence() -> None:
    by_words, nearest = build_answerability_queries([["kafka"]], [0.1], ["b", "a"])
    allowed = {"terms": {"acl": ["a", "b"]}}
    assert by_words["query"]["bool"]["filter"] == [allowed]
    counts = by_words["aggs"]["chunks"]["aggs"]
    assert counts["all"]["filter"] == allowed
    assert allowed in counts["0"]["filter"]["bool"]["filter"]
    assert nearest["query"]["knn"]["embedding"]["filter"] == allowed


def test_more_evidence_never_turns_an_answer_into_none() -> None:
    grid = [n / 10 for n in range(11)]
    for cosine in grid:
        scores = [score_answerability(Answerability(cosine=cosine, words=words)) for words in grid]
        assert scores == sorted(scores)
    assert should_abstain(Answerability(cosine=0.0, words=0.0))
    assert not should_abstain(Answerability(cosine=0.8, words=0.8))
