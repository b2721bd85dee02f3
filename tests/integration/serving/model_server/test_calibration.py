"""Measures how often the extractive model answers and abstains, on published runbooks that are not shipped.

Needs RUNLORE_TEST_DATA (a folder with `runbooks/`) and RUNLORE_TOKENIZER_FILE besides a running model server.
"""

import json
import os
from html import escape
from pathlib import Path
from xml.sax.saxutils import quoteattr

import httpx
import numpy as np
import pytest

from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.markdown.chunking import cut_document
from processors.knowledge.markdown.cutting import open_splitter
from processors.knowledge.markdown.parsing import parse_document
from processors.retrieval.glossary import translate_terms
from processors.retrieval.language import PHRASES

_NEAREST = 8


@pytest.fixture(scope="module")
def data() -> Path:
    if "RUNLORE_TEST_DATA" not in os.environ or "RUNLORE_TOKENIZER_FILE" not in os.environ:
        pytest.skip("RUNLORE_TEST_DATA or RUNLORE_TOKENIZER_FILE is not set: no runbooks to measure with")
    return Path(os.environ["RUNLORE_TEST_DATA"]) / "runbooks"


@pytest.fixture(scope="module")
def chunks(data: Path) -> list[tuple[str, str, str]]:
    """Page, title and text of each chunk."""
    splitter = open_splitter(Path(os.environ["RUNLORE_TOKENIZER_FILE"]), 220)
    found = []
    for path in sorted((data / "corpus").rglob("*.md")):
        page = str(path.relative_to(data / "corpus"))
        document = parse_document(page, path.read_text())
        for piece in cut_document(document, splitter):
            headings = [heading for heading in piece.heading_path if heading != document["title"]]
            title = " > ".join([document["title"], *headings])
            found.append((page, title, render_markdown(piece.blocks)))
    return found


def embed(kserve: httpx.Client, texts: list[str]) -> np.ndarray:
    body = {"model": "all-minilm-l6-v2", "input": texts}
    made = kserve.post("/openai/v1/embeddings", json=body).raise_for_status().json()
    return np.array([entry["embedding"] for entry in made["data"]])


def answer(kserve: httpx.Client, question: str, sources: list[tuple[str, str, str]]) -> str:
    rendered = "\n".join(
        f'<source n="{n}" title={quoteattr(title)} kind="runbook">\n{escape(text, quote=False)}\n</source>'
        for n, (_, title, text) in enumerate(sources, start=1)
    )
    prompt = f"<sources>\n{rendered}\n</sources>\n\nQuestion: {question}"
    body = {"model": "extractive", "messages": [{"role": "user", "content": prompt}]}
    made = kserve.post("/openai/v1/chat/completions", json=body).raise_for_status().json()
    return made["choices"][0]["message"]["content"]


def is_unknown(text: str) -> bool:
    return text.startswith(tuple(phrases.unknown for phrases in PHRASES.values()))


@pytest.fixture(scope="module")
def nearest(kserve: httpx.Client, chunks: list[tuple[str, str, str]]):
    vectors = embed(kserve, [f"{title}\n{text}" for _, title, text in chunks])

    def find(question: str) -> list[tuple[str, str, str]]:
        (query,) = embed(kserve, [translate_terms(question) or question])
        return [chunks[at] for at in np.argsort(-(vectors @ query), kind="stable")[:_NEAREST]]

    return find


def test_questions_that_the_sources_answer_are_answered(kserve, data, nearest):
    rows = (line.split("\t") for line in (data / "qrels.hard.tsv").read_text().splitlines()[1:])
    relevant: dict[str, set[str]] = {}
    for query_id, page, _ in rows:
        relevant.setdefault(query_id, set()).add(page)
    queries = [json.loads(line) for line in (data / "queries.jsonl").read_text().splitlines()]
    asked = [(query, nearest(query["text"])) for query in queries if query["_id"] in relevant]
    found = [
        (query["text"], sources)
        for query, sources in asked
        if any(page in relevant[query["_id"]] for page, _, _ in sources)
    ]
    answered = sum(not is_unknown(answer(kserve, question, sources)) for question, sources in found)

    assert len(found) > 100
    assert answered / len(found) >= 0.97


def test_off_topic_questions_are_not_answered(kserve, nearest):
    questions = (Path(__file__).parent / "off_topic.txt").read_text().splitlines()
    wrong = [
        question for question in questions if not is_unknown(answer(kserve, question, nearest(question)))
    ]

    assert len(questions) == 80
    assert wrong == []
