"""What is written of a tree of blocks reads as the same tree."""

from hypothesis import example, given, settings

from processors.knowledge.blocks import Block, Span
from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.blocks.walking import drop_lines
from processors.knowledge.markdown.reading import read_markdown
from tests.support.blocks import TREE, block


def _paragraph(span: Span) -> Block:
    return block("paragraph", spans=[span])


def _bullets(*paragraphs: Block) -> Block:
    items = [block("item", number="", done=None, children=[paragraph]) for paragraph in paragraphs]
    return block("list", ordered=False, children=items)


_PLACEHOLDER = _paragraph(Span(kind="placeholder", text="<pod>"))
_WORDS = _paragraph(Span(kind="text", text="9"))


@example([_PLACEHOLDER, _bullets(_WORDS)])
@settings(max_examples=250, deadline=None)
@given(TREE)
def test_a_tree_that_is_written_reads_as_the_same_tree(tree: list[Block]) -> None:
    text = render_markdown(tree)
    assert drop_lines(read_markdown(text)) == tree, text
