"""Confluence's storage format as a tree, from input that may be broken anywhere.

It is XHTML with namespaces that are declared nowhere, HTML's entities and CDATA. No parser of XML takes that
as it is, or a page that was cut off. HTML's parser takes all of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import Final

_CDATA: Final = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)
_VOID: Final = frozenset({"br", "hr", "img", "col", "wbr", "input"})
# Beyond this depth elements stand side by side: a page nested on purpose must not exhaust the stack.
_DEEPEST: Final = 100


@dataclass
class Element:
    """An element with its attributes and what is in it."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Element | str]" = field(default_factory=list)

    def find(self, tag: str) -> "Element | None":
        """Return the first child of a tag, or None."""
        return next((child for child in self.elements() if child.tag == tag), None)

    def elements(self) -> "Iterator[Element]":
        """Yield the children that are elements."""
        return (child for child in self.children if isinstance(child, Element))

    def text(self) -> str:
        """Return all text below, as it stands."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


class _TreeBuilder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in _VOID and len(self.open) < _DEEPEST:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        # An end that nothing began is passed over; one that comes too early ends what is open within.
        depth = next((d for d in range(len(self.open) - 1, 0, -1) if self.open[d].tag == tag), 0)
        if depth:
            del self.open[depth:]

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse_storage(html: str) -> Element:
    """Return a page's storage format as a tree.

    Example:
        >>> tree = parse_storage("<p>a<br/>b<ac:x><![CDATA[c < d]]></ac:x>")
        >>> tree.find("p").find("ac:x").text()
        'c < d'
    """
    builder = _TreeBuilder()
    builder.feed(_CDATA.sub(lambda found: escape(found[1], quote=False), html.replace("\0", "")))
    builder.close()
    return builder.open[0]
