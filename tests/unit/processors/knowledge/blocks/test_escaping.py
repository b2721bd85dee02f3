"""Escaped text reads as just that text, whatever it holds."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from processors.knowledge.blocks import Block, Span
from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.blocks.spans import settle_spans
from processors.knowledge.blocks.walking import drop_lines
from processors.knowledge.markdown.reading import read_markdown

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


def write(text: str) -> Block:
    lines = [Span(kind="text", text=line) for line in text.split("\n")]
    broken = [span for line in lines for span in (Span(kind="break", text=""), line)]
    return Block(kind="paragraph", spans=settle_spans(broken), first=0, last=0)


def assert_inert(text: str) -> None:
    paragraph = write(text.replace("\r", "\n").replace("\0", ""))
    if paragraph["spans"]:
        assert drop_lines(read_markdown(render_markdown([paragraph]))) == [paragraph], text


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_no_markup(text: str) -> None:
    assert_inert(text)


@pytest.mark.parametrize("text", ["kube_pod_status", "a - b", "x < 3 & y > 2", "[1]", "10% #4", "C:\\temp"])
def test_what_is_no_markup_stays_as_it_is(text: str) -> None:
    assert render_markdown([write(text)]) == text


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
