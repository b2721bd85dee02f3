"""What isn't read is counted by its ending, and a source of which nothing is read says so."""

from processors.knowledge.documents.unread import count_unread, tell_unread


def test_endings_are_counted_the_most_frequent_first() -> None:
    paths = ["a.md", "b.textile", "c/d.textile", "Makefile", "e.png", "requirements.txt"]
    assert tell_unread("docs", paths) == [
        "docs:1: not read: 2 files ending in .textile",
        "docs:1: not read: 1 file ending in Makefile",
        "docs:1: not read: 1 file ending in .png",
        "docs:1: not read: 1 file ending in .txt",
    ]


def test_a_source_without_a_page_says_what_to_look_at() -> None:
    told = tell_unread("docs", ["a.png"])
    assert told[0] == "docs:1: no page in it that can be read; check its url, branch and folder"
    assert told[1:] == ["docs:1: not read: 1 file ending in .png"]


def test_many_endings_are_summed_up() -> None:
    told = tell_unread("docs", ["a.md", *(f"a.x{number}" for number in range(40)), "b.x39"])
    assert len(told) == 31
    assert told[0] == "docs:1: not read: 2 files ending in .x39"
    assert told[-1] == "docs:1: not read: 10 files of 10 other endings"


def test_all_that_is_not_read_is_counted() -> None:
    paths = ["a.md", *(f"a.x{number}" for number in range(40)), "b.x39"]
    warnings = [
        *tell_unread("docs", paths),
        "c.docx:1: not read: a zip bomb?",
        "a.md:3: a code block is never closed",
    ]
    assert count_unread(warnings) == 42
