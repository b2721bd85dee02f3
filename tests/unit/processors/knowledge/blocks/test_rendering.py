"""What is written of a tree of blocks reads as the same tree."""

from hypothesis import given, settings

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.blocks.walking import drop_lines
from processors.knowledge.markdown.reading import read_markdown
from tests.support.blocks import TREE


@settings(max_examples=600, deadline=None)
@given(TREE)
def test_a_tree_that_is_written_reads_as_the_same_tree(tree: list[Block]) -> None:
    text = render_markdown(tree)
    assert drop_lines(read_markdown(text)) == tree, text
