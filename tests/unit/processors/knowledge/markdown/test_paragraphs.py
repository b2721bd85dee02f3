"""Paragraphs that are read at once are those that the parser's own rules read."""

from pathlib import Path

import pytest

from processors.knowledge.markdown.parser import open_parser

PAGES = sorted((Path(__file__).parents[4] / "pages").glob("*.md*"))
TEXTS = [
    "a\nb\n\nc",
    "Title\n===\n\nOther\n---\ntext",
    "Title\n  still\n=\n",
    "a\n--- b",
    "a | b\n--|--\n1 | 2",
    "a | b\n:-\n",
    "a\n| b |",
    "a\n    far in\n\tfurther\n---",
    "    code\n\na\n    no code",
    "a\n- one\n- two\n  more\nlazy\n\n  b\n  ===",
    "a\n2. no list\n1. a list\n10) none",
    "a\n-\nb",
    "- a\n- b\n  ===\n- c\n---",
    "- a\n===\n",
    "1. a\n   b\n  2. c\nlazy",
    "> a\nlazy\n===\n> b\n---\nc",
    "> a\n    - lazy\n> - b\n> c",
    "> - a\nlazy\n>   b\n> ---\n",
    "a\n> b\n# c\nd\n```\ne\n```\nf\n***\ng\n<div>\nh",
    "a\n<b>\nc\n[d]: e\n\n[f]: g\nh",
    "é\nж\n* * *\nß",
    "a  \nb\\\nc \n d",
    "",
    "a\n\t",
]


def read(text: str, *, at_once: bool) -> list[dict[str, object]]:
    parser = open_parser.__wrapped__()
    if not at_once:
        parser.disable("words")
    return [token.as_dict() for token in parser.parse(text)]


@pytest.mark.parametrize("text", TEXTS)
def test_they_are_what_all_rules_make_of_them(text: str) -> None:
    assert read(text, at_once=True) == read(text, at_once=False)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_so_they_are_on_pages(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert read(text, at_once=True) == read(text, at_once=False)


def test_signs_that_no_rule_begins_with_are_read_as_the_parser_reads_them() -> None:
    text = "a-b: $c {d} 50% @e #f ^g ~h~ =i> + j]\n[k] ![l](m) <http://n> &amp; \\- *o* __p__ `q`"
    plain = open_parser.__wrapped__()
    plain.inline.terminator_re = type(plain.inline)().terminator_re
    told = [[token.as_dict() for token in parser.parse(text)] for parser in (open_parser(), plain)]
    assert told[0] == told[1]
