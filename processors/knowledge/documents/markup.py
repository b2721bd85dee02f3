"""HTML that a program made of another format, or a person wrote, as blocks: what its classes say is kept."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from processors.knowledge.blocks import Block, Span
from processors.knowledge.html.elements import Builder, Element, Text
from processors.knowledge.html.flow import read_flow
from processors.knowledge.html.tags import feed_html

Rewrite = Callable[[Element, list[Any]], list[Any] | None]

_TASK: Final = re.compile(r"(\[[ xX]\]|[\u2713\u2714\u2611\u2610\u274f])\s+")
_OPEN: Final = frozenset(["[ ]", "\u2610", "\u274f"])


def parse_html(html: str) -> Element:
    """Return HTML as a tree."""
    builder = Builder()
    feed_html(builder, html, 1)
    return builder.finish(html.count("\n") + 1)


def read_markup(nodes: Iterable[Any], rewrite: Rewrite) -> list[Block]:
    """Return the blocks of elements.

    Args:
        nodes: Elements and text.
        rewrite: Gets an element and what was made of its children, and returns what stands for it, or None if
            it stays as it is.
    """
    return mark_tasks(read_flow(_rewrite_all(nodes, rewrite)))


def _rewrite_all(nodes: Iterable[Any], rewrite: Rewrite) -> list[Any]:
    made: list[Any] = []
    for node in nodes:
        if not isinstance(node, Element):
            made.append(node)
            continue
        children = _rewrite_all(node.children, rewrite)
        found = rewrite(node, children)
        if found is None:
            node.children = children
            found = [node]
        made += found
    return made


def list_classes(element: Element) -> list[str]:
    """Return the classes of an element."""
    return element.attributes.get("class", "").split()


def take_title(nodes: Iterable[Any]) -> tuple[list[Any], str]:
    """Return what stands in an element without its title, and the title's words."""
    rest, title = [], ""
    for node in nodes:
        if not title and isinstance(node, Element) and "title" in list_classes(node):
            title = " ".join(collect_words(node).split())
        else:
            rest.append(node)
    return rest, title


def collect_words(node: Any) -> str:
    """Return the text below a node, whether it is an element yet or a finished block."""
    if isinstance(node, Text):
        return node.text
    if isinstance(node, Element):
        return "".join(map(collect_words, node.children))
    return "".join([node.get("text", ""), *(span["text"] for span in node.get("spans", ()))])


def make_apart(kind: Any, label: str, nodes: Iterable[Any], element: Element, title: str = "") -> Block:
    """Return a quote, tab or fold.

    Args:
        kind: Of the block.
        label: Its label.
        nodes: What is in it.
        element: That it was, for its lines.
        title: Of a quote.
    """
    children = read_flow(nodes)
    block = Block(kind=kind, label=label, children=children, first=element.first, last=element.last)
    if title:
        block["title"] = title
    return block


def make_omitted(what: str, target: str, element: Element) -> Block:
    """Return the mark of what is not here.

    Args:
        what: Is not here, such as `include`.
        target: A path or a name.
        element: That stands for it, for its lines.
    """
    return Block(kind="omitted", what=what, target=target, first=element.first, last=element.last)


def mark_tasks(blocks: Iterable[Block]) -> list[Block]:
    """Return blocks with items that begin with a box as tasks, which are done or not.

    Example:
        >>> words = [{"kind": "text", "text": "[x] Look."}]
        >>> item = {"kind": "item", "children": [{"kind": "paragraph", "spans": words}]}
        >>> mark_tasks([item])[0]["done"]
        True
    """
    marked: list[Block] = []
    for block in blocks:
        held = block.copy()
        if "children" in block:
            held["children"] = mark_tasks(block["children"])
        spans = held["children"][0].get("spans", []) if held["kind"] == "item" and held["children"] else []
        found = _TASK.match(spans[0]["text"]) if spans and spans[0]["kind"] == "text" else None
        if found:
            head: Span = {**spans[0], "text": spans[0]["text"][found.end() :]}
            first: Block = {**held["children"][0], "spans": [head, *spans[1:]] if head["text"] else spans[1:]}
            held["children"] = [first, *held["children"][1:]]
            held["done"] = found[1] not in _OPEN
        marked.append(held)
    return marked
