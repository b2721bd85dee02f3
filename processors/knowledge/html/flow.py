"""Elements as blocks."""

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any, Final, cast

from processors.knowledge.blocks import Block, Span
from processors.knowledge.blocks.spans import settle_spans
from processors.knowledge.html.elements import Element, Text
from processors.knowledge.html.line import LEFT_OUT, collect_text, read_line
from processors.knowledge.html.tables import read_table

_HEADING: Final = re.compile("h[1-6]")
_LANGUAGE: Final = re.compile(r"(?:lang(?:uage)?|brush|highlight-source)[-:]\s?([\w+#.-]{1,30})")
# fmt: off
_BLOCKS: Final = frozenset([
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog",
    "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "hr", "html", "legend", "li", "listing", "main", "menu", "nav", "ol", "optgroup",
    "option", "p", "pre", "search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead",
    "tr", "ul", "xmp",
])
# fmt: on

Nodes = Iterable[Any]


def read_flow(nodes: Nodes) -> list[Block]:
    """Return the blocks of what stands one below the other; what stands in a line becomes paragraphs."""
    blocks: list[Block] = []
    for inline, run in groupby(nodes, _is_in_line):
        if inline:
            blocks += _read_paragraph(list(run))
        else:
            for node in run:
                blocks += _read_block(node) if isinstance(node, Element) else [cast(Block, node)]
    return blocks


def _is_in_line(node: Any) -> bool:
    if isinstance(node, Element):
        return not is_block(node)
    return isinstance(node, Text) or "first" not in node


def is_block(element: Element) -> bool:
    """Tell whether an element stands apart, or holds what does."""
    if element.tag in _BLOCKS:
        return True
    return any(
        is_block(child) if isinstance(child, Element) else not isinstance(child, Text) and "first" in child
        for child in element.children
    )


def _read_paragraph(nodes: list[Any]) -> list[Block]:
    spans = settle_spans(read_line(nodes))
    if not spans:
        return []
    first, last = _cover(nodes)
    return [Block(kind="paragraph", spans=spans, first=first, last=last)]


def _cover(nodes: list[Any]) -> tuple[int, int]:
    """The lines of what stands in a line: those that hold anything but space."""
    lines: list[int] = []
    for node in nodes:
        if isinstance(node, Element):
            lines += [node.first, node.last]
        elif isinstance(node, Text) and node.text.strip():
            lead = len(node.text) - len(node.text.lstrip())
            first = node.line + node.text.count("\n", 0, lead)
            lines += [first, first + node.text.strip().count("\n")]
    return (min(lines), max(lines)) if lines else (1, 1)


def _read_block(element: Element) -> list[Block]:
    tag = element.tag
    if tag in LEFT_OUT:
        # Nothing that is never closed may hide the rest of a page.
        return [
            cast(Block, child) for child in element.children if isinstance(child, dict) and "first" in child
        ]
    if not element.closed and tag in ("details", "ul", "ol", "dl", "table", "blockquote"):
        return read_flow(element.children)
    lines = {"first": element.first, "last": element.last}
    if _HEADING.fullmatch(tag):
        # A heading is one line.
        spans = settle_spans(
            Span(kind="text", text=" ") if span["kind"] == "break" else span
            for span in settle_spans(read_line(element.children))
        )
        return (
            [cast(Block, {"kind": "heading", "level": int(tag[1]), "spans": spans, **lines})] if spans else []
        )
    if tag in ("pre", "listing", "xmp"):
        return [cast(Block, {"kind": "code", **_read_code(element), **lines})]
    if tag in ("ul", "ol", "menu"):
        return [cast(Block, {**block, **lines}) for block in [read_list(element)] if block["children"]]
    if tag == "dl":
        return read_flow(_pair_terms(element))
    if tag == "table":
        return read_table(element, read_flow)
    if tag == "hr":
        return [cast(Block, {"kind": "rule", **lines})]
    if tag == "blockquote":
        children = read_flow(element.children)
        return (
            [cast(Block, {"kind": "quote", "label": "", "children": children, **lines})] if children else []
        )
    if tag == "details":
        return _read_details(element)
    word = Element(tag, element.attributes, [], element.first, element.first, element.raw, element.closed)
    return [*_read_paragraph([word]), *read_flow(element.children)]


def _read_code(element: Element) -> dict[str, str]:
    inner = next(iter(element.elements()), None)
    classes = " ".join(each.attributes.get("class", "") for each in (element, inner) if each)
    found = _LANGUAGE.search(classes)
    named = element.attributes.get("lang", "") or element.attributes.get("data-lang", "")
    text = collect_text(element).rstrip()
    # A line end behind the tag is none of the code.
    return {"language": found[1] if found else named, "text": re.sub(r"\A(?:[ \t]*\n)+", "", text)}


def read_list(element: Element) -> Block:
    """Return a list; what stands in it beside its items belongs to the one before."""
    ordered = element.tag == "ol"
    style = element.attributes.get("type", "1") if ordered else ""
    start = element.attributes.get("start", "1")
    number = int(start) if re.fullmatch(r"\d{1,8}", start) else 1
    items: list[Block] = []
    for child in element.children:
        if isinstance(child, Element) and child.tag == "li":
            value = child.attributes.get("value", "")
            number = int(value) if re.fullmatch(r"\d{1,8}", value) else number
            items.append(_make_item(read_flow(child.children), show_number(number, style), child))
            number += 1
        else:
            more = read_flow([child])
            if more and items:
                items[-1]["children"] += more
                items[-1]["last"] = more[-1]["last"]
            elif more:
                items.append(_make_item(more, show_number(number, style), element))
                number += 1
    return Block(kind="list", ordered=ordered, children=items, first=element.first, last=element.last)


def _make_item(children: list[Block], number: str, element: Element) -> Block:
    return Block(
        kind="item", number=number, done=None, children=children, first=element.first, last=element.last
    )


def show_number(number: int, style: str) -> str:
    """Return an item's number as a browser shows it; `style` is the `type` of `<ol>`, empty of bullets.

    Example:
        >>> show_number(2, "a"), show_number(4, "I"), show_number(3, "1"), show_number(1, "")
        ('b', 'IV', '3', '')
    """
    if style in ("a", "A") and 0 < number <= 26:
        letter = chr(ord("a") + number - 1)
        return letter if style == "a" else letter.upper()
    if style in ("i", "I") and 0 < number < 40:
        roman = (
            "X" * (number // 10) + ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"][number % 10]
        )
        return roman if style == "I" else roman.lower()
    return str(number) if style else ""


def _pair_terms(element: Element) -> list[Any]:
    """Return a list of terms as paragraphs: each term as it is, its explanation below."""
    return [
        Element("p", children=child.children, first=child.first, last=child.last)
        if isinstance(child, Element) and child.tag == "dt"
        else child
        for child in element.children
    ]


def _read_details(element: Element) -> list[Block]:
    summary = element.find("summary")
    spans: list[Span] = settle_spans(read_line(summary.children)) if summary else []
    label = "".join(" " if span["kind"] == "break" else span["text"] for span in spans)
    children = read_flow([child for child in element.children if child is not summary])
    block = Block(kind="details", label=label, children=children, first=element.first, last=element.last)
    return [block] if label or children else []
