"""AsciiDoc as blocks, by Asciidoctor, the program that defines the format; it may open no other file."""

import re
from typing import Any, Final

from processors.knowledge.blocks import Block, Span
from processors.knowledge.blocks.spans import settle_spans
from processors.knowledge.documents.limited import run_limited
from processors.knowledge.documents.markup import (
    collect_words,
    list_classes,
    make_apart,
    make_omitted,
    parse_html,
    read_markup,
    take_title,
)
from processors.knowledge.html.elements import Element, Text

_COMMAND: Final = (
    "asciidoctor", "--safe-mode", "secure", "--no-header-footer", "--failure-level", "FATAL", "--quiet",
    "-a", "showtitle", "-a", "skip-front-matter", "-a", "icons!", "-a", "experimental", "-a", "sectanchors!",
    "-a", "sectids!", "-a", "hide-uri-scheme!", "-a", "relfilesuffix=.adoc", "-o", "-", "-",
)  # fmt: skip
# Asciidoctor sets type; a page says what its author typed.
_TYPED: Final = {
    "&#8212;&#8203;": "--", "&#8201;&#8212;&#8201;": " -- ", "&#8230;&#8203;": "...", "&#8217;": "'",
}  # fmt: skip
_CONDITION: Final = re.compile(r"^(?:ifdef|ifndef|ifeval)::([^\[\]\n]*)\[", re.MULTILINE)


def read_asciidoc(text: str) -> tuple[list[Block], list[str]]:
    """Return the blocks of an AsciiDoc page, with lines of what Asciidoctor made of it, and warnings.

    Raises:
        ConversionError: It can't be read.
    """
    html = run_limited(_COMMAND, text.encode()).decode(errors="replace")
    for set_as, typed in _TYPED.items():
        html = html.replace(set_as, typed)
    names = sorted({name for name in _CONDITION.findall(text) if name})
    warnings = [f"what stands under the condition {name[:60]!r} may be left out" for name in names]
    return read_markup(parse_html(html).children, _Rewriter().rewrite), warnings


class _Rewriter:
    """Turns Asciidoctor's elements into blocks, and remembers the lines that the last code has marks in."""

    def __init__(self) -> None:
        self.marks: dict[str, int] = {}

    def rewrite(self, element: Element, children: list[Any]) -> list[Any] | None:
        classes = list_classes(element)
        if element.tag == "p" and (target := _find_include(element)):
            return [make_omitted("include", target, element)]
        if element.tag == "a" and element.attributes.get("href", "").startswith("#_footnote"):
            return children
        if "admonitionblock" in classes:
            return [_read_admonition(element, classes)]
        if "listingblock" in classes or "literalblock" in classes:
            return self._read_listing(element)
        if "colist" in classes:
            return [self._read_marks(element)]
        if element.tag == "div" and "title" in classes:
            return [Element("p", {"class": "title"}, children, element.first, element.last)]
        return None

    def _read_listing(self, element: Element) -> list[Any]:
        _, title = take_title(element.children)
        pre = next(iter(_find(element, "pre")), element)
        code = pre.find("code") or pre
        self.marks = {}
        text, language = self._collect(code), code.attributes.get("data-lang", "")
        block = Block(kind="code", language=language, text=text, first=element.first, last=element.last)
        if title:
            block["title"] = title.replace('"', "'")
        return [block]

    def _collect(self, element: Element) -> str:
        """Return code without its numbered marks, which are none of it."""
        pieces: list[str] = []
        for child in element.children:
            if isinstance(child, Element) and "conum" in list_classes(child):
                line = "".join(pieces).count("\n") + 1
                self.marks[collect_words(child).strip("()")] = line
                pieces = ["".join(pieces).rstrip(" ")]
            else:
                pieces.append(collect_words(child))
        return "".join(pieces).rstrip()

    def _read_marks(self, element: Element) -> Block:
        """Return what is said of marked lines of code, by the numbers of these lines."""
        items: list[Block] = []
        for number, item in enumerate(_find(element, "li"), start=1):
            line = self.marks.get(str(number))
            blocks = read_markup(item.children, self.rewrite)
            if blocks and "spans" in blocks[0] and line:
                head = Span(kind="text", text=f"Line {line}: ")
                blocks[0]["spans"] = settle_spans([head, *blocks[0]["spans"]])
            items.append(
                Block(kind="item", number="", done=None, children=blocks, first=item.first, last=item.last)
            )
        return Block(kind="list", ordered=False, children=items, first=element.first, last=element.last)


def _read_admonition(element: Element, classes: list[str]) -> Block:
    cells = [cell for cell in _find(element, "td") if "content" in list_classes(cell)]
    nodes, title = take_title(cells[0].children if cells else [])
    label = next(name for name in [*classes, "note"] if name != "admonitionblock")
    return make_apart("quote", label.upper(), nodes, element, title)


def _find(element: Element, tag: str) -> list[Element]:
    """Return the nearest elements of a tag."""
    found: list[Element] = []
    for child in element.elements():
        found += [child] if child.tag == tag else _find(child, tag)
    return found


def _find_include(paragraph: Element) -> str:
    """Return the target of a paragraph that is nothing but an include, which is not followed."""
    links = [child for child in paragraph.elements() if "include" in list_classes(child)]
    words = "".join(child.text for child in paragraph.children if isinstance(child, Text)).strip()
    return links[0].attributes.get("href", "") if links and not words else ""
