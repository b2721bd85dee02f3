"""reStructuredText and Org as blocks, by Pandoc, which may open no other file."""

import re
from functools import lru_cache
from typing import Any, Final

from processors.knowledge.blocks import Block, Span
from processors.knowledge.documents.keeping import keep_first_line, keep_tabs, restore_code
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
from processors.knowledge.html.elements import Element
from processors.knowledge.html.flow import is_block
from processors.knowledge.html.line import collect_text

_OPTIONS: Final = (
    "--sandbox", "--to", "html5", "--syntax-highlighting", "none", "--wrap", "none", "--preserve-tabs",
    "+RTS", "-M512m", "-RTS",
)  # fmt: skip
# What these include is elsewhere; a directive of our own keeps the place.
_RST_INCLUDE: Final = re.compile(r"^([ \t]*\.\.[ \t]+)(?:include|literalinclude)::", re.MULTILINE)
_RST_FILE: Final = re.compile(
    r"^([ \t]*\.\.[ \t]+)(?:csv-table|raw)::[^\n]*\n(?:[ \t]+:[\w-]+:[^\n]*\n)*?"
    r"[ \t]+:(?:file|url):[ \t]*([^\n]*)",
    re.MULTILINE,
)
_RST_CODE: Final = re.compile(
    r"^([ \t]*\.\.[ \t]+)(?:code-tab|prompt|ipython|jupyter-execute)::", re.MULTILINE
)
_ORG_INCLUDE: Final = re.compile(
    r'^[ \t]*#\+INCLUDE:[ \t]*"?([^"\n]*?)"?[ \t]*$', re.MULTILINE | re.IGNORECASE
)
_ORG_TITLE: Final = re.compile(r"^#\+TITLE:[ \t]*(.+)$", re.MULTILINE | re.IGNORECASE)
_INCLUDED: Final = "runlore-include"
# Two hyphens of a command stay two, and `kube_pod` has no subscript.
_ORG_OPTIONS: Final = "#+OPTIONS: -:nil ^:nil\n"
_NOTES: Final = frozenset([
    "note", "warning", "danger", "attention", "caution", "important", "hint", "tip", "error",
    "admonition", "seealso", "todo",
])  # fmt: skip
_TABS: Final = frozenset(["tab", "tab-item", "group-tab"])
_FOLDS: Final = frozenset(["dropdown", "collapse", "details", "toggle"])
_ADDED: Final = {"versionadded": "New in", "versionchanged": "Changed in", "deprecated": "Deprecated since"}
_CODE_ROLES: Final = frozenset(["command", "file", "program", "option", "envvar", "kbd", "code", "samp"])


@lru_cache(maxsize=1)
def _find_pandoc() -> str:
    # Only where there is such a page, which most sources don't have.
    import pypandoc

    return str(pypandoc.get_pandoc_path())


def read_rst(text: str) -> list[Block]:
    """Return the blocks of reStructuredText, with lines of what Pandoc made of it.

    Raises:
        ConversionError: It can't be read.
    """
    held = _RST_FILE.sub(rf"\1{_INCLUDED}:: \2", _RST_CODE.sub(r"\1code-block::", text))
    return _read(keep_first_line(_RST_INCLUDE.sub(rf"\1{_INCLUDED}::", held)), "rst")


def read_org(text: str) -> list[Block]:
    """Return the blocks of an Org page, with lines of what Pandoc made of it.

    Raises:
        ConversionError: It can't be read.
    """
    held = _ORG_INCLUDE.sub(rf"#+begin_{_INCLUDED}\n\1\n#+end_{_INCLUDED}", text)
    blocks = _read(_ORG_OPTIONS + keep_tabs(held), "org")
    if title := _ORG_TITLE.search(text):
        words: list[Span] = [Span(kind="text", text=" ".join(title[1].split()))]
        return [Block(kind="heading", level=1, spans=words, first=1, last=1), *blocks]
    return blocks


def _read(text: str, form: str) -> list[Block]:
    html = run_limited([_find_pandoc(), "--from", form, *_OPTIONS], text.encode())
    return read_markup(parse_html(html.decode(errors="replace")).children, _rewrite)


def _rewrite(element: Element, children: list[Any]) -> list[Any] | None:
    classes = list_classes(element)
    if element.tag == "code" and "interpreted-text" in classes:
        return [_read_role(element)]
    if element.tag == "pre":
        return [_read_code(element, classes)]
    if element.tag == "label" or "tag" in classes:
        return children if element.tag == "label" else []
    if element.tag == "div" and "title" not in classes:
        return _read_directive(element, classes, children)
    return None


def _read_role(element: Element) -> Span:
    """Read text with a role: what is typed is code, what refers to something is its words."""
    text = collect_text(element)
    if element.attributes.get("role", "").rpartition(":")[2] in _CODE_ROLES:
        return Span(kind="code", text=text)
    return Span(kind="text", text=re.sub(r"\s*<[^<>]*>$", "", text).lstrip("~!"))


def _read_code(element: Element, classes: list[str]) -> Block:
    names = [name for name in classes if name not in ("example", "literate", "numberLines")]
    text = restore_code(collect_text(element).removesuffix("\n"))
    block = Block(
        kind="code", language=names[0] if names else "", text=text, first=element.first, last=element.last
    )
    if title := element.attributes.get("data-caption", ""):
        block["title"] = title.replace('"', "'")
    return block


def _read_directive(element: Element, classes: list[str], children: list[Any]) -> list[Any] | None:
    name = classes[0] if classes else ""
    if name == _INCLUDED:
        target = " ".join("".join(map(collect_words, children)).split())
        return [make_omitted("include", target, element)]
    if name == "toctree":
        return []
    if name in _NOTES:
        rest, title = take_title(children)
        own = title if title.lower() != name and name == "admonition" else ""
        return [
            make_apart(
                "quote", "NOTE" if name in ("admonition", "seealso") else name.upper(), rest, element, own
            )
        ]
    if name in _TABS or name in _FOLDS:
        label, rest = _take_first(children)
        return [make_apart("tab" if name in _TABS else "details", label, rest, element)]
    if name in ("only", "ifconfig"):
        return _take_first(children)[1]
    if name in _ADDED:
        version, rest = _take_first(children)
        return [Element("p", children=[Span(kind="text", text=f"{_ADDED[name]} {version}:")]), *rest]
    return None


def _take_first(nodes: list[Any]) -> tuple[str, list[Any]]:
    """Return the words of a directive's first paragraph, and what stands behind it."""
    at = next((n for n, node in enumerate(nodes) if isinstance(node, Element) and is_block(node)), len(nodes))
    first = nodes[at : at + 1]
    words = " ".join("".join(map(collect_words, first)).split())
    return (words, nodes[at + 1 :]) if first and first[0].tag == "p" else ("", nodes)
