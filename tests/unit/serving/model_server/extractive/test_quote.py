import json
import os
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from processors.knowledge.markdown.inert import defuse_markdown
from processors.knowledge.markdown.quoting import quote_span
from processors.knowledge.markdown.reading import read_line_of_markdown, read_markdown
from processors.retrieval.language import PHRASES
from serving.model_server.extractive.quote import quote_code, quote_line, quote_prose
from serving.model_server.extractive.quote_blocks import Quoting, quote_blocks
from tests.support.active import list_active

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
    for quoted in (quote_prose(text), quote_line(read_line_of_markdown(text))):
        types = rendered_tags(f"- {quoted} [1]")

        assert not types & {
            "link_open",
            "image",
            "html_inline",
            "html_block",
            "heading_open",
            "blockquote_open",
        }
        assert "https://evil" not in quoted or "`https://evil" in quoted


@pytest.mark.parametrize("text", HOSTILE)
def test_a_page_has_no_active_markup(text):
    marks = ("", "# ", "- ", "1. ", "> ", "> [!NOTE] ", "> [!TAB] ", "- > [!DETAILS] ", "> [!OMITTED] ")
    page = "\n\n".join(f"{mark}{text}" for mark in marks) + f"\n\n| {text} |\n|---|\n| {text} |"
    answer = "\n".join(quote_blocks(read_markdown(page), Quoting("[1]", PHRASES["en"])))

    assert list_active(answer) == []
    assert list_active(defuse_markdown(answer)) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_code_spans_and_blocks_cannot_be_left(text):
    assert not rendered_tags(quote_span(text)) & {"link_open", "image", "html_inline", "html_block"}

    lines = quote_code(f"```\n{text}\n```", "html")
    block = MarkdownIt("commonmark").parse("\n".join(lines))
    assert [token.type for token in block] == ["fence"]
    assert block[0].info == "text"


def test_a_number_in_a_source_is_no_citation():
    assert quote_prose("As said in [7].") == r"As said in \[7]."


def test_commands_stay_as_they_are():
    command = "kubectl logs <pod> -n \"$NS\" | grep -c '[0-9]' && echo `date` > out"

    assert command in list(quote_code(command, "bash"))


def test_text_stays_readable():
    text = "Set a_b to 5 & restart: x > 3 -> done (see node_cpu_seconds_total), 2 * 3."

    assert quote_prose(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "*stars* and __init__",
        r"C:\seal\zero \[x] \\host\share",
        "1. no step",
        "# no heading",
        "~~no~~",
        "a\\",
    ],
)
def test_words_show_as_they_are(text):
    (paragraph,) = MarkdownIt("gfm-like", {"linkify": False}).parse(quote_prose(text))[1:-1]
    assert {child.type for child in paragraph.children} <= {"text", "text_special"}
    assert "".join(child.content for child in paragraph.children) == text


def test_a_link_shows_where_it_leads_and_a_picture_that_it_is_none():
    spans = read_line_of_markdown(
        "See [the `heap`](heap.md), <https://x.y/z>, [here](#below) and ![a graph](a.png)."
    )
    assert quote_line(spans, PHRASES["en"]) == (
        "See the `heap` (`heap.md`), `https://x.y/z`, here and a graph (picture `a.png`, not shown)."
    )


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
