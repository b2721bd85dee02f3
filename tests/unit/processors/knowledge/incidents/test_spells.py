"""The past of an incident stays readable, however much there is to say."""

import pytest

from processors.knowledge.chunk_factory import LONGEST_NAME
from processors.knowledge.incidents.spells import Spell, read_spells, write_spells

BEGAN, ENDED = "2026-11-21T09:00:00+00:00", "2026-11-21T09:10:00+00:00"


def test_the_newest_are_kept_and_can_be_read_again() -> None:
    spells = [Spell(BEGAN, ENDED, f"{number} " + "ю" * 1_000) for number in range(9)]
    written = write_spells(spells)
    assert len(written) <= LONGEST_NAME
    assert [spell.helped[0] for spell in read_spells({"before": written})] == ["0", "1", "2"]


def test_quotes_that_make_a_label_too_long_cost_the_oldest() -> None:
    written = write_spells([Spell(BEGAN, ENDED, '"' * 1_000) for _ in range(3)])
    assert len(written) <= LONGEST_NAME
    assert len(read_spells({"before": written})) == 2


@pytest.mark.parametrize("label", ["", "[", "[[1]]", '{"a": 1}'])
def test_what_is_no_past_is_none(label: str) -> None:
    assert read_spells({"before": label}) == []
