"""Queries with graded relevance: the golden set, and known-item queries made from an index itself."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TypedDict

from processors.chunk import Chunk, make_id
from processors.retrieval.glossary import has_cyrillic

GOLDEN_FILE: Final = Path(__file__).parent / "queries" / "runbooks.jsonl"


class Query(TypedDict):
    """A question and the documents that answer it, each with a grade above 0."""

    query_id: str
    query: str
    relevant: dict[str, int]


def read_golden(path: Path = GOLDEN_FILE) -> list[Query]:
    """Return all golden queries as they were written, their relevant documents named by path."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [
        Query(query_id=entry["query_id"], query=entry["query"], relevant=entry["relevant"])
        for entry in map(json.loads, lines)
    ]


def load_golden(
    repositories: Iterable[str], known_documents: set[str], path: Path = GOLDEN_FILE
) -> list[Query]:
    """Return the golden queries whose pages are in the corpus.

    Args:
        repositories: The document sources' URLs; a page's document id comes of one of them and its path.
        known_documents: Ids of the documents in the corpus. A query is left out when none of its pages is
            there any more, for then no index can answer it.
        path: JSON lines with `query_id`, `query` and `relevant` (path to grade).
    """
    sources = list(repositories)
    queries = []
    for entry in read_golden(path):
        grades = {make_id(url, page): grade for url in sources for page, grade in entry["relevant"].items()}
        relevant = {doc_id: grade for doc_id, grade in grades.items() if doc_id in known_documents}
        if relevant:
            queries.append(Query(query_id=entry["query_id"], query=entry["query"], relevant=relevant))
    return queries


def tell_language(question: str) -> str:
    """Return the language in which a question is asked: `ru` if it has a Cyrillic letter, else `en`.

    Example:
        >>> tell_language("Kafka не отвечает"), tell_language("Kafka is down")
        ('ru', 'en')
    """
    return "ru" if has_cyrillic(question) else "en"


def make_known_item_queries(chunks: Iterable[Chunk]) -> list[Query]:
    """Return a query for each chunk, made of its own words, that its document must answer.

    Such queries are easy on purpose. They tell whether an index can find what it holds: a broken mapping, a
    wrong model or lost vectors show here, also in a corpus for which nobody has written questions.
    """
    queries: dict[str, Query] = {}
    for chunk in chunks:
        words = _pick_words(chunk)
        query_id = f"known-{make_id(chunk['doc_id'], words)[:12]}"
        queries.setdefault(words, Query(query_id=query_id, query=words, relevant={}))
        queries[words]["relevant"][chunk["doc_id"]] = 1
    return list(queries.values())


def _pick_words(chunk: Chunk) -> str:
    """A line of a log, a metric's name, or a page's headings: what somebody would paste or type."""
    if chunk["kind"] == "log_pattern":
        return chunk["text"].splitlines()[-1][:300]
    return (chunk["heading_path"] or chunk["title"]).replace(" > ", " ")
