"""The text of a paragraph, as the nodes of a tree that HTML's tags stand in as well."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it.token import Token

from processors.knowledge.blocks import Span
from processors.knowledge.html.elements import Builder, Element, Text
from processors.knowledge.html.line import make_image
from processors.knowledge.html.tags import feed_inline

_NAME: Final = re.compile("[a-z][a-z0-9_]{2,}")


def read_inline(token: Token, line: int) -> Element:
    """Return an element that holds what stands in a paragraph, heading or cell.

    Args:
        token: The parser's `inline`.
        line: Of its first character.
    """
    builder = Builder(line)
    children = token.children or ()
    typed = set(_find_typed(children))
    for at, child in enumerate(children):
        if at in typed:
            builder.add([Text(child.markup, line)])
        line += _feed(builder, child, line)
    return builder.finish(line)


def _find_typed(tokens: Sequence[Token]) -> Iterator[int]:
    """Yield where marks stand that are no emphasis to a person: `__init__.py`, 2*3*4, *.log and app-*."""
    for at, token in enumerate(tokens):
        if token.type not in ("em_open", "strong_open"):
            continue
        end = next(
            end
            for end in range(at + 1, len(tokens))
            if tokens[end].level == token.level and tokens[end].nesting < 0
        )
        inside = tokens[at + 1 : end]
        is_name = token.markup == "__" and len(inside) == 1 and _NAME.fullmatch(inside[0].content)
        before = tokens[at - 1].content[-1:] if at else ""
        after = tokens[end + 1].content[:1] if end + 1 < len(tokens) else ""
        is_product = before.isalnum() and after.isalnum()
        if is_name or (token.markup == "*" and (is_product or _is_pattern(before, inside))):
            yield from (at, end)


def _is_pattern(before: str, inside: Sequence[Token]) -> bool:
    """Tell whether stars stand for the rest of names: what is between them begins or ends within one."""
    begin, end = inside[0].content[:1], inside[-1].content[-1:]
    return begin == "." or end == "-" or (begin in ("-", "/") and before in tuple("-._/"))


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
