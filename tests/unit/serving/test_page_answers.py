"""Each page is answered as `tests/pages/answers` says, letter for letter, with other pages beside it."""

from pathlib import Path

import pytest

from processors.knowledge.markdown.parsing import parse_document
from processors.retrieval.language import PHRASES, find_language
from tests.support.extractive import ask, make_hits
from tests.support.page_files import PAGES, read_page

FILES = sorted(path for path in PAGES.iterdir() if path.is_file() and path.name != "README.md")
_OTHERS = 3


def test_every_page_has_an_answer() -> None:
    assert [f"{path.name}.md" for path in FILES] == sorted(
        path.name for path in (PAGES / "answers").iterdir()
    )


@pytest.mark.parametrize("at", range(len(FILES)), ids=[path.name for path in FILES])
async def test_a_page_is_answered_as_it_is_written(at: int) -> None:
    expected = (PAGES / "answers" / f"{FILES[at].name}.md").read_text(encoding="utf-8")
    question, _, answer = expected.partition("\n\n")
    read = [*FILES[at:], *FILES][: _OTHERS + 1]
    told = await ask(question, make_hits({path.name: read_page(path) for path in read}))
    assert told == f"{answer.rstrip()}\n\n{PHRASES[find_language(question)].extractive}"


@pytest.mark.parametrize(
    "encoding", ["cp1251", "koi8-r", "cp866", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"]
)
def test_a_page_is_the_same_in_each_encoding_that_can_be_told(encoding: str, tmp_path: Path) -> None:
    page = PAGES / "in-russian.md"
    other = tmp_path / page.name
    other.write_bytes(page.read_text(encoding="utf-8").encode(encoding))
    assert read_page(other) == read_page(page)


@pytest.mark.parametrize(
    ("name", "reported"),
    [
        ("captured", [(4, "site.release"), (14, 'page.kind == "old"')]),
        ("hidden-signs", [(1, "hidden"), (6, "hidden"), (5, "no-break space")]),
        ("missing-parts", [(7, "stop-the-ramp"), (11, "pin-the-ramp"), (13, "call-the-captain")]),
        ("unknown-values", [(8, "tide-version"), (14, "site.tide_release"), (17, "tide-version")]),
    ],
)
def test_what_is_not_shown_as_written_is_reported_with_its_line(
    name: str, reported: list[tuple[int, str]]
) -> None:
    page = parse_document(f"{name}.md", read_page(PAGES / f"{name}.md"))
    for warning, (line, what) in zip(page["warnings"], reported, strict=True):
        assert warning.startswith(f"{name}.md:{line}: ")
        assert what in warning


def test_front_matter_in_json_is_front_matter() -> None:
    page = parse_document("json-matter.md", read_page(PAGES / "json-matter.md"))
    assert (page["title"], page["front_matter"]["alert"]) == ("Milk tank is warm", "MilkTankWarm")


def test_hidden_characters_are_not_in_the_title() -> None:
    page = parse_document("hidden-signs.md", read_page(PAGES / "hidden-signs.md"))
    assert page["title"] == "Fog horn is silent"
