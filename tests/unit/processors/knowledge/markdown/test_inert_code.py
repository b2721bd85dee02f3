"""Where code is in inert Markdown is where a Markdown parser sees it."""

from pathlib import Path

import pytest

from processors.knowledge.markdown.inert import defuse_markdown
from processors.knowledge.markdown.inert_code import begins_block, find_code, may_begin_block
from tests.support.active import PARSER

RUNBOOKS = sorted(Path("docs/runbooks").glob("*.md"))


def bare(text: str) -> list[str]:
    return [line.strip(" >") for line in text.splitlines()]


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_code_of_runbooks_is_found_as_a_parser_finds_it(path: Path) -> None:
    inert = defuse_markdown(path.read_text(encoding="utf-8"))
    codes, tokens = list(find_code(inert)), PARSER.parse(inert)
    blocks = [token.content for token in tokens if token.type == "fence"]
    spans = [
        child.content for token in tokens for child in token.children or [] if child.type == "code_inline"
    ]
    assert [bare(code.text) for code in codes if code.before is not None] == [bare(text) for text in blocks]
    assert [code.text.strip() for code in codes if code.before is None] == [text.strip() for text in spans]


@pytest.mark.parametrize(
    "text",
    ["- x\n  ~~~~html\n  a\n  ~~~\n  ~~~~\n\nb", "> ```\n> a\n\nb", "1. > ~~~\na", "````\n```\n````\nb"],
)
def test_what_was_made_inert_has_the_ends_that_a_parser_sees(text: str) -> None:
    inert = defuse_markdown(text)
    blocks = [token.content for token in PARSER.parse(inert) if token.type == "fence"]
    assert [bare(code.text) for code in find_code(inert)] == [bare(text) for text in blocks]


def test_what_may_begin_a_block_is_known_from_its_first_letter_on() -> None:
    for line in ("```", "1. ```sh", "> - ```", "\t```"):
        assert begins_block(line)
        assert all(may_begin_block(line[:end]) for end in range(len(line) + 1)), line
