"""Queries with graded relevance: written by people, told by alerts, or made from an index itself."""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, TypedDict

from processors.knowledge.blocks.sections import PATH
from processors.knowledge.chunk import Chunk, make_id
from processors.knowledge.procedures.checking import PageRecord
from processors.retrieval.glossary import has_cyrillic

GOLDEN_FILE: Final = Path(__file__).parent / "runbooks.jsonl"
_LONGEST_QUERY: Final = 300


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
        known_documents: Ids of the documents in the corpus.
        path: JSON lines with `query_id`, `query` and `relevant` (path to grade).
    """
    return locate_documents(read_golden(path), repositories, known_documents)


def load_no_answer(path: Path = GOLDEN_FILE) -> list[Query]:
    """Return the golden queries that no page answers: the right reply is that there is none."""
    return [query for query in read_golden(path) if not query["relevant"]]


def load_incidents(folder: Path, *, hard: bool = False) -> list[Query]:
    """Return what alerts say, with the runbooks that they link to; the relevant pages are named by path.

    Args:
        folder: Holds `queries.jsonl` (`_id`, `text`), and `qrels.tsv` and `qrels.hard.tsv` with a header and
            query, page and grade in each line.
        hard: Only queries whose wording doesn't stand in the page.

    Raises:
        FileNotFoundError: The folder doesn't hold them.
    """
    grades: dict[str, dict[str, int]] = {}
    with (folder / ("qrels.hard.tsv" if hard else "qrels.tsv")).open(encoding="utf-8", newline="") as file:
        for query_id, page, grade in list(csv.reader(file, delimiter="\t"))[1:]:
            grades.setdefault(query_id, {})[page] = int(grade)
    lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Query(query_id=entry["_id"], query=entry["text"], relevant=grades[entry["_id"]])
        for entry in map(json.loads, lines)
        if entry["_id"] in grades
    ]


def locate_documents(
    queries: Iterable[Query], repositories: Iterable[str], known_documents: set[str]
) -> list[Query]:
    """Return queries whose relevant pages, named by path, are named by document id.

    Args:
        queries: Their relevant pages named by path.
        repositories: The document sources' URLs; a page's document id comes of one of them and its path.
        known_documents: Ids of the documents in the corpus. A query is left out when none of its pages is
            there any more, for then no index can answer it.
    """
    sources = list(repositories)
    located = []
    for query in queries:
        grades = {make_id(url, page): grade for url in sources for page, grade in query["relevant"].items()}
        relevant = {doc_id: grade for doc_id, grade in grades.items() if doc_id in known_documents}
        if relevant:
            located.append(Query(query_id=query["query_id"], query=query["query"], relevant=relevant))
    return located


def tell_language(question: str) -> str:
    """Return the language in which a question is asked: `ru` if it has a Cyrillic letter, else `en`.

    Example:
        >>> tell_language("Kafka не отвечает"), tell_language("Kafka is down")
        ('ru', 'en')
    """
    return "ru" if has_cyrillic(question) else "en"


def make_known_item_queries(chunks: Iterable[Chunk], stand_ins: Mapping[str, str]) -> list[Query]:
    """Return a query for each chunk, made of its own words, that its document must answer.

    Such queries are easy on purpose. They tell whether an index can find what it holds: a broken mapping, a
    wrong model or lost vectors show here, also in a corpus for which nobody has written questions.

    Args:
        chunks: That must be found.
        stand_ins: Which document stands for another one that says the same.
    """
    told = ((pick_words(chunk), stand_ins.get(chunk["doc_id"], chunk["doc_id"])) for chunk in chunks)
    return _merge_by_words("known", told)


def make_generated_queries(records: Mapping[str, PageRecord], limit: int = 300) -> list[Query]:
    """Return the alert names and symptoms of procedures as queries that their pages must answer.

    Args:
        records: Of every page of a version, by document id.
        limit: At most so many, always the same ones of the same pages.

    Raises:
        ValueError: `limit` is below 1.
    """
    if limit < 1:
        raise ValueError(f"limit must be at least 1, got {limit}")
    told = (
        (" ".join(words.split())[:_LONGEST_QUERY], doc_id)
        for doc_id, record in records.items()
        for words in (*record.get("alerts", []), *record.get("symptoms", []))
    )
    queries = _merge_by_words("generated", ((words, doc_id) for words, doc_id in told if words))
    # The ids are hashes, so the first of them are spread evenly over the pages.
    return sorted(queries, key=lambda query: query["query_id"])[:limit]


def _merge_by_words(kind: str, told: Iterable[tuple[str, str]]) -> list[Query]:
    """Return a query for each text; the documents that have the same text all answer it."""
    queries: dict[str, Query] = {}
    for words, doc_id in told:
        query_id = f"{kind}-{make_id(words)[:12]}"
        queries.setdefault(words, Query(query_id=query_id, query=words, relevant={}))
        queries[words]["relevant"][doc_id] = 1
    return list(queries.values())


def pick_words(chunk: Chunk) -> str:
    """Return a line of a log, a metric's name, or a page's headings: what somebody would paste or type."""
    if chunk["kind"] == "log_pattern":
        return chunk["text"].splitlines()[-1][:_LONGEST_QUERY]
    return (chunk["heading_path"] or chunk["title"]).replace(PATH, " ")
