"""Confluence's storage format in, Markdown out."""

from collections.abc import Iterable
from typing import Final

from processors.knowledge.blocks import Block, Span
from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.documents import ConvertedPage
from processors.knowledge.documents.storage_lines import read_inline
from processors.knowledge.documents.storage_macros import read_macro, read_panel
from processors.knowledge.documents.storage_tree import parse_storage
from processors.knowledge.html.elements import Element, Text
from processors.knowledge.html.flow import read_flow
from processors.knowledge.html.line import collect_text

Node = Element | Text | Span | Block

_DROPPED: Final = frozenset(
    ["ac:parameter", "ac:placeholder", "ac:adf-attribute", "ac:adf-mark", "ac:task-id", "ac:task-status"]
)
# What stands in a line unless it holds a block.
_SPANS: Final = frozenset(
    ["ac:inline-comment-marker", "ac:link-body", "ac:plain-text-link-body", "ac:caption"]
)


def convert_storage(html: str) -> ConvertedPage:
    """Turn a Confluence page into Markdown.

    Broken input is converted as far as it goes. What has no form in Markdown is kept as its text, or named,
    and reported.

    Args:
        html: The page's body in the storage format.

    Returns:
        The Markdown, and warnings of what is wrong with the page, each once.

    Example:
        >>> page = convert_storage("<h2>Steps</h2><ol><li>Look at <code>df -h</code></li></ol>")
        >>> page["text"].splitlines()
        ['## Steps', '', '1. Look at `df -h`']
    """
    warnings: dict[str, None] = {}
    blocks = read_flow(_convert_all(parse_storage(html).children, warnings))
    return ConvertedPage(text=f"{render_markdown(blocks)}\n" if blocks else "", warnings=list(warnings))


def _convert_all(nodes: Iterable[Node], warnings: dict[str, None]) -> list[Node]:
    """Return nodes as elements of HTML, with finished spans and blocks where HTML has none."""
    return [
        made for node in nodes for made in (_convert(node, warnings) if isinstance(node, Element) else [node])
    ]


def _convert(element: Element, warnings: dict[str, None]) -> list[Node]:
    tag = element.tag
    if tag in _DROPPED:
        return []
    if tag in ("ac:structured-macro", "ac:macro"):
        return read_macro(element, warnings, _convert_all)
    if tag == "ac:task-list":
        return [*_read_tasks(element, warnings)]
    if tag == "ac:adf-extension":
        return _read_extension(element, warnings)
    if (spans := read_inline(element, warnings, _convert_all)) is not None:
        return list(spans)
    name = "span" if tag in _SPANS else "div" if ":" in tag else tag
    return [Element(name, element.attributes, _convert_all(element.children, warnings))]


def _read_tasks(element: Element, warnings: dict[str, None]) -> list[Block]:
    items: list[Block] = []
    for task in element.elements():
        if task.tag == "ac:task":
            status, body = task.find("ac:task-status"), task.find("ac:task-body")
            done = status is not None and collect_text(status).strip() == "complete"
            children = read_flow(_convert_all((body or task).children, warnings))
            items.append(Block(kind="item", number="", done=done, children=children, first=1, last=1))
    return [Block(kind="list", ordered=False, children=items, first=1, last=1)] if items else []


def _read_extension(element: Element, warnings: dict[str, None]) -> list[Node]:
    """Read what the new editor adds: a panel by its kind, all else by what older programs are to show."""
    node, fallback = element.find("ac:adf-node"), element.find("ac:adf-fallback")
    content = node.find("ac:adf-content") if node else None
    if node and content and node.attributes.get("type") == "panel":
        kinds = [collect_text(one) for one in node.elements() if one.attributes.get("key") == "panel-type"]
        return [*read_panel("".join(kinds).strip(), "", _convert_all(content.children, warnings))]
    return [Element("div", children=_convert_all((fallback or element).children, warnings))]
