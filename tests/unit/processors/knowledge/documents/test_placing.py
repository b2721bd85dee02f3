"""What is written of a page stands in the lines in which the page says it, as far as there is room."""

import pytest

from processors.knowledge.blocks.walking import drop_lines, walk
from processors.knowledge.documents.placing import find_lines, write_in_place
from processors.knowledge.markdown.reading import read_markdown

PAGE = """\
# Loom


It is jammed.

1. Halt it:



   ```sh
   loom stop
   ```

2. Free the thread.


> [!NOTE]
> Slowly.
> - gently

| a | b |
| --- | --- |
| c | d |


The end."""


def test_blocks_are_written_in_their_lines() -> None:
    assert write_in_place(read_markdown(PAGE)) == PAGE


def test_what_is_written_reads_as_the_same_blocks() -> None:
    blocks = read_markdown(PAGE)
    for block in walk(blocks):
        block["first"] *= 3
    assert drop_lines(read_markdown(write_in_place(blocks))) == drop_lines(blocks)


@pytest.mark.parametrize(
    ("markdown", "source", "lines"),
    [
        ("# Loom\n\nIt is jammed.", "Loom\n====\n\nIt *is*\njammed.", [1, 4]),
        ("Look.\n\nLook.", ".Look\n\n\n.Look", [1, 4]),
        ("Look here.\n\nNowhere at all.\n\nThere it is.", "Look here.\n\nThere it is.", [1, 1, 3]),
        ("```\nloom  b\n```\n\n> Mind it.", "::\n\n  loom  b\n\n.. note:: Mind it.", [3, 5]),
        ("Ok.\n\nA line that says a lot.", "\n" * 9 + "A line that says a lot.", [1, 10]),
    ],
)
def test_lines_are_found_by_the_words(markdown: str, source: str, lines: list[int]) -> None:
    assert [block["first"] for block in find_lines(read_markdown(markdown), source)] == lines


def test_a_block_covers_the_lines_of_what_is_in_it() -> None:
    (steps,) = find_lines(
        read_markdown("1. Halt it.\n2. Free the thread."), "x\n\n. Halt it.\n\n. Free\nthe thread."
    )
    assert (steps["first"], steps["last"]) == (3, 6)
