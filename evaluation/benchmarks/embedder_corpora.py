"""What embedding models are compared on: abstracts, alerts, users' questions, Russian on English pages."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from evaluation.benchmarks.quality_corpus import KUBERNETES, RUNBOOKS, load_alerts, read_pages
from evaluation.benchmarks.scifact import read_abstracts, read_claims
from evaluation.queries.query_sets import Query, locate_documents, read_golden
from processors.knowledge.chunk import Chunk, embedding_text, make_id
from processors.knowledge.markdown.chunking import build_document_chunks
from processors.knowledge.markdown.cutting import Splitter
from processors.knowledge.markdown.parsing import parse_document

USERS_FILE: Final = Path(__file__).parents[1] / "queries" / "kubernetes_users.jsonl"
_READ_AT: Final = "2026-01-01T00:00:00+00:00"
# One of so many of the pages that no question asks for lies among the others.
_OTHERS: Final = 16
_RUSSIAN, _ENGLISH = "kubernetes-docs/content/ru", "kubernetes-docs/content/en"


class Passage(NamedTuple):
    """A piece of a page as it is embedded."""

    doc_id: str
    text: str


class Corpora(NamedTuple):
    """Passages, and of each name the queries that are asked of some of them."""

    pages: list[Passage]
    abstracts: list[Passage]
    page_queries: dict[str, list[Query]]
    claims: list[Query]


def read_corpora(data: Path, splitter: Splitter, most_abstracts: int) -> Corpora:
    """Read everything that is embedded and asked.

    Args:
        data: Holds `runbooks`, `kubernetes-docs` and `scifact`.
        splitter: Cuts pages as the product does.
        most_abstracts: So many of SciFact's 5,183; those that a claim is about come first.
    """
    users = read_golden(USERS_FILE)
    russian = list(_ask_in_russian(data, splitter))
    wanted = {path for query in (*users, *russian) for path in query["relevant"]}
    chunks = [chunk for chunk in read_pages(data, splitter) if _is_searched(chunk, wanted)]
    known = {chunk["doc_id"] for chunk in chunks}
    queries = {
        "alerts": locate_documents(load_alerts(data, hard=False), [RUNBOOKS], known),
        "users' questions": locate_documents(users, [KUBERNETES], known),
        "Russian to English": locate_documents(russian, [KUBERNETES], known),
    }
    claims = read_claims(data / "scifact")
    told = {doc_id for claim in claims for doc_id in claim["relevant"]}
    abstracts = sorted(read_abstracts(data / "scifact"), key=lambda chunk: chunk["doc_id"] not in told)
    return Corpora(_list_passages(chunks), _list_passages(abstracts[:most_abstracts]), queries, claims)


def _is_searched(chunk: Chunk, wanted: set[str]) -> bool:
    path = str(chunk["cite"]["path"])
    by_chance = int(hashlib.sha256(path.encode()).hexdigest(), 16) % _OTHERS == 0
    return chunk["cite"]["repository"] == RUNBOOKS or path in wanted or by_chance


def _list_passages(chunks: list[Chunk]) -> list[Passage]:
    return [Passage(chunk["doc_id"], embedding_text(chunk)) for chunk in chunks]


def _ask_in_russian(data: Path, splitter: Splitter) -> Iterator[Query]:
    """Yield the title and the first paragraph of each Russian page that has an English one."""
    for file in sorted((data / _RUSSIAN).rglob("*.md")):
        path = str(file.relative_to(data / _RUSSIAN))
        if not (data / _ENGLISH / path).is_file():
            continue
        document = parse_document(path, file.read_text(encoding="utf-8"))
        cite = {"repository": KUBERNETES, "path": path}
        chunks = build_document_chunks(document, cite, ["public"], splitter, "benchmark", _READ_AT)
        if chunks:
            paragraph = chunks[0]["text"].split("\n\n")[0]
            question = f"{chunks[0]['title']}\n{paragraph}"
            yield Query(query_id=make_id("ru", path), query=question, relevant={path: 1})
