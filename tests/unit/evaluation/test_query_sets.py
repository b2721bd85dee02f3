"""Query sets: what people wrote, and what an index must know of itself."""

from pathlib import Path

from evaluation.query_sets import load_golden, make_known_item_queries, read_golden
from processors.chunk import Chunk, make_id

PAGES = Path(__file__).parents[3] / "docs" / "runbooks"


def test_every_golden_query_names_pages_that_exist_and_is_named_once() -> None:
    queries = read_golden()
    assert len({query["query_id"] for query in queries}) == len(queries) >= 95
    for query in queries:
        for page in query["relevant"]:
            assert (PAGES / page).is_file(), f"{query['query_id']} names {page}"


def test_golden_queries_are_kept_only_for_pages_in_the_corpus() -> None:
    known = {make_id("repo", "redis-down.md")}
    queries = load_golden(["repo", "other"], known)
    assert queries
    assert all(set(query["relevant"]) == known for query in queries)
    assert load_golden(["repo"], set()) == []


def test_known_item_queries_name_every_document_with_the_same_words() -> None:
    chunks = [
        Chunk(kind="doc", doc_id=doc, title="T", heading_path=path, text="x")  # type: ignore[typeddict-item]
        for doc, path in (("a", "T > S"), ("b", "T > S"), ("c", "T"))
    ]
    queries = {query["query"]: query["relevant"] for query in make_known_item_queries(chunks)}
    assert queries == {"T S": {"a": 1, "b": 1}, "T": {"c": 1}}
