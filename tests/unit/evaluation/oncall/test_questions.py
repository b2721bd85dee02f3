"""The questions of somebody on call: of all kinds, in both languages, half of each kept back."""

from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from evaluation.oncall.questions import Cites, Question, read_questions
from processors.retrieval.language import find_language
from processors.retrieval.question.kind import Kind

RUNBOOKS = Path(__file__).parents[4] / "docs" / "runbooks"
QUESTIONS = read_questions()


def test_there_are_250_each_asked_once() -> None:
    assert len({(one["query"], *one.get("before", ())) for one in QUESTIONS}) == len(QUESTIONS) == 250
    assert len({one["query_id"] for one in QUESTIONS}) == 250


def test_every_kind_is_asked_in_both_languages_and_half_of_it_is_held_out() -> None:
    asked = Counter((one["kind"], one["language"]) for one in QUESTIONS)
    held_out = Counter((one["kind"], one["language"]) for one in QUESTIONS if one["split"] == "held_out")
    # One that no rule tells the kind of is none of these.
    kinds = set(get_args(Kind)) - {"fact"}
    assert asked.keys() == {(kind, language) for kind in kinds for language in ("en", "ru")}
    assert all(held_out[key] == count // 2 for key, count in asked.items())


@pytest.mark.parametrize("question", QUESTIONS, ids=[one["query_id"] for one in QUESTIONS])
def test_a_question_tells_what_a_right_answer_says_and_cites(question: Question) -> None:
    assert question["cites"] in get_args(Cites)
    assert question["split"] in ("open", "held_out")
    assert find_language(question["query"]) == question["language"]
    assert all(word and word == word.strip() for group in question["says"] for word in group)
    assert question["says"] or question["cites"] == "pages"
    pages = question.get("pages", [])
    assert bool(pages) == (question["cites"] == "pages")
    assert all((RUNBOOKS / page).is_file() for page in pages)
