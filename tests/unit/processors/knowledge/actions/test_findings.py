"""What was seen afterwards is told in the language of who asked."""

import re

import pytest

from processors.knowledge.actions import findings
from processors.knowledge.actions.findings import make_finding

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
FIELD = re.compile(r"{(\w+)}")


@pytest.mark.parametrize("words", findings._WORDS.values(), ids=findings._WORDS)
def test_both_languages_name_the_same(words: dict[str, str]) -> None:
    assert sorted(FIELD.findall(words["en"])) == sorted(FIELD.findall(words["ru"]))
    assert CYRILLIC.search(words["ru"])
    assert not CYRILLIC.search(words["en"])


def test_what_is_not_on_the_list_can_not_be_found() -> None:
    with pytest.raises(KeyError):
        make_finding("something else")
