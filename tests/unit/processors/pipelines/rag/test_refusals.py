"""A dead letter names the record at fault, also of what OpenSearch refuses."""

from processors.pipelines.rag.refusals import note_refused
from tests.support.chunks import make_bare_chunk


def test_the_letter_of_a_refused_window_names_the_record_that_opened_it() -> None:
    chunks = [make_bare_chunk("a", source_offsets="2,5-8"), make_bare_chunk("b", source_offsets="4,9")]
    letters = note_refused(chunks, [("a", "too long"), ("b", "also")])
    assert [(letter["topic"], letter["partition"], letter["offset"]) for letter in letters] == [
        ("runlore.logs", 0, 2),
        ("runlore.logs", 0, 4),
    ]
    assert "too long" in letters[0]["error"]


def test_the_letter_of_an_object_names_its_record_and_holds_all_that_was_refused_of_it() -> None:
    place = {"source_place": "runlore.metrics/1", "source_offset": 8}
    (letter,) = note_refused(
        [make_bare_chunk("a", **place), make_bare_chunk("b", **place)], [("a", "x"), ("b", "y")]
    )
    assert (letter["topic"], letter["partition"], letter["offset"]) == ("runlore.metrics", 1, 7)
    assert "chunk a: x" in letter["error"]
    assert "chunk b: y" in letter["error"]
