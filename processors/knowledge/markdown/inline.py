"""The text of a paragraph, as the nodes of a tree that HTML's tags stand in as well."""

from collections.abc import Sequence

from markdown_it.token import Token

from processors.knowledge.blocks import Span
from processors.knowledge.html.elements import Builder, Element, Text
from processors.knowledge.html.line import make_image
from processors.knowledge.html.tags import feed_inline


def read_inline(token: Token, line: int) -> Element:
    """Return an element that holds what stands in a paragraph, heading or cell.

    Args:
        token: The parser's `inline`.
        line: Of its first character.
    """
    builder = Builder(line)
    for child in token.children or ():
        line += _feed(builder, child, line)
    return builder.finish(line)


def _feed(builder: Builder, token: Token, line: int) -> int:
    """Give one token to a builder; returns how many lines it takes."""
    kind = token.type
    if kind == "text":
        builder.add([Text(token.content, line)])
    elif kind == "code_inline":
        builder.add([Span(kind="code", text=token.content)])
    elif kind == "softbreak":
        builder.add([Text("\n", line)])
        return 1
    elif kind == "hardbreak":
        builder.add([Span(kind="break", text="")])
        return 1
    elif kind == "link_open":
        builder.open_tag("a", {"href": str(token.attrs.get("href", ""))}, line)
    elif kind == "link_close":
        builder.close_tag("a", line)
    elif kind == "image":
        builder.add([make_image(_to_words(token.children or ()), str(token.attrs.get("src", "")))])
    elif kind == "html_inline":
        feed_inline(builder, token.content, line)
        return token.content.count("\n")
    return 0


def _to_words(tokens: Sequence[Token]) -> str:
    words = ""
    for token in tokens:
        if token.type == "softbreak":
            words += " "
        else:
            words += _to_words(token.children) if token.children else token.content
    return words
