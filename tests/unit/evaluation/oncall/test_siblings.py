"""Questions like the benchmark's, in other words and about other objects, put to its afternoon."""

from pathlib import Path
from typing import Any, Literal

import pytest

from evaluation.benchmarks.oncall_in_process import build_observations
from evaluation.oncall.judging import Answer, Cited, judge_answer
from evaluation.oncall.questions import Question
from serving.answering.prompt import compose_with
from tests.support.readings import NOW, read

TABLES = Path(__file__).parent / "siblings"


def read_table(language: Literal["en", "ru"]) -> list[Question]:
    lines = (TABLES / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    rows = [[part.strip() for part in line.split("|")] for line in lines if not line.startswith("#")]
    return [
        {
            "query_id": question, "query": question, "language": language, "kind": kind, "split": "open",
            "place": place, "says": [group.split("/") for group in says.split(";")], "cites": "observations",
        }
        for kind, place, says, question in rows
    ]  # fmt: skip


@pytest.fixture(scope="module")
def afternoon() -> list[dict[str, Any]]:
    return [dict(chunk) for chunk in build_observations(NOW, seed=2)]


@pytest.mark.parametrize(
    "question", [*read_table("en"), *read_table("ru")], ids=lambda question: question["query"]
)
async def test_a_sibling_is_answered_right(afternoon: list[dict[str, Any]], question: Question) -> None:
    reading = await read(afternoon, question["query"])
    assert reading is not None, "it has no reading"
    cited = tuple(Cited(hit["title"], f"{hit['text']} {hit['cite']}") for hit in reading.hits)
    answer = Answer(compose_with(reading, reading.hits), cited, 0.0)
    # Quotes are as they are; the model's own sentence around them isn't asked here.
    faults = [fault for fault in judge_answer(question, answer).faults if fault != "another language"]
    assert faults == [], answer.text
