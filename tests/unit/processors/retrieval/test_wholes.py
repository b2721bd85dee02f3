"""A hit in a procedure that was cut is shown with all of it, as the page has it."""

from collections.abc import Sequence
from typing import Any

import pytest

from processors.knowledge.blocks.sections import Section
from processors.knowledge.markdown.chunking import build_document_chunks
from processors.knowledge.markdown.cutting import make_splitter
from processors.knowledge.markdown.parsing import parse_document
from processors.knowledge.steps.finding import Steps, find_steps
from processors.retrieval import joining
from processors.retrieval.hybrid import parse_hits
from processors.retrieval.wholes import add_steps, build_siblings_query, complete_hits, parse_parts


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


def test_of_a_procedure_that_is_too_long_it_is_said_how_many_steps_are_left_out() -> None:
    steps = [f"{number}. do this thing at once" for number in range(1, 13)]
    (whole, *_) = grow("# T\n\n" + "\n".join(steps), at=1, limit=80)
    shown = "\n".join(steps[3:6])
    assert whole == f"> [!OMITTED] 3 steps\n\n{shown}\n\n> [!OMITTED] 6 steps"
    (whole, *_) = grow("# T\n\n" + "\n".join(steps), at=1, limit=170)
    shown = "\n".join(steps[:6])
    assert whole == f"{shown}\n\n> [!OMITTED] 6 steps"


def test_a_section_that_is_too_long_stays_as_it_was_found() -> None:
    text = "\n\n".join(f"This is sentence {number} of very many." for number in range(1, 9))
    assert grow(f"# T\n\n{text}", at=1, limit=50)[0].startswith("This is sentence 3")


def test_what_the_page_warns_of_above_the_steps_stands_before_them() -> None:
    page = "# T\n\n> [!TIP]\n> a\n\n> [!CAUTION]\n> b\n\n## Why\n\nc c c c c c c c c c c c\n\n"
    page += "## Steps\n\n1. d\n2. e\n"
    _, why, steps = complete_hits(parse_hits(search(page)), parse_parts(search(page)), 4_000)
    assert "CAUTION" not in why["text"]
    assert steps["text"] == "> [!CAUTION]\n> b\n\n1. d\n2. e"
    assert (steps["cite"]["start_line"], steps["cite"]["end_line"]) == (6, 16)


def test_a_procedure_of_a_page_does_not_bring_another_one_of_the_same_name() -> None:
    steps = "\n".join(f"{number}. do this thing at once" for number in range(1, 9))
    page = f"# T\n\n## Steps\n\n{steps}\n\n## Steps\n\n{steps.replace('this', 'that')}"
    first, second = grow(page, at=0)
    assert "that" not in first
    assert "this" not in second


def test_siblings_are_asked_for_with_their_trees() -> None:
    query = build_siblings_query(parse_hits(search("# T\n\na")), ["public"])
    assert {"blocks", "procedure"} <= set(query["_source"])


def test_the_steps_of_the_best_page_come_with_its_symptoms() -> None:
    page = "# T\n\n## Symptoms\n\n" + "- it is red and warm\n" * 4 + "\n## Steps\n\n" + "1. look at it\n" * 4
    response = search(page)
    hits, parts = parse_hits(response), parse_parts(response)
    (steps,) = [hit for hit in hits if hit["heading_path"] == "T > Steps"]
    symptoms = [hit for hit in hits if hit is not steps]
    event = {**symptoms[0], "kind": "alert", "doc_id": "other", "chunk_id": "other"}
    grown = add_steps([event, *symptoms[:1]], parts)
    assert [hit["chunk_id"] for hit in grown] == ["other", symptoms[0]["chunk_id"], steps["chunk_id"]]
    assert grown[-1].keys() == steps.keys()
    assert add_steps(grown, parts) == grown
    assert add_steps([event], parts) == [event]


def test_hits_of_one_whole_have_it_put_together_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def count(sections: Sequence[Section]) -> list[Steps]:
        asked.append(len(sections))
        return find_steps(sections)

    monkeypatch.setattr(joining, "find_steps", count)
    steps = "\n".join(f"{number}. do this thing at once" for number in range(1, 30))
    response = search(f"# T\n\n{steps}")
    assert len(complete_hits(parse_hits(response), parse_parts(response), 100)) > 2
    assert asked == [1]


def test_other_lists_under_the_heading_are_named_behind_a_list() -> None:
    page = "# T\n\n## Steps\n\n" + "\n\n".join(
        f"If it is {color}:\n\n1. do this thing with {color}\n2. do that thing with {color}\n3. look at it"
        for color in ("red", "blue")
    )
    first, second = grow(page, at=0)
    assert first.endswith("3. look at it\n\n> [!OMITTED] 3 steps\n> `If it is blue`")
    assert second.endswith("3. look at it\n\n> [!OMITTED] 3 steps\n> `If it is red`")


def test_lists_of_other_headings_are_not_named() -> None:
    steps = "1. do this thing with great care\n2. do that thing with great care\n3. look at it"
    for whole in grow(f"# T\n\n## Red\n\n{steps}\n\n## Blue\n\n{steps}", at=0):
        assert "OMITTED" not in whole
