"""Few questions that stand for themselves are taken for such that go on with another."""

import json
from pathlib import Path

import pytest

from processors.retrieval.question.ellipsis import is_elliptical

QUERIES = Path(__file__).parents[5] / "evaluation" / "queries"


@pytest.mark.parametrize("name", ["routes.jsonl", "runbooks.jsonl", "runbooks_ru.jsonl"])
def test_few_questions_that_stand_for_themselves_are_taken_for_follow_ups(name: str) -> None:
    queries = [json.loads(line)["query"] for line in (QUERIES / name).read_text().splitlines()]
    assert sum(map(is_elliptical, queries)) <= 0.03 * len(queries)


def test_a_long_message_is_no_follow_up() -> None:
    assert not is_elliptical("why " * 100)
