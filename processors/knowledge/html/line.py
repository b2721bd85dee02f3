"""What stands within a line of HTML, as spans."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from markdown_it.common.html_blocks import block_names

from processors.knowledge.blocks import Block, Span
from processors.knowledge.html.elements import Element, Text

_CODE: Final = frozenset(["code", "samp", "tt", "pre", "listing", "xmp"])
LEFT_OUT: Final = frozenset(["script", "style", "head", "noscript", "svg", "colgroup"])
"""Elements that show nothing to read."""

# fmt: off
# Tags that only say how text looks.
_LOOKS: Final = frozenset([
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "blink", "cite", "code", "del", "dfn", "em", "font",
    "i", "ins", "kbd", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike",
    "strong", "sub", "sup", "tt", "u", "var", "wbr",
])
# Tags that may as well be words of an author who set no ticks.
_WORDS: Final = frozenset([
    "animate", "applet", "audio", "button", "canvas", "data", "datalist", "embed", "image", "input",
    "isindex", "keygen", "label", "layer", "listing", "map", "marquee", "math", "meter", "object", "output",
    "picture", "progress", "select", "set", "slot", "svg", "template", "textarea", "time", "use", "video",
    "xml",
])
# fmt: on
_SAFE_URL: Final = re.compile(
    r"(?:https?|mailto|tel|ftps?|ssh|slack|attachment):|[^:]*(?:$|[/?#])", re.IGNORECASE
)
_HIDDEN: Final = re.compile(r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")


def read_line(nodes: "Iterable[Element | Text | Span | Block]") -> Iterator[Span]:
    """Yield the spans of what stands in a line, not yet settled."""
    for node in nodes:
        if isinstance(node, Text):
            yield Span(kind="text", text=node.text)
        elif isinstance(node, Element):
            yield from _read_element(node)
        elif "first" not in node:
            yield node


def _read_element(element: Element) -> Iterator[Span]:
    tag = element.tag
    if tag in LEFT_OUT:
        return
    if tag == "br":
        yield Span(kind="break", text="")
    elif tag in ("img", "image"):
        yield read_image(element)
    elif tag in _CODE:
        if text := collect_text(element).strip("\n"):
            yield Span(kind="code", text=" ".join(text.split("\n")))
    elif tag == "a":
        yield from link_spans(read_line(element.children), element.attributes.get("href", ""))
    elif tag == "q":
        yield from (Span(kind="text", text="“"), *read_line(element.children), Span(kind="text", text="”"))
    elif tag == "input" and element.attributes.get("type") == "checkbox":
        yield Span(kind="text", text="[x] " if "checked" in element.attributes else "[ ] ")
    else:
        if element.raw:
            yield from read_placeholder(element)
        yield from read_line(element.children)


def read_placeholder(element: Element) -> Iterator[Span]:
    """Yield what a tag that is never ended says: `<pod>` is no element, it stands for the name of a pod."""
    if element.closed or element.tag in _LOOKS or element.tag in block_names:
        return
    if element.tag not in _WORDS and not re.search(r"[=/]", element.raw):
        yield Span(kind="placeholder", text=" ".join(element.raw.split()))
    elif not element.attributes:
        yield Span(kind="text", text=element.raw)


def read_image(element: Element) -> Span:
    """Return an image as its words and address."""
    words = element.attributes.get("alt") or element.attributes.get("title") or ""
    return make_image(words, element.attributes.get("src", ""))


def make_image(words: str, url: str) -> Span:
    """Return a span of an image; an address that could act is left out."""
    return Span(kind="image", text=" ".join(words.split()), url=keep_safe(url))


def link_spans(spans: Iterable[Span], url: str) -> Iterator[Span]:
    """Yield spans that lead to an address; one that could act is left out.

    Example:
        >>> list(link_spans([{"kind": "text", "text": "x"}], "javascript:alert(1)"))
        [{'kind': 'text', 'text': 'x'}]
    """
    held, url = list(spans), keep_safe(url)
    if not url or (url.startswith("#") and not any(span["text"].strip() for span in held)):
        yield from held
        return
    if not any(span["text"].strip() for span in held):
        held = [Span(kind="text", text=url)]
    for span in held:
        if span["kind"] == "break":
            yield Span(kind="link", text=" ", url=url)
        elif span["kind"] == "code":
            yield Span(kind="code", text=span["text"], url=url)
        elif span["text"]:
            yield Span(kind="link", text=span["text"], url=url)


def keep_safe(url: str) -> str:
    """Return an address, or nothing in place of one that could act.

    Example:
        >>> keep_safe("../a.md#b"), keep_safe("tel:+49-30"), keep_safe("java\\tscript:alert(1)")
        ('../a.md#b', 'tel:+49-30', '')
    """
    url = " ".join(url.split())
    return url if _SAFE_URL.match(_HIDDEN.sub("", url)) else ""


def collect_text(element: Element) -> str:
    """Return all text below, as it stands."""
    pieces = []
    for child in element.children:
        if isinstance(child, Text):
            pieces.append(child.text)
        elif isinstance(child, Element):
            words = "".join(span["text"] for span in read_placeholder(child)) if child.raw else ""
            pieces.append("\n" if child.tag == "br" else words + collect_text(child))
        elif "first" not in child:
            pieces.append("\n" if child["kind"] == "break" else child["text"])
    return "".join(pieces)
