"""What a tag that stands for something shows: words, a picture, a link, or that something isn't here."""

import re
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from processors.knowledge.blocks.escaping import escape_words
from processors.knowledge.markdown.dialects.liquid import DIALECT as LIQUID
from processors.knowledge.markdown.dialects.tags import Tag

# The arguments that a reader would see, the best first, of whatever tag.
_SHOWN: Final = (
    "text",
    "caption",
    "title",
    "header",
    "label",
    "name",
    "summary",
    "alt",
    "term_id",
    "content",
    "page",
)
_TARGETS: Final = ("file", "src", "source", "path", "url", "href", "link", "id", "video", "to")
# Their first argument has no name, and is what they show or where they lead.
_VALUES: Final = ("heading", "ref", "relref", "link", "post_url", "glossary_tooltip", "kbd", "badge", "key")
_STATES: Final = ("feature-state", "new-in", "version-added")
_IMAGES: Final = ("figure", "img", "image", "picture", "imgproc", "zoom", "frame")
_INCLUDES: Final = (
    "include", "include-markdown", "include_relative", "include_cached", "include-file", "render", "md",
    "readfile", "snippet", "partial", "embed-md", "reuse", "import", "transclude", "includecontent",
    "content-ref", "includes",
)  # fmt: skip
_FILES: Final = (
    "code_sample",
    "codenew",
    "code",
    "code_file",
    "literalinclude",
    "code-include",
    "example",
    "highlightfile",
)
_SILENT: Final = frozenset([
    "toc", "br", "clear", "clearfix", "tableofcontents", "table-of-contents", "seo", "feed_meta", "break",
    "copy.html", "copy-curl.html", "try-in-playground.html", "assign", "cycle", "increment", "set", "import",
    "continue",
])  # fmt: skip
_NOTES: Final = ("note", "tip", "warning", "caution", "important", "danger", "info", "alert", "callout")
_SAFE: Final = re.compile(r"[\w./~:#?=&%+@-]+")

How = Literal["words", "link", "silent", "omitted", "note", "unknown"]


class Shown(NamedTuple):
    """What is shown of a tag: `text` as Markdown, or the target of what is omitted, `what` it is."""

    how: How
    text: str = ""
    what: str = ""


def show_void(tag: Tag, values: Mapping[str, str]) -> Shown:
    """Return what a tag shows that has no closing one.

    Args:
        tag: The tag.
        values: That the page gives names to.

    Example:
        >>> show_void(Tag(0, 0, "void", "glossary_tooltip", {"text": "Pod"}, "shortcode", ""), {})
        Shown(how='words', text='Pod', what='')
    """
    name, given = tag.name.lower(), tag.arguments
    first = given.get("0", "")
    if tag.dialect == LIQUID and name.startswith("include"):
        return _show_liquid_include(tag, first, values)
    target = next((given[key] for key in _TARGETS if given.get(key)), "") or first
    if name in _SILENT:
        return Shown("silent")
    if name == "param":
        return Shown("words", values[f"page.{first}"]) if f"page.{first}" in values else Shown("unknown")
    if name in _IMAGES and target:
        return Shown("words", f"![{escape_words(_find_words(given), label=True)}](<{target}>)")
    if name in _INCLUDES and target:
        return Shown("omitted", target, "include")
    if name in _FILES and target:
        return Shown("omitted", target, "code")
    if name in _STATES:
        return Shown("words", escape_words(f"{name.capitalize()}: {' '.join(filter(None, given.values()))}"))
    if name == "glossary_definition":
        return Shown("omitted", given.get("term_id") or first, "definition")
    if name in _VALUES and first:
        return Shown("link" if name in ("ref", "relref", "link", "post_url") else "words", first)
    if words := _find_words(given):
        href = next(
            (given[key] for key in ("url", "href", "link", "to") if _SAFE.fullmatch(given.get(key, ""))), ""
        )
        words = escape_words(words, label=bool(href))
        return Shown("words", f"[{words}](<{href}>)" if href else words)
    return Shown("unknown")


def _find_words(given: Mapping[str, str]) -> str:
    return " ".join(next((given[key] for key in _SHOWN if given.get(key)), "").split())


def _show_liquid_include(tag: Tag, first: str, values: Mapping[str, str]) -> Shown:
    """An include of Jekyll: a button shows nothing, a note shows what it is given."""
    given = tag.arguments
    name = first.rpartition("/")[2].removesuffix(".html").removesuffix(".md")
    if f"{name}.html" in _SILENT:
        return Shown("silent")
    kind = (given.get("type") or given.get("kind") or name).lower()
    if name in _NOTES and (content := given.get("content") or given.get("text")):
        label = (kind if kind in _NOTES[:-2] else "note").upper()
        return Shown("note", values.get(content, content), label)
    if name in ("image", "figure", "img") and (
        picture := given.get("file") or given.get("src") or given.get("url")
    ):
        words = escape_words(_find_words({**given, "name": ""}), label=True)
        return Shown("words", f"![{words}](<{picture}>)")
    target = first or given.get("file", "")
    is_part = given.get("start") or given.get("end")
    return Shown("omitted", target, "part of" if is_part else "include") if target else Shown("unknown")
