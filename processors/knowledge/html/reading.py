"""A piece of HTML as blocks."""

from processors.knowledge.blocks import Block
from processors.knowledge.html.elements import Builder
from processors.knowledge.html.flow import read_flow
from processors.knowledge.html.tags import feed_html


def read_html(html: str, line: int = 1) -> list[Block]:
    """Return the blocks of a piece of HTML, however broken it is.

    Args:
        html: Tags and text.
        line: Of its first character on the page.

    Example:
        >>> [block["kind"] for block in read_html("<p>a<ul><li>b</ul>")]
        ['paragraph', 'list']
    """
    builder = Builder(line)
    feed_html(builder, html, line)
    return read_flow(builder.finish(line + html.count("\n")).children)
