"""Published documentation and hostile text go through whole: nothing stops, nothing is lost, nothing can act.

Needs RUNLORE_TEST_DATA: a folder with `kubernetes-docs`, `opensearch-docs`, `runbooks` and `hostile-text`.
"""

import json
import os
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from evaluation.report.runbook_report import build_report
from processors.knowledge.blocks import Block
from processors.knowledge.blocks.plain import render_plain
from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.blocks.walking import drop_lines, list_code, list_spans, walk
from processors.knowledge.markdown.chunking import build_document_chunks
from processors.knowledge.markdown.cutting import make_splitter
from processors.knowledge.markdown.lines import clean_lines
from processors.knowledge.markdown.parsing import Document, parse_document
from processors.knowledge.markdown.reading import read_markdown
from processors.knowledge.procedures.checking import record_page
from processors.knowledge.procedures.reading import read_procedure
from tests.support.active import list_active
from tests.support.shown import list_shown_code

_LIMIT = 160
# Words and signs: close to the model's tokens, and here without a model.
_SPLITTER = make_splitter(lambda text: len(re.findall(r"\w+|[^\w\s]", text)), _LIMIT)


@pytest.fixture(scope="module")
def data() -> Path:
    if "RUNLORE_TEST_DATA" not in os.environ:
        pytest.skip("RUNLORE_TEST_DATA is not set: no published documentation to read")
    return Path(os.environ["RUNLORE_TEST_DATA"])


def read_pages(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(folder.rglob("*.md"))
    }


def parse_pages(pages: dict[str, str]) -> list[Document]:
    return [parse_document(path, text) for path, text in pages.items()]


@pytest.mark.parametrize(
    ("name", "pages"), [("kubernetes-docs", 1009), ("opensearch-docs", 1750), ("runbooks", 108)]
)
def test_every_page_of_a_corpus_is_read(data: Path, name: str, pages: int) -> None:
    texts = read_pages(data / name)
    documents = parse_pages(texts)
    assert len(documents) >= pages
    for document, text in zip(documents, texts.values(), strict=True):
        lines = text.count("\n") + 1
        for block in walk(document["blocks"]):
            assert 1 <= block["first"] <= block["last"] <= lines
    spans = [span for page in documents for block in walk(page["blocks"]) for span in list_spans(block)]
    prose = " ".join(span["text"] for span in spans if span["kind"] == "text")
    assert (
        len(re.findall(r"\]\((?:http|javascript)|<script|<a href|\{% (?:include|raw)", prose)) <= pages // 200
    )
    assert not [
        span["url"] for span in spans if span.get("url", "").lower().startswith(("javascript", "data:"))
    ]


@pytest.mark.parametrize("name", ["kubernetes-docs", "opensearch-docs", "runbooks"])
def test_each_code_block_is_in_one_chunk_and_each_chunk_parses_on_its_own(data: Path, name: str) -> None:
    too_large = total = 0
    for path, text in read_pages(data / name).items():
        document = parse_document(path, text)
        chunks = build_document_chunks(document, {"repository": "r", "path": path}, [], _SPLITTER, "b", "now")
        codes = Counter(tell_code(code) for chunk in chunks for code in list_code(chunk["blocks"]))
        assert codes == Counter(map(tell_code, list_code(document["blocks"]))), path
        # What the site shows, read by nothing of ours, line for line.
        assert [shown for shown in list_shown_code(path, text) if codes[shown] != 1] == [], path
        for chunk in chunks:
            assert drop_lines(read_markdown(chunk["text"])) == drop_lines(chunk["blocks"]), path
            total += 1
            too_large += _SPLITTER.count(chunk.get("gist") or chunk["text"]) > _LIMIT
    assert too_large <= total // 100


def tell_code(code: Block) -> tuple[int, str]:
    return code["first"], code["text"]


def test_hostile_payloads_come_out_as_text_that_can_not_act(data: Path) -> None:
    payloads = [
        payload
        for name in ("web_html_js.json", "markdown_js.json")
        for payload in json.loads((data / "hostile-text" / name).read_text())["payloads"]
    ]
    assert len(payloads) > 20
    for payload in payloads:
        for page in (
            f"# Title\n\nBefore {payload} after\n",
            f"[click]({payload})",
            f"![x]({payload})\n{payload}",
        ):
            chunks = build_document_chunks(
                parse_document("a.md", page), {"repository": "r", "path": "a.md"}, [], _SPLITTER, "b", "now"
            )
            told = "\n\n".join(chunk["text"] for chunk in chunks)
            assert [one for one in list_active(told) if one.startswith("html")] == [], told
            urls = [s.get("url", "") for c in chunks for b in walk(c["blocks"]) for s in list_spans(b)]
            assert not [url for url in urls if re.match(r"\W*(?:java|vb|data)", url, re.IGNORECASE)], told


def test_attacks_in_sentences_are_kept_as_the_data_that_they_are(data: Path) -> None:
    attacks = json.loads((data / "hostile-text" / "text_attack_train.json").read_text())
    for attack in (sentence for sentences in attacks.values() for sentence in sentences):
        (section,) = parse_document("a.md", f"# T\n\n{attack}\n")["sections"]
        assert render_plain(section["blocks"]).split() == attack.split()


def test_the_runbook_report_of_published_runbooks(data: Path) -> None:
    documents = [parse_document(path, text) for path, text in read_pages(data / "runbooks").items()]
    records = {page["path"]: record_page("r", page, read_procedure(page)) for page in documents}
    report = build_report(records, date(2026, 11, 21))
    assert report["runbooks"] >= 100
    # Written by others with other headings: none has an owner, a review or a way back.
    assert report["counts"]["no_owner"] == report["counts"]["no_rollback"] == report["runbooks"]
    assert report["counts"]["no_symptoms"] <= 5


@pytest.mark.parametrize("name", ["kubernetes-docs", "opensearch-docs", "runbooks"])
def test_what_is_written_of_the_blocks_of_a_page_reads_as_the_same_blocks(data: Path, name: str) -> None:
    for path, text in read_pages(data / name).items():
        blocks = read_markdown("\n".join(clean_lines(path, text)[0]))
        assert drop_lines(read_markdown(render_markdown(blocks))) == drop_lines(blocks), path
