"""A hit in a procedure that was cut is shown with all of it, as the page has it."""

from typing import Any

from processors.knowledge.markdown.chunking import build_document_chunks
from processors.knowledge.markdown.cutting import make_splitter
from processors.knowledge.markdown.parsing import parse_document
from processors.retrieval.hybrid import parse_hits
from processors.retrieval.wholes import build_siblings_query, complete_hits, parse_parts


def search(page: str, limit: int = 20) -> dict[str, Any]:
    splitter = make_splitter(lambda text: len(text.split()), limit)
    cite = {"repository": "r", "path": "a.md"}
    chunks = build_document_chunks(parse_document("a.md", page), cite, [], splitter, "b", "now")
    found = [{"_id": c["chunk_id"], "_index": "cag-v000001", "_score": 1, "_source": c} for c in chunks]
    return {"hits": {"hits": found}}


def grow(page: str, at: int, limit: int = 4_000) -> list[str]:
    response = search(page)
    assert len(response["hits"]["hits"]) > 1
    return [hit["text"] for hit in complete_hits(parse_hits(response)[at:], parse_parts(response), limit)]


def test_a_step_in_the_middle_brings_all_steps() -> None:
    steps = "\n".join(f"{number}. do this thing at once" for number in range(1, 9))
    assert grow(f"# T\n\nIf it is red:\n\n{steps}", at=1) == [f"If it is red:\n{steps}"]


def test_steps_over_several_sections_have_their_headings() -> None:
    page = (
        "# T\n\n## Prepare\n\n1. order all of the things at the office\n2. unpack every one of them\n\n"
        "## Install\n\n3. copy every one of them to the hosts\n4. restart the hosts one by one\n"
    )
    (whole,) = grow(page, at=0)
    assert whole == page.removeprefix("# T\n\n").rstrip()


def test_what_is_too_long_stays_as_it_was_found() -> None:
    steps = "\n".join(f"{number}. do this thing at once" for number in range(1, 9))
    assert grow(f"# T\n\n{steps}", at=1, limit=50)[0].startswith("4.")


def test_a_procedure_of_a_page_does_not_bring_another_one_of_the_same_name() -> None:
    steps = "\n".join(f"{number}. do this thing at once" for number in range(1, 9))
    page = f"# T\n\n## Steps\n\n{steps}\n\n## Steps\n\n{steps.replace('this', 'that')}"
    first, second = grow(page, at=0)
    assert "that" not in first
    assert "this" not in second


def test_siblings_are_asked_for_with_their_trees() -> None:
    query = build_siblings_query(parse_hits(search("# T\n\na")), ["public"])
    assert {"blocks", "procedure"} <= set(query["_source"])
