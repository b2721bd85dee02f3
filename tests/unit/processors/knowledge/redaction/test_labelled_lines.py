"""Of the labelled log lines every secret is masked and nothing else; see `logs/labelled/README.md`."""

import pytest

from processors.knowledge.record import Record
from processors.knowledge.redaction.masking import open_masker
from tests.support.labelled_logs import (
    Labelled,
    count_words,
    find_leaks,
    find_lost_words,
    mask_record,
    read_sample,
)

SAMPLE = read_sample()
ALLOWED = 0.001
"""The share of lines and of words that may be masked for nothing."""


@pytest.fixture(scope="module", name="masked")
def mask_sample() -> list[tuple[Labelled, Record]]:
    mask = open_masker(b"a key of the tests")
    return [(label, mask_record(label["record"], mask)) for label in SAMPLE]


def show(label: Labelled, what: list[str]) -> str:
    return f"\n{label['system']}: {what}: {label['record']['value']!r}"


def test_no_secret_is_left_whole_or_half(masked: list[tuple[Labelled, Record]]) -> None:
    leaks = [(label, find_leaks(label["secrets"], after)) for label, after in masked]
    assert not any(left for _, left in leaks), "".join(show(*leak) for leak in leaks if leak[1])


def test_lines_without_a_secret_are_left_alone(masked: list[tuple[Labelled, Record]]) -> None:
    changed = [label for label, after in masked if not label["secrets"] and after != label["record"]]
    assert len(changed) <= ALLOWED * len(SAMPLE), "".join(show(label, ["changed"]) for label in changed)


def test_words_around_a_secret_are_left_alone(masked: list[tuple[Labelled, Record]]) -> None:
    lost = [(label, find_lost_words(label["secrets"], label["record"], after)) for label, after in masked]
    words = sum(count_words(label["record"]) for label in SAMPLE)
    count = sum(len(gone) for _, gone in lost)
    assert count <= ALLOWED * words, "".join(show(*each) for each in lost if each[1])
