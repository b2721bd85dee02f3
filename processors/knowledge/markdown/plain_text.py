"""Prose without markup that could act: HTML becomes its text, links and images become theirs.

What remains is shown to people and to a model as a quotation. Code is left as it is: it is quoted as code.
"""

import re
from typing import Final

from markdown_it.common.html_blocks import block_names

from processors.knowledge.markdown.lines import drop_between, keep_lines

_INLINE_NAMES: Final = (
    "a", "abbr", "acronym", "applet", "audio", "b", "bdi", "bdo", "big", "br", "button", "canvas",
    "cite", "code", "data", "datalist", "del", "dfn", "em", "embed", "font", "i", "image", "img",
    "input", "ins", "kbd", "label", "map", "mark", "math", "meter", "object", "output", "picture",
    "pre", "progress", "q", "rp", "rt", "ruby", "s", "samp", "script", "select", "slot", "small",
    "span", "strike", "strong", "style", "sub", "sup", "svg", "template", "textarea", "time", "tt",
    "u", "var", "video", "wbr", "xmp", "noscript", "plaintext", "listing", "bgsound", "blink",
    "marquee", "keygen", "isindex", "layer", "xml", "animate", "set", "use",
)  # fmt: skip
_NAMES: Final = frozenset(block_names) | {*_INLINE_NAMES}
_APART: Final = frozenset(block_names) | {"br"}
_SCRIPTS: Final = tuple(
    (re.compile(rf"<{name}\b[^<>]{{0,2000}}>", re.IGNORECASE), re.compile(rf"</{name}\s*>", re.IGNORECASE))
    for name in ("script", "style")
)
_COMMENT: Final = re.compile("<!--"), re.compile("-->")
_TAG: Final = re.compile(r"<(/?)([A-Za-z][\w:-]{0,100})([^<>]{0,5000})>")
_DECLARATION: Final = re.compile(r"<[!?][^<>]{0,2000}>")
_OPEN_TAG: Final = re.compile(rf"<(?=/?(?:{'|'.join(sorted(_NAMES))})\b|!|\?)", re.IGNORECASE)
_ALT: Final = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_AUTOLINK: Final = re.compile(r"<([A-Za-z][A-Za-z\d+.-]{1,31}:[^<>\s]{0,2000})>")
_TARGET: Final = (
    r"\(\s{0,9}(?:<[^<>\n]{0,2000}>|[^\s()<>]{0,2000}(?:\([^\s()]{0,500}\)[^\s()]{0,500}){0,5})"
    r"(?:\s{1,9}(?:\"[^\"]{0,500}\"|'[^']{0,500}'|\([^()]{0,500}\)))?\s{0,9}\)"
)
_LINK: Final = re.compile(rf"!?\[([^\[\]]{{0,2000}})\](?:{_TARGET}|\[[^\[\]\n]{{0,200}}\])")
_DEFINITION: Final = re.compile(r"^ {0,3}\[(?!\^)[^\[\]\n]{1,200}\]:[ \t]*\S.*$", re.MULTILINE)
_CODE_SPAN: Final = re.compile(r"(?<![`\\])(`+)(?!`)((?:[^\n]|\n(?![ \t]*\n)){1,2000}?)(?<!`)\1(?!`)")
_KEPT: Final = re.compile("\ue000(\\d+)\ue001")
_ROUNDS: Final = 5


def reduce_prose(text: str) -> str:
    """Return prose with as many lines, its HTML, links and images reduced to their text.

    Example:
        >>> reduce_prose("<b>See</b> [heap](opensearch-heap.md) ![a graph](x.png)<script>alert(1)</script>")
        'See heap a graph'
        >>> reduce_prose("`kubectl logs <pod>` of <your pod>, [click](javascript:alert(1))")
        '`kubectl logs <pod>` of <your pod>, click'
    """
    if not any(mark in text for mark in "<[]"):
        return text
    spans: list[str] = []

    def keep_span(found: re.Match[str]) -> str:
        spans.append(found[0])
        return f"\ue000{len(spans) - 1}\ue001" + "\n" * found[0].count("\n")

    reduced = _CODE_SPAN.sub(keep_span, text)
    # A tag inside of a tag leaves another one behind, and an image may stand inside of a link.
    for _ in range(_ROUNDS):
        before, reduced = reduced, _reduce_once(reduced)
        if reduced == before:
            break
    reduced = _OPEN_TAG.sub("&lt;", reduced).replace("](", "] (")
    return _KEPT.sub(lambda found: _put_back(found, spans), reduced)


def _put_back(found: re.Match[str], spans: list[str]) -> str:
    return spans[int(found[1])].replace("\n", " ")


def _reduce_once(text: str) -> str:
    if "<" in text:
        for opening, closing in (_COMMENT, *_SCRIPTS):
            text = drop_between(text, opening, closing)
        text = _AUTOLINK.sub(r"\1", text)
        text = _TAG.sub(_show_tag, text)
        text = _DECLARATION.sub(lambda found: keep_lines(found[0], ""), text)
    text = _DEFINITION.sub("", text)
    return _LINK.sub(lambda found: keep_lines(found[0], found[1]), text)


def _show_tag(found: re.Match[str]) -> str:
    name, attributes = found[2].lower(), found[3]
    if name not in _NAMES and not found[1] and not re.search(r"[=/]", attributes):
        # `<pod>` is no element: it stands for the name of a pod.
        return found[0]
    if name in ("img", "image") and (alt := _ALT.search(attributes)):
        return keep_lines(found[0], (alt[1] or alt[2] or "").replace("\n", " "))
    return keep_lines(found[0], " " if name in _APART else "")
