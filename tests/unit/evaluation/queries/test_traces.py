"""What people note at traces becomes queries; the traces themselves are MLflow's, in `tests/e2e`."""

from typing import Any

import pytest

from evaluation.queries.query_sets import Query
from evaluation.queries.traces import Note, add_traced, make_traced_queries, read_question, split_pages

RECORDS: Any = {
    "disk": {"repository": "r", "path": "runbooks/disk-full.md", "title": "The disk is full"},
    "other": {"repository": "r", "path": "runbooks/not-disk-full.md", "title": "It only seems so"},
}


@pytest.mark.parametrize(
    "name",
    ["disk-full.md", "disk-full", "runbooks/disk-full.md", "/runbooks/disk-full.md", "the disk is FULL"],
)
def test_a_page_is_found_as_people_call_it(name: str) -> None:
    (query,) = make_traced_queries([Note("t", "No space left?", [name])], RECORDS)
    assert query["relevant"] == {"disk": 1}
    assert query["query"] == "No space left?"


def test_the_same_question_is_one_query_with_the_pages_of_all() -> None:
    notes = [
        Note("t1", "No space left?", ["disk-full.md"]),
        Note("t2", "no space left", ["not-disk-full.md"]),
    ]
    (query,) = make_traced_queries(notes, RECORDS)
    assert query["relevant"] == {"disk": 1, "other": 1}


@pytest.mark.parametrize(
    "note", [Note("t", "Why?", ["gone.md"]), Note("t", "", ["disk-full.md"]), Note("t", "Why?", [])]
)
def test_a_note_that_tells_nothing_is_left_out(note: Note) -> None:
    assert make_traced_queries([note], RECORDS) == []


@pytest.mark.parametrize("value", [["a.md", "b.md"], "a.md, b.md", "a.md\nb.md", '["a.md", "b.md"]'])
def test_several_pages_may_be_written_in_several_ways(value: Any) -> None:
    assert split_pages(value) == ["a.md", "b.md"]


@pytest.mark.parametrize("value", ["", "[", None, True, [], [""]])
def test_what_names_no_page_is_no_page_that_is_there(value: Any) -> None:
    assert make_traced_queries([Note("t", "Why?", split_pages(value))], RECORDS) == []


@pytest.mark.parametrize("messages", [None, [], "[]", [{"role": "user"}], '[{"role": "user", "parts": []}]'])
def test_a_trace_without_a_question_has_none(messages: Any) -> None:
    assert read_question(messages) == ""


def test_what_is_written_down_goes_before_a_note() -> None:
    written = Query(query_id="q1", query="No space left?", relevant={"disk": 2})
    noted = [
        Query(query_id="trace-1", query="no space left", relevant={"other": 1}),
        Query(query_id="trace-2", query="Who cleans up?", relevant={"disk": 1}),
    ]
    assert [query["query_id"] for query in add_traced([written], noted)] == ["q1", "trace-2"]
