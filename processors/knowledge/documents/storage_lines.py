"""What stands within a line of a Confluence page: links to pages and people, pictures, signs."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from processors.knowledge.blocks import Span
from processors.knowledge.blocks.spans import settle_spans, to_words
from processors.knowledge.html.elements import Element
from processors.knowledge.html.line import link_spans, make_image, read_line

Convert = Callable[[Iterable[Any], dict[str, None]], list[Any]]

_NAMES: Final = ("ri:content-title", "ri:filename", "ri:value", "ri:space-key", "ri:key", "ri:parameter")
_SIGNS: Final = {
    "tick": "✓", "cross": "✗", "warning": "⚠", "information": "ℹ", "question": "?", "plus": "+", "minus": "-",
    "light-on": "💡", "red-star": "★", "yellow-star": "★", "green-star": "★", "blue-star": "★",
}  # fmt: skip
_ABSOLUTE: Final = re.compile(r"https?://|mailto:", re.IGNORECASE)


def read_inline(element: Element, warnings: dict[str, None], convert: Convert) -> list[Span] | None:
    """Return the spans of what only Confluence has within a line, or None for anything else.

    Args:
        element: Of the page.
        warnings: Gets what the report is to say.
        convert: Turns what is within into elements of HTML.
    """
    tag = element.tag
    if tag == "ac:link":
        return _read_link(element, warnings, convert)
    if tag in ("ac:image", "img"):
        return [_read_image(element)]
    if tag == "time":
        return [Span(kind="text", text=element.attributes.get("datetime", ""))]
    if tag in ("ac:emoticon", "ac:emoji"):
        name = element.attributes.get("ac:name", "")
        sign = element.attributes.get("ac:emoji-fallback") or _SIGNS.get(name, f":{name}:" if name else "")
        return [Span(kind="text", text=sign)]
    if tag == "ri:user":
        return [name_user(warnings)]
    return None


def name_user(warnings: dict[str, None]) -> Span:
    """Return what stands for a person, whose name Confluence keeps out of the page."""
    warnings["people are named by an id that says nothing: @user stands for them"] = None
    return Span(kind="text", text="@user")


def name_target(element: Element) -> str:
    """Return what a link, a macro or a picture names: a page, a file, an address.

    Example:
        >>> page = Element("ri:page", {"ri:space-key": "OPS", "ri:content-title": "Stop the press"})
        >>> name_target(Element("ac:link", children=[page]))
        'Stop the press'
    """
    for one in element.elements():
        for name in _NAMES:
            if words := one.attributes.get(name, "").strip():
                return words
        if below := name_target(one):
            return below
    return ""


def _read_link(link: Element, warnings: dict[str, None], convert: Convert) -> list[Span]:
    target = name_target(link)
    bodies = [one for one in link.elements() if one.tag in ("ac:link-body", "ac:plain-text-link-body")]
    spans = settle_spans(read_line(convert(bodies[0].children, warnings))) if bodies else []
    if _ABSOLUTE.match(target):
        return list(link_spans(spans, target))
    if not spans:
        anchor = link.attributes.get("ac:anchor", "")
        return [name_user(warnings) if link.find("ri:user") else Span(kind="text", text=target or anchor)]
    # Where the page lies isn't known here, but it can be searched by its title.
    named = target and target.lower() not in to_words(spans).lower()
    return [*spans, Span(kind="text", text=f" ({target})")] if named else spans


def _read_image(image: Element) -> Span:
    source = image.attributes.get("src", "")
    for one in image.elements():
        if "ri:filename" in one.attributes:
            source = f"attachment:{one.attributes['ri:filename']}"
        source = one.attributes.get("ri:value", source)
    names = (image.attributes.get(name, "") for name in ("ac:alt", "alt", "ac:title", "title"))
    words = next(filter(None, names), source.rpartition("/")[2].removeprefix("attachment:"))
    return make_image(words, source)
