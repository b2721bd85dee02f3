import re
from pathlib import Path

import pytest

import processors.retrieval
from processors.retrieval.glossary import add_translation, translate_terms

FILE = Path(processors.retrieval.__file__).with_name("glossary.txt")
ENTRIES = [
    line.split(" = ")
    for line in FILE.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]  # fmt: skip
STEMS = dict(ENTRIES)


def test_there_are_some_400_entries_in_order_and_each_once() -> None:
    stems = [stem for stem, _ in ENTRIES]
    assert len(stems) >= 400
    assert stems == sorted(set(stems))


@pytest.mark.parametrize("stem", STEMS)
def test_an_entry_can_match_and_says_something(stem: str) -> None:
    # Shorter ones are never looked up, and a question's ё is looked up as е.
    assert re.fullmatch(r"[а-дж-яе-]{3,}\|?", stem)
    assert re.fullmatch(r"[a-z]+( [a-z]+)*", STEMS[stem])
    assert translate_terms(stem.rstrip("|")) == STEMS[stem]


@pytest.mark.parametrize("stem", STEMS)
def test_no_entry_repeats_a_shorter_one(stem: str) -> None:
    word = stem.rstrip("|")
    shorter = (word[:length] for length in range(len(word) - (word == stem), 2, -1))
    found = next((one for one in shorter if one in STEMS), None)
    assert found is None or STEMS[found] != STEMS[stem]


@pytest.mark.parametrize(
    ("russian", "english"),
    [
        ("под упал", "pod down failed"),
        ("поды упали", "pod down failed"),
        ("подключение и подробности", "connection connect"),
        ("откат", "roll back"),
        ("откату", "roll back"),
        ("жёлтый, желтого", "yellow yellow"),
        ("логин в логах", "login log"),
        ("порты портят", "port"),
        ("ротация сертификатов", "rotate certificate"),
        ("ёмкость", "capacity"),
    ],
)
def test_inflections_are_found_and_other_words_are_not(russian: str, english: str) -> None:
    assert translate_terms(russian) == english


def test_a_model_that_reads_russian_gets_the_question_as_it_is() -> None:
    assert add_translation("откат", reads_russian=True) == "откат"


def test_only_known_russian_words_are_translated() -> None:
    assert translate_terms("Как перезапустить Redis на узле?") == "restart Redis node"
    assert translate_terms("Как сварить борщ?") == ""
