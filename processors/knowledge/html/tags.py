"""Tags within Markdown, as CommonMark defines them, given to a builder one by one."""

import re
from html import unescape
from typing import Final

from processors.knowledge.html.elements import Builder, Text

_TAG: Final = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Za-z][\w:.-]*)"
    r"(?P<attributes>(?:\s+[A-Za-z_:@#][\w:.@-]*(?:\s*=\s*(?:[^\s\"'=<>`]+|'[^']*'|\"[^\"]*\"))?)*)\s*(?P<empty>/?)>"
    r"|<!--|<[!?][^<>]*>"
)
_ATTRIBUTE: Final = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""")


def feed_html(builder: Builder, html: str, line: int) -> None:
    """Give text with tags to a builder; a comment shows nothing, and what is no whole tag is text.

    Args:
        builder: Takes it.
        html: A block of HTML, or a part of one.
        line: Of its first character.
    """
    position = 0
    while found := _TAG.search(html, position):
        begin, end = found.span()
        if found[0] == "<!--":
            end = html.find("-->", end) + 3
        if end < begin:
            break
        builder.add([Text(unescape(html[position:begin]), line)] if begin > position else [])
        line += html.count("\n", position, begin)
        feed_tag(builder, found, line)
        line += html.count("\n", begin, end)
        position = end
    builder.add([Text(unescape(html[position:]), line)] if position < len(html) else [])


def feed_tag(builder: Builder, found: re.Match[str], line: int) -> None:
    """Give one tag to a builder, or nothing for a declaration.

    Args:
        builder: Takes it.
        found: The tag.
        line: Where it begins.
    """
    if not found["name"]:
        return
    tag = found["name"].lower()
    if found["close"]:
        builder.close_tag(tag, line + found[0].count("\n"))
        return
    attributes = {
        name.lower(): unescape(double or single or bare)
        for name, double, single, bare in _ATTRIBUTE.findall(found["attributes"])
    }
    builder.open_tag(tag, attributes, line, found[0], empty=bool(found["empty"]))


def feed_inline(builder: Builder, html: str, line: int) -> None:
    """Give a tag that stands within a paragraph to a builder.

    Args:
        builder: Takes it.
        html: The tag.
        line: Where it begins.
    """
    if found := _TAG.fullmatch(html):
        feed_tag(builder, found, line)
