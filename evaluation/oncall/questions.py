"""The questions of somebody who is on call, each with what a right answer to it says and cites."""

import json
from pathlib import Path
from typing import Final, Literal, NotRequired, TypedDict

QUESTIONS_FILE: Final = Path(__file__).parents[1] / "queries" / "oncall.jsonl"

Split = Literal["open", "held_out"]
Cites = Literal["observations", "pages", "nothing", "anything", "nothing_known"]


class Question(TypedDict):
    """A question of `evaluation/queries/oncall.jsonl`.

    `says` holds groups of words: of each group the answer has one. An answer that `cites` "nothing" is told
    of the platform itself or is small talk; "nothing_known" asks for a place that isn't there. Of `pages` one
    is cited. `before` was asked just before.
    """

    query_id: str
    query: str
    language: Literal["en", "ru"]
    kind: str
    split: Split
    place: str
    says: list[list[str]]
    cites: Cites
    pages: NotRequired[list[str]]
    before: NotRequired[list[str]]


def read_questions() -> list[Question]:
    """Return all questions, in the order of the file."""
    lines = QUESTIONS_FILE.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]
