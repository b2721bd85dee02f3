"""A page of HTML as blocks: what its author wrote, without what stands around it on every page."""

from collections.abc import Iterator
from typing import Any, Final

from processors.knowledge.blocks import Block, Span
from processors.knowledge.documents.markup import collect_words, list_classes, parse_html, read_markup
from processors.knowledge.html.elements import Element

_AROUND: Final = frozenset(["nav", "footer", "aside", "form", "template", "iframe"])
_AROUND_ROLES: Final = frozenset(["navigation", "banner", "contentinfo", "search", "complementary"])
_AROUND_CLASSES: Final = frozenset(
    ["toc", "headerlink", "breadcrumb", "breadcrumbs", "sidebar", "linenos", "lineno"]
)


def read_html_page(text: str) -> list[Block]:
    """Return the blocks of a page with the lines that they stand in; the main part where the page names one.

    Example:
        >>> page = "<title>Kiln</title><nav>Home</nav>\\n<p>It is hot."
        >>> [(block["kind"], block["first"]) for block in read_html_page(page)]
        [('heading', 1), ('paragraph', 2)]
    """
    root = parse_html(text)
    main = [one for one in _walk(root) if one.tag == "main" or one.attributes.get("role") == "main"]
    articles = [one for one in _walk(root) if one.tag == "article"]
    chosen = main or (articles if len(articles) == 1 else [])
    # What is rewritten is no longer there afterwards.
    title = next((one for one in _walk(root) if one.tag == "title"), None)
    blocks = read_markup((chosen[0] if chosen else root).children, _rewrite)
    has_heading = any(block["kind"] == "heading" and block["level"] == 1 for block in blocks)
    words = " ".join(collect_words(title).split()) if title else ""
    if title and words and blocks and not has_heading:
        spans: list[Span] = [Span(kind="text", text=words)]
        head = Block(kind="heading", level=1, spans=spans, first=title.first, last=title.last)
        return [head, *blocks]
    return blocks


def _walk(element: Element) -> Iterator[Element]:
    for child in element.elements():
        yield child
        yield from _walk(child)


def _rewrite(element: Element, _children: list[Any]) -> list[Any] | None:
    classes = list_classes(element)
    is_around = element.tag in _AROUND or element.attributes.get("role", "") in _AROUND_ROLES
    if is_around or not _AROUND_CLASSES.isdisjoint(classes) or element.tag == "title":
        return []
    return None
