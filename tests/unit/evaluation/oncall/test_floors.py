"""A release is refused for what isn't reached, each in a sentence."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from evaluation.oncall.floors import Floors, Result, list_shortfalls, load_floors

FLOORS = Floors(right={"en": 0.9, "ru": 0.85}, dead_ends=0, made_up=1)
GOOD = [Result(language, "held_out", True, False, False) for language in ("en", "ru") for _ in range(10)]


def test_the_file_can_be_read() -> None:
    assert load_floors().right == {"en": 0.9, "ru": 0.85}


@pytest.mark.parametrize(
    "text", ["right: {en: 2}\ndead_ends: 0\nmade_up: 0", "right: {}\nmade_up: 0\nodd: 1"]
)
def test_a_wrong_word_or_value_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "floors.yaml").write_text(text)
    with pytest.raises(ValidationError):
        load_floors(tmp_path / "floors.yaml")


def test_what_is_good_enough_has_no_shortfall() -> None:
    made_up = Result("en", "open", False, False, True)
    assert list_shortfalls(FLOORS, [*GOOD, made_up]) == []


def test_each_shortfall_is_told() -> None:
    wrong = [Result("en", "held_out", False, True, True) for _ in range(2)]
    assert list_shortfalls(FLOORS, [*GOOD, *wrong]) == [
        "83 % of the 12 held-out questions in en are answered right, fewer than 90 %.",
        "2 answers are dead ends, more than 0.",
        "2 answers have something made up, more than 1.",
    ]


def test_only_what_is_held_out_counts_as_right() -> None:
    wrong = [Result("en", "open", False, False, False) for _ in range(9)]
    assert list_shortfalls(FLOORS, [*GOOD, *wrong]) == []
    assert len(list_shortfalls(FLOORS, wrong)) == 2
