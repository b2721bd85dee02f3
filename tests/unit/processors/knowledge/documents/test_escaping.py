"""Escaped text reads as just that text, whatever it holds."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from processors.knowledge.documents.escaping import escape_text

TEXTS = [
    "# no heading",
    "plain\n===",
    "plain\n---",
    "- no item\n+ no item\n* no item\n10. no item\n2) no item",
    "> no quote",
    "```no code\n~~~ neither",
    "a | b\n--- | ---\n1 | 2",
    "|a|\n|-|",
    "<script>alert(1)</script> <!-- x --> <?php ?> &lt; &#60; &copy;",
    "*a* **b** _c_ __d__ *e _f*_",
    "[a](javascript:alert(1)) ![b](http://x/y.png) <http://auto> [c]: http://d",
    "`code` \\` \\\\ \\* C:\\temp\\new end\\",
    "two lines\\\nand  \nmore",
]


def list_strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from list_strings(each)


def read_back(text: str) -> tuple[list[str], set[str], str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(escape_text(text))
    inner = [child for token in tokens for child in token.children or []]
    shown = "".join("\n" if child.type == "softbreak" else child.content for child in inner)
    return [token.type for token in tokens], {child.type for child in inner}, shown


def assert_inert(text: str) -> None:
    # A paragraph has no empty lines, and none begins or ends with spaces.
    lines = text.replace("\r", "\n").replace("\0", "").split("\n")
    plain = "\n".join(line.strip() for line in lines if line.strip())
    if plain:
        blocks, kinds, shown = read_back(plain)
        assert blocks == ["paragraph_open", "inline", "paragraph_close"], text
        assert kinds <= {"text", "text_special", "softbreak"}, text
        assert shown == plain


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_no_markup(text: str) -> None:
    assert_inert(text)


@pytest.mark.parametrize("text", ["kube_pod_status", "a - b", "x < 3 & y > 2", "[1]", "10% #4", "C:\\temp"])
def test_what_is_no_markup_stays_as_it_is(text: str) -> None:
    assert escape_text(text) == text


def test_payloads_of_others_are_inert() -> None:
    data = os.environ.get("RUNLORE_TEST_DATA")
    if not data:
        pytest.skip("RUNLORE_TEST_DATA is not set: no folder with hostile-text/")
    folder = Path(data) / "hostile-text"
    payloads = [t for file in folder.glob("*.json") for t in list_strings(json.loads(file.read_text()))]
    for file in folder.glob("xss/*"):
        payloads += file.read_text(errors="replace").splitlines() if file.is_file() else []
    assert len(payloads) > 100
    for payload in payloads:
        assert_inert(payload)
