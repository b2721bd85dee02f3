"""Markdown pages become sections with the lines they came from."""

from pathlib import Path

import pytest

from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.blocks.walking import drop_lines
from processors.knowledge.markdown.chunking import build_document_chunks
from processors.knowledge.markdown.cutting import make_splitter
from processors.knowledge.markdown.parsing import parse_document
from processors.knowledge.markdown.reading import read_markdown

PAGE = """---
title: OpenSearch is red
alert: OpenSearchRed
service: opensearch
---
# OpenSearch is red

Some shard is gone.

## Steps

1. Look:

   ```sh
   # not a heading
   curl localhost
   ```

## Empty

## Rollback

None.
"""


def test_sections_carry_headings_and_lines_and_an_empty_one_is_text() -> None:
    sections = parse_document("red.md", PAGE)["sections"]
    lines = PAGE.splitlines()
    names = ["OpenSearch is red", "Steps", "OpenSearch is red", "Rollback"]
    assert [section["heading_path"][-1] for section in sections] == names
    for section in sections:
        text = "\n".join(lines[section["start_line"] - 1 : section["end_line"]])
        assert render_markdown(section["blocks"]) == text


@pytest.mark.parametrize(
    ("text", "title"),
    [("---\ntitle: T\n---\nx", "T"), ("# H\n\nx", "H"), ("x", "page"), ("---\ntitle: [\n---\n# H\nx", "H")],
)
def test_the_title_is_the_best_that_the_page_offers(text: str, title: str) -> None:
    assert parse_document("page.md", text)["title"] == title


def test_odd_pages_are_reported_with_their_place() -> None:
    assert parse_document("a.md", "---\ntitle: [\n---\nx")["warnings"][0].startswith("a.md:2: front matter")
    assert parse_document("a.md", "")["warnings"] == ["a.md:1: the page has no text"]


def test_chunks_cite_lines_that_hold_their_text_and_know_who_may_see_them() -> None:
    cite = {"type": "git", "repository": "r", "commit": "c", "path": "red.md"}
    page = parse_document("red.md", PAGE)
    chunks = build_document_chunks(page, cite, ["sre"], make_splitter(len, 60), "b", "now")
    lines = PAGE.splitlines()
    for chunk in chunks:
        cited = "\n".join(lines[chunk["cite"]["start_line"] - 1 : chunk["cite"]["end_line"]])
        assert " ".join(chunk["text"].split()) in " ".join(cited.split())
        assert drop_lines(read_markdown(chunk["text"])) == drop_lines(chunk["blocks"])
        assert chunk["acl"] == ["sre"]
        assert (chunk["kind"], chunk["service"]) == ("runbook", "opensearch")
    assert len({chunk["chunk_id"] for chunk in chunks}) == len(chunks) > 3


def test_hostile_input_is_only_text(tmp_path: Path) -> None:
    for text in ("\x00" * 10, "[" * 5000, "#" * 5000, "```\n" * 999, "|" * 4000, "<!--" * 999):
        parse_document(str(tmp_path), text)


def test_a_page_that_was_converted_from_another_format_is_only_text() -> None:
    text = "Take {{ it }} of [[a]]. ^b\n\n!!! note\n\n#x #y"
    page = parse_document("a.docx", text, plain=True)
    assert render_markdown(page["blocks"]) == "Take {{ it }} of [[a]]. ^b\n\n!!! note\n\n#x #y"
    assert not page["warnings"]
