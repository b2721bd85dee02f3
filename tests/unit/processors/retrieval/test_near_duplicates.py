import json
from pathlib import Path

import pytest

import evaluation
from processors.retrieval.near_duplicates import THRESHOLD, AskedQuestions, pack_question
from processors.retrieval.question.signature import sign_question

PAIRS = [
    json.loads(line)
    for line in (Path(evaluation.__file__).parent / "queries" / "near_duplicates.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]


def is_hit(pair: dict[str, object]) -> bool:
    first, second = sign_question(str(pair["first"])), sign_question(str(pair["second"]))
    return first == second and bool(first.words) and float(str(pair["similarity"])) >= THRESHOLD


def test_no_look_alike_is_taken_for_the_same_and_most_rewordings_are_recognised() -> None:
    assert len(PAIRS) == 500
    assert [pair for pair in PAIRS if is_hit(pair) and not pair["same"]] == []
    same = [pair for pair in PAIRS if pair["same"]]
    assert sum(map(is_hit, same)) / len(same) > 0.75


def test_vectors_alone_would_be_wrong_often() -> None:
    wrong = [pair for pair in PAIRS if not pair["same"] and pair["similarity"] >= THRESHOLD]
    assert len(wrong) > 100


@pytest.mark.parametrize(
    ("question", "like"),
    [
        ("how do I restart pod api-7f9c", "how do I restart pod api-8d2a"),
        ("errors since 10:00", "errors since 11:00"),
        ("can I delete it without a backup", "can I delete it with a backup"),
        ("Redis is down", "Redis упал"),
        ("scale up the service", "scale down the service"),
    ],
)
def test_words_that_matter_keep_questions_apart(question: str, like: str) -> None:
    asked = AskedQuestions()
    asked.add([pack_question(like, [1.0, 0.0])])
    assert asked.find_nearest(sign_question(question), [1.0, 0.0]) is None
    assert asked.find_nearest(sign_question(like), [1.0, 0.0]) == like


def test_a_question_of_no_words_that_matter_is_like_none() -> None:
    asked = AskedQuestions()
    asked.add([pack_question("what now", [1.0])])
    assert asked.find_nearest(sign_question("how do I do it"), [1.0]) is None


def test_meaning_must_be_alike_too() -> None:
    asked = AskedQuestions()
    asked.add([pack_question("restart kafka", [1.0, 0.0])])
    signature = sign_question("how do I restart kafka")
    assert asked.find_nearest(signature, [0.8, 0.6]) == "restart kafka"
    assert asked.find_nearest(signature, [0.6, 0.8]) is None
