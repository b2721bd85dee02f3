import json
import os
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from serving.model_server.extractive.quote import quote_code, quote_prose, quote_span
from serving.model_server.extractive.units import Code

HOSTILE = [
    "<script>alert(1)</script>",
    "![x](https://evil.example/p.png?q=1)",
    "[click](javascript:alert(1))",
    "[click][ref]\n",
    "<img src=x onerror=alert(1)>",
    "https://evil.example/steal",
    "www.evil.example",
    "`` ` <b>x</b>",
    "&lt;script&gt;",
    "![a][b] <https://evil.example>",
    "[a](<javascript:alert(1)>)",
    "# heading",
    "> quote",
    "| a | b |",
]


def rendered_tags(markdown: str) -> set[str]:
    """Render as a chat page does, and give the kinds of tokens and whether raw HTML came through."""
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": False}).enable("table")
    tokens = parser.parse(markdown)
    return {token.type for token in tokens} | {
        child.type for token in tokens for child in token.children or []
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_prose_has_no_active_markup(text):
    quoted = quote_prose(text)
    types = rendered_tags(f"- {quoted} [1]")

    assert not types & {"link_open", "image", "html_inline", "html_block", "heading_open", "blockquote_open"}
    assert "https://evil" not in quoted or "`https://evil" in quoted


@pytest.mark.parametrize("text", HOSTILE)
def test_code_spans_and_blocks_cannot_be_left(text):
    assert not rendered_tags(quote_span(text)) & {"link_open", "image", "html_inline", "html_block"}

    block = MarkdownIt("commonmark").parse(quote_code(Code("html", f"```\n{text}\n```")))
    assert [token.type for token in block] == ["fence"]
    assert block[0].info == "text"


def test_a_number_in_a_source_is_no_citation():
    assert quote_prose(r"As said in [7] or \[8].") == r"As said in \[7] or \[8]."


def test_commands_stay_as_they_are():
    command = "kubectl logs <pod> -n \"$NS\" | grep -c '[0-9]' && echo `date` > out"

    assert command in quote_code(Code("bash", command))


def test_text_stays_readable():
    text = "Set `a_b` to 5 & restart: x > 3 -> **done** (see node_cpu_seconds_total)."

    assert quote_prose(text) == text


def test_invisible_characters_are_dropped():
    assert quote_prose("re\u202everse\u200b \x1b[31m") == r"reverse \[31m"


@pytest.mark.skipif("RUNLORE_TEST_DATA" not in os.environ, reason="RUNLORE_TEST_DATA names no data folder")
def test_published_attacks_have_no_active_markup():
    files = ("web_html_js.json", "markdown_js.json")
    folder = Path(os.environ["RUNLORE_TEST_DATA"]) / "hostile-text"
    texts = [text for name in files for text in strings_of(json.loads((folder / name).read_text()))]

    assert texts
    for text in texts:
        types = rendered_tags(f"- {quote_prose(' '.join(text.split()))} [1]")
        assert not types & {"link_open", "image", "html_inline", "html_block"}, text


def strings_of(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for entry in values for text in strings_of(entry)]
