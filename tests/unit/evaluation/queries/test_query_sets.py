"""Query sets: what people wrote, and what an index must know of itself."""

import os
from collections import Counter
from pathlib import Path

import pytest

from evaluation.queries.query_sets import (
    load_golden,
    load_incidents,
    load_no_answer,
    locate_documents,
    make_generated_queries,
    make_known_item_queries,
    read_golden,
    tell_language,
)
from processors.knowledge.chunk import Chunk, make_id
from processors.knowledge.markdown.parsing import parse_document
from processors.knowledge.procedures.checking import PageRecord, record_page
from processors.knowledge.procedures.reading import read_procedure

PAGES = Path(__file__).parents[4] / "docs" / "runbooks"


def test_every_golden_query_names_pages_that_exist_and_is_named_once() -> None:
    queries = read_golden()
    assert len({query["query_id"] for query in queries}) == len({q["query"] for q in queries}) == len(queries)
    for query in queries:
        for page in query["relevant"]:
            assert (PAGES / page).is_file(), f"{query['query_id']} names {page}"


def test_the_golden_set_is_large_enough_in_both_languages_and_without_an_answer() -> None:
    answerable = Counter(tell_language(query["query"]) for query in read_golden() if query["relevant"])
    unanswerable = Counter(tell_language(query["query"]) for query in load_no_answer())
    assert answerable["en"] >= 100
    assert answerable["ru"] >= 30
    assert unanswerable["en"] >= 30
    assert unanswerable["ru"] >= 20
    assert all(not query["relevant"] for query in load_no_answer())


def test_golden_queries_are_kept_only_for_pages_in_the_corpus() -> None:
    known = {make_id("repo", "redis-down.md")}
    queries = load_golden(["repo", "other"], known)
    assert queries
    assert all(set(query["relevant"]) == known for query in queries)
    assert load_golden(["repo"], set()) == []


def test_known_item_queries_name_every_document_with_the_same_words() -> None:
    chunks = [
        Chunk(kind="doc", doc_id=doc, title="T", heading_path=path, text="x")  # type: ignore[typeddict-item]
        for doc, path in (("a", "T > S"), ("b", "T > S"), ("c", "T"), ("d", "T"))
    ]
    queries = {query["query"]: query["relevant"] for query in make_known_item_queries(chunks, {"d": "c"})}
    assert queries == {"T S": {"a": 1, "b": 1}, "T": {"c": 1}}


PAGE = """# {alert}

## Symptoms

- {symptom}
- Searches [fail](x.md).
- It says \\[see\\](a.md) or \\<b>.

## Steps

1. Restart it.
"""


def make_record(path: str, alert: str, symptom: str) -> PageRecord:
    document = parse_document(path, PAGE.format(alert=alert, symptom=symptom))
    return record_page("repo", document, read_procedure(document))


def test_generated_queries_are_the_alerts_and_symptoms_of_procedures() -> None:
    records = {
        "a": make_record("a.md", "DiskAlmostFull", "The disk is full."),
        "b": make_record("b.md", "NodeDown", "No answer."),
    }
    queries = {query["query"]: query["relevant"] for query in make_generated_queries(records)}
    assert queries == {
        "DiskAlmostFull": {"a": 1},
        "NodeDown": {"b": 1},
        "The disk is full.": {"a": 1},
        "No answer.": {"b": 1},
        "Searches fail.": {"a": 1, "b": 1},
        "It says [see](a.md) or <b>.": {"a": 1, "b": 1},
    }


def test_generated_queries_stay_the_same_when_pages_come_or_there_are_too_many() -> None:
    records = {f"{n}": make_record(f"{n}.md", f"AlertNumber{n}Fired", f"Symptom {n}.") for n in range(9)}
    everything = {query["query_id"]: query["query"] for query in make_generated_queries(records)}
    assert len(everything) == 20
    fewer = make_generated_queries(dict(list(records.items())[:8]))
    assert all(everything[query["query_id"]] == query["query"] for query in fewer)
    assert make_generated_queries(records, 9) == make_generated_queries(records)[:9]
    # By the alphabet, all nine would be alerts.
    assert any(query["query"].startswith("Symptom") for query in make_generated_queries(records, 9))
    with pytest.raises(ValueError, match="at least 1, got 0"):
        make_generated_queries(records, 0)


def test_a_page_that_is_no_runbook_or_was_recorded_by_an_earlier_release_generates_nothing() -> None:
    document = parse_document("guide.md", "# A guide\n\n## Symptoms\n\nNone.\n")
    record = record_page("repo", document, read_procedure(document))
    assert record["lacks"] is None
    earlier = make_record("a.md", "DiskAlmostFull", "The disk is full.")
    del earlier["alerts"], earlier["symptoms"]
    assert make_generated_queries({"guide": record, "a": earlier}) == []


def test_incidents_name_pages_that_exist() -> None:
    data = os.environ.get("RUNLORE_TEST_DATA")
    if not data:
        pytest.skip("RUNLORE_TEST_DATA is not set: no folder with runbooks/")
    folder = Path(data) / "runbooks"
    incidents, hard = load_incidents(folder), load_incidents(folder, hard=True)
    assert len(incidents) == 242
    assert {query["query_id"] for query in hard} < {query["query_id"] for query in incidents}
    assert all((folder / "corpus" / page).is_file() for query in incidents for page in query["relevant"])
    pages = {page for query in incidents for page in query["relevant"]}
    located = locate_documents(incidents, ["repo"], {make_id("repo", page) for page in pages})
    assert [sorted(query["relevant"].values()) for query in located] == [
        sorted(query["relevant"].values()) for query in incidents
    ]
