"""Marks of emphasis are dropped, and stars that are none stay, up to the answer."""

import pytest

from processors.knowledge.blocks.plain import render_plain
from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.markdown.reading import read_markdown


@pytest.mark.parametrize(
    "text",
    [
        "Delete app-* first.",
        "Delete *.log files.",
        "Of app-* and *.log files",
        "All *.log, *.txt and **/*.yaml.",
        "From *.log up to app-*.",
        "The index logs-*-2026.* is red.",
        "SELECT * FROM a, * is all",
        "2*3*4 and a * b * c",
        "**",
        "* * x",
        "__init__.py of some_long_name",
        "rm -rf /srv/*/cache/*",
    ],
)
def test_what_is_no_emphasis_stays_letter_for_letter(text: str) -> None:
    blocks = read_markdown(f"See: {text}")
    assert render_plain(blocks) == f"See: {text}"
    assert render_plain(read_markdown(render_markdown(blocks))) == f"See: {text}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It is *very* red.", "It is very red."),
        ("**Stop** _now_, non-*critical* or not.", "Stop now, non-critical or not."),
        ("*Look at it.*", "Look at it."),
        ("*/etc/hosts* and *-v*", "/etc/hosts and -v"),
    ],
)
def test_what_is_emphasis_loses_its_marks(text: str, words: str) -> None:
    assert render_plain(read_markdown(text)) == words
