"""What stands within a line of a Confluence page, in Markdown."""

import re
from collections.abc import Iterable
from typing import Final

from processors.knowledge.documents.escaping import escape_inline, quote_code
from processors.knowledge.documents.storage_tree import Element

_MARKS: Final = {"strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~", "s": "~~"}
_LEFT_OUT: Final = frozenset({
    "script", "style", "colgroup", "ac:parameter", "ac:placeholder", "ac:adf-attribute", "ac:task-id",
})  # fmt: skip
_BRACKET: Final = re.compile(r"[\[\]]")
_LINKED: Final = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)


def convert_line(nodes: Iterable[Element | str]) -> str:
    """Return what stands side by side, in one text."""
    return "".join(convert_inline(node) for node in nodes)


def convert_inline(node: Element | str) -> str:
    """Return text or an element within a line; a line break of the page is one of the text."""
    if isinstance(node, str):
        return escape_text(" ".join(re.split(r"\s+", node)))
    tag = node.tag
    if tag in _LEFT_OUT:
        return ""
    if tag == "br":
        return "\n"
    if tag == "code":
        return quote_code(node.text()) if node.text().strip() else ""
    if tag in ("a", "ac:link"):
        return _convert_link(node)
    if tag in ("img", "ac:image"):
        return _convert_image(node)
    if tag == "time":
        return escape_text(node.attributes.get("datetime", ""))
    if tag == "ac:emoticon":
        return escape_text(node.attributes.get("ac:emoji-fallback", ""))
    if tag in ("ac:structured-macro", "ac:macro"):
        return " ".join(
            escape_text(one.text().strip()) for one in node.elements()
            if one.attributes.get("ac:name") in ("title", "key") or one.tag != "ac:parameter"
        )  # fmt: skip
    text = convert_line(node.children)
    return _mark(text, _MARKS[tag]) if tag in _MARKS else text


def _mark(text: str, mark: str) -> str:
    """Set a mark around words; a mark beside a space or across lines would be none."""
    inner = text.strip()
    if not inner or "\n" in inner:
        return text
    begin = text.index(inner)
    return f"{text[:begin]}{mark}{inner}{mark}{text[begin + len(inner) :]}"


def _convert_link(link: Element) -> str:
    target = link.attributes.get("href", "")
    named = [
        one.attributes[name]
        for one in link.elements()
        for name in ("ri:content-title", "ri:filename", "ri:value")
        if name in one.attributes
    ]
    bodies = [one for one in link.elements() if one.tag in ("ac:link-body", "ac:plain-text-link-body")]
    shown = convert_line(bodies[0].children if bodies else link.children)
    label = " ".join(shown.split()) or escape_text(next(iter(named), ""))
    if link.tag == "ac:link":
        target = next((one for one in named if _LINKED.match(one)), "")
    if not _LINKED.match(target.strip()):
        return label
    return f"[{label or escape_text(target)}]({_quote_target(target)})"


def _convert_image(image: Element) -> str:
    source = image.attributes.get("src", "")
    for one in image.elements():
        if "ri:filename" in one.attributes:
            source = f"attachment:{one.attributes['ri:filename']}"
        source = one.attributes.get("ri:value", source)
    names = (image.attributes.get(name, "") for name in ("ac:alt", "alt", "ac:title", "title"))
    alt = next(filter(None, names), source.rpartition("/")[2].removeprefix("attachment:"))
    return f"![{escape_text(alt)}]({_quote_target(source)})"


def _quote_target(target: str) -> str:
    """Return an address as Markdown can hold it.

    Example:
        >>> _quote_target("https://x/a b)")
        'https://x/a%20b%29'
    """
    held: dict[str, str | int | None] = {
        " ": "%20",
        "(": "%28",
        ")": "%29",
        "<": "%3C",
        ">": "%3E",
        "\n": "",
        "\t": "",
    }
    return target.strip().translate(str.maketrans(held))


def escape_text(text: str) -> str:
    r"""Return a text of which Markdown makes nothing else, also where it is the label of a link.

    Example:
        >>> escape_text("a *b* <i> x_y [c]")
        'a \\*b\\* \\<i> x_y \\[c\\]'
    """
    return _BRACKET.sub(r"\\\g<0>", escape_inline(text))
