"""A tree of elements, built tag by tag; finished spans and blocks may stand in it beside text."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from processors.knowledge.blocks import Block, Span

VOID: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
# What an opening tag ends if it is open, and what that lies in at most.
_ENDS: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    **{name: (frozenset(["dt", "dd"]), frozenset(["dl"])) for name in ("dt", "dd")},
    **{name: (frozenset(["td", "th"]), frozenset(["table", "tr"])) for name in ("td", "th")},
    "li": (frozenset(["li"]), frozenset(["ul", "ol"])),
    "tr": (frozenset(["tr"]), frozenset(["table"])),
    "tbody": (frozenset(["thead", "tbody", "tr"]), frozenset(["table"])),
    "p": (frozenset(["p"]), frozenset(["li", "td", "th", "div", "blockquote", "details", "section"])),
}
_MAY_STAY_OPEN: Final = frozenset(
    ["li", "p", "td", "th", "tr", "thead", "tbody", "tfoot", "dt", "dd", "html", "body", "head"]
)
# Beyond this depth elements stand side by side: a page nested on purpose must not exhaust the stack.
_DEEPEST: Final = 60


class Text(NamedTuple):
    """Characters, and the line that they begin in."""

    text: str
    line: int


Node = "Element | Text | Span | Block"


@dataclass
class Element:
    """An element with what is in it, and its lines.

    `raw` is its opening tag as it is written. `closed` is false if the page never ends it, though it has to.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Element | Text | Span | Block]" = field(default_factory=list)
    first: int = 1
    last: int = 1
    raw: str = ""
    closed: bool = True

    def elements(self) -> "Iterator[Element]":
        """Yield the children that are elements."""
        return (child for child in self.children if isinstance(child, Element))

    def find(self, tag: str) -> "Element | None":
        """Return the first child of a tag, or None."""
        return next((child for child in self.elements() if child.tag == tag), None)


class Builder:
    """Takes tags, text and finished parts in their order, and makes a tree of them, however they nest."""

    def __init__(self, line: int = 1, *, implied_ends: bool = True) -> None:
        """Begin a tree at a line; `implied_ends` is false where each tag is ended, as XHTML wants it."""
        self.open = [Element("", first=line, last=line)]
        self.implied_ends = implied_ends

    def open_tag(
        self, tag: str, attributes: Mapping[str, str], line: int, raw: str = "", *, empty: bool = False
    ) -> None:
        """Take an opening tag.

        Args:
            tag: Its name, in lower case.
            attributes: By their names.
            line: Where it begins.
            raw: As it is written.
            empty: Whether it ends in itself.
        """
        if self.implied_ends and tag in _ENDS:
            self._end_open(*_ENDS[tag], line)
        element = Element(tag, dict(attributes), first=line, last=line, raw=raw)
        self.open[-1].children.append(element)
        if not empty and tag not in VOID and len(self.open) < _DEEPEST:
            element.closed = False
            self.open.append(element)

    def close_tag(self, tag: str, line: int) -> None:
        """Take a closing tag: it ends what is open within; one that nothing began is passed over."""
        depth = next((at for at in range(len(self.open) - 1, 0, -1) if self.open[at].tag == tag), 0)
        if depth:
            self._close(depth, line)

    def add(self, parts: "Iterable[Text | Span | Block]") -> None:
        """Take text or finished parts."""
        self.open[-1].children += parts

    def finish(self, line: int) -> Element:
        """Return the root of the tree; what is still open and shouldn't be is marked so."""
        for element in self.open:
            element.last = line
            element.closed = element.tag in _MAY_STAY_OPEN or not element.tag
        return self.open[0]

    def _end_open(self, ended: frozenset[str], within: frozenset[str], line: int) -> None:
        found = 0
        for depth in range(len(self.open) - 1, 0, -1):
            if self.open[depth].tag in within:
                break
            if self.open[depth].tag in ended:
                found = depth
        if found:
            self._close(found, line)

    def _close(self, depth: int, line: int) -> None:
        for element in self.open[depth:]:
            element.last, element.closed = line, True
        del self.open[depth:]
