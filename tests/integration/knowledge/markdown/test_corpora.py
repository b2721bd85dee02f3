"""Published documentation and hostile text go through whole: nothing stops, nothing is lost, nothing can act.

Needs RUNLORE_TEST_DATA: a folder with `kubernetes-docs`, `opensearch-docs`, `runbooks` and `hostile-text`.
"""

import json
import os
import re
from datetime import date
from pathlib import Path

import pytest

from evaluation.report.runbook_report import build_report
from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.blocks.walking import drop_lines
from processors.knowledge.markdown.chunking import build_document_chunks, make_splitter, split_section
from processors.knowledge.markdown.lines import clean_lines
from processors.knowledge.markdown.parsing import Document, parse_document
from processors.knowledge.markdown.reading import read_markdown
from processors.knowledge.procedures.checking import record_page
from processors.knowledge.procedures.reading import read_procedure

_LIMIT = 160
# Words and signs: close to the model's tokens, and here without a model.
_SPLITTER = make_splitter(lambda text: len(re.findall(r"\w+|[^\w\s]", text)), _LIMIT)
_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,}).*?^[ \t>]*\1[`~]*[ \t]*$", re.MULTILINE | re.DOTALL)


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
        assert document["body"].count("\n") == text.count("\n")
        for section in document["sections"]:
            assert section["text"].count("\n") == section["end_line"] - section["start_line"]
    prose = "\n".join(_FENCE.sub("", s["text"]) for page in documents for s in page["sections"])
    prose = re.sub(r"(`+)[^`\n]*\1", "", prose)
    assert (
        len(re.findall(r"\]\((?:http|javascript)|<script|<a href|\{% (?:include|raw)", prose)) <= pages // 200
    )


def test_no_chunk_of_a_corpus_is_too_large_or_ends_inside_of_code(data: Path) -> None:
    open_code = too_large = total = 0
    for path, text in list(read_pages(data / "opensearch-docs").items())[::5]:
        document = parse_document(path, text)
        for section in document["sections"]:
            for piece in split_section(section, _SPLITTER):
                total += 1
                too_large += _SPLITTER.count(piece["text"]) > _LIMIT
                open_code += len(re.findall(r"^[ \t>]*```", piece["text"], re.MULTILINE)) % 2
    assert total > 1000
    assert too_large == 0
    assert open_code <= total // 1000


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
            told = " ".join(f"{chunk['title']} {chunk['text']}" for chunk in chunks)
            told = re.sub(r"(`+)[^`\n]*\1", "", told)
            assert not re.search(
                r"<\s*/?(?:script|img|svg|iframe|a|body|div|object|embed|style)\b", told, re.IGNORECASE
            ), told
            assert not re.search(r"\]\(", told), told


def test_attacks_in_sentences_are_kept_as_the_data_that_they_are(data: Path) -> None:
    attacks = json.loads((data / "hostile-text" / "text_attack_train.json").read_text())
    for attack in (sentence for sentences in attacks.values() for sentence in sentences):
        (section,) = parse_document("a.md", f"# T\n\n{attack}\n")["sections"]
        assert section["text"].split() == attack.split()


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
