"""Hidden characters are gone and told; look-alikes in code stay and are told."""

import pytest

from processors.knowledge.markdown.parsing import parse_document
from tests.support.markdown import show, tell


def test_hidden_characters_are_gone_from_title_text_and_code() -> None:
    page = "# Oven\u200b is\u00ad cold\u2060\n\n\u202eThgil\u202c it: `light\u200b it`.\n"
    document = parse_document("a.md", page)
    assert document["title"] == "Oven is cold"
    assert show(page).endswith("Thgil it: `light it`.")
    assert document["warnings"] == [
        "a.md:1: 3 hidden characters were taken out",
        "a.md:3: 3 hidden characters were taken out",
    ]


@pytest.mark.parametrize("text", ["می\u200cخواهم", "👩\u200d🔧 mends it"])
def test_joiners_stay_where_they_are_needed(text: str) -> None:
    assert show(text) == text
    assert not tell(text)


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("a\n\n```sh\nls\nrm\u00a0-r x\n```", ["a.md:5: code holds a no-break space"]),
        ("a\nb `rm \u2013r x` c", ["a.md:2: code holds a long dash"]),
        ("- `ls\u2003\u2013\u2013all`", ["a.md:1: code holds a long dash and a no-break space"]),
        ("```yaml\n# red \u2013 or not\n```", []),
        ("```\na\n├──\u00a0b\n```", []),
        ("red\u00a0\u2013 `or` not", []),
    ],
)
def test_a_command_that_would_fail_is_told_and_stays_as_it_is(page: str, told: list[str]) -> None:
    assert tell(page) == told
