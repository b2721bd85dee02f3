"""Macros of a Confluence page: code, panels and folds as blocks; what can't be shown leaves its name."""

import re
from typing import Any, Final

from processors.knowledge.blocks import Block, Span
from processors.knowledge.blocks.spans import settle_spans
from processors.knowledge.documents.storage_lines import Convert, name_target, name_user
from processors.knowledge.html.elements import Element
from processors.knowledge.html.flow import read_flow
from processors.knowledge.html.line import collect_text

_PANELS: Final = {
    "info": "INFO", "note": "NOTE", "tip": "TIP", "warning": "WARNING", "success": "SUCCESS",
    "error": "ERROR", "panel": "",
}  # fmt: skip
_TRANSPARENT: Final = frozenset(
    ["section", "column", "excerpt", "details", "toc-zone", "div", "span", "auitabs", "ui-tabs", "tabs-group"]
)
_TABS: Final = frozenset(["auitabspage", "ui-tab", "tab", "tab-pane"])
# They list what stands elsewhere: nothing of the page is in them.
_NAVIGATION: Final = frozenset(
    [
        "toc",
        "anchor",
        "children",
        "pagetree",
        "attachments",
        "contentbylabel",
        "recently-updated",
        "livesearch",
    ]
)
_INCLUDES: Final = frozenset(["include", "excerpt-include", "excerptinclude", "includepage", "include-page"])
_WRITTEN: Final = frozenset(["plantuml", "mermaid", "mermaid-macro", "graphviz", "sql", "html", "markdown"])
_DIAGRAMS: Final = frozenset(["drawio", "inc-drawio", "drawio-sketch", "gliffy", "lucidchart", "balsamiq"])
_NAMING: Final = (
    "diagramName",
    "diagramDisplayName",
    "name",
    "displayName",
    "title",
    "url",
    "page",
    "key",
    "",
)


def read_macro(macro: Element, warnings: dict[str, None], convert: Convert) -> list[Any]:
    """Return a macro as what HTML has, or as finished spans or blocks.

    Args:
        macro: The element.
        warnings: Gets what the report is to say.
        convert: Turns what is within into elements of HTML.
    """
    name = macro.attributes.get("ac:name", "").lower()
    values = _read_parameters(macro)
    title = values.get("title", "")
    if name in _NAVIGATION:
        return []
    if name in ("status", "jira"):
        return [Span(kind="text", text=" ".join(filter(None, (title, values.get("key", "")))))]
    if name == "profile" or macro.find("ri:user"):
        return [name_user(warnings)]
    if name in _INCLUDES:
        return [_omit("include", _name(macro, values))]
    code, body = macro.find("ac:plain-text-body"), macro.find("ac:rich-text-body")
    blocks: list[Any] = [_make_code(code, name, values)] if code else []
    if body:
        blocks += convert(body.children, warnings)
    if name in _PANELS:
        return read_panel(name, title, blocks)
    if name == "expand":
        return _wrap("details", title or "Details", blocks)
    if name in _TABS:
        return _wrap("tab", title or values.get("name", ""), blocks)
    if name in ("code", "noformat", *_TRANSPARENT):
        return [Element("div", children=[*_head(title if not code else ""), *blocks])]
    return _read_unknown(macro, name, values, blocks, warnings, convert)


def _read_unknown(
    macro: Element,
    name: str,
    values: dict[str, str],
    blocks: list[Any],
    warnings: dict[str, None],
    convert: Convert,
) -> list[Any]:
    if not blocks:
        # What is neither a parameter nor a body is there only in pages that are broken.
        blocks = convert(macro.children, warnings)
    if read_flow(blocks):
        if name not in _WRITTEN:
            warnings[f"the macro {name!r} is unknown; its text is kept"] = None
        return [Element("div", children=[*_head(values.get("title", "")), *blocks])]
    what = "diagram" if name in _DIAGRAMS else f"macro {name}".strip()
    warnings[f"the macro {name!r} is left out; its name is kept"] = None
    return [_omit(what, _name(macro, values))]


def _read_parameters(macro: Element) -> dict[str, str]:
    return {
        one.attributes.get("ac:name", ""): collect_text(one).strip()
        for one in macro.elements()
        if one.tag == "ac:parameter"
    }


def _name(macro: Element, values: dict[str, str]) -> str:
    return name_target(macro) or next(filter(None, (values.get(name, "") for name in _NAMING)), "")


def _omit(what: str, target: str) -> Block:
    return Block(kind="omitted", what=what, target=" ".join(target.split()), first=1, last=1)


def _make_code(code: Element, name: str, values: dict[str, str]) -> Block:
    named = values.get("language", "") or (name if name in _WRITTEN else "")
    language = named if re.fullmatch(r"[\w+#.-]{1,30}", named) else ""
    text = collect_text(code).replace("\r\n", "\n").strip("\n")
    block = Block(kind="code", language=language, text=text, first=1, last=1)
    if title := " ".join(values.get("title", "").replace('"', "'").split()):
        block["title"] = title
    return block


def _head(title: str) -> list[Block]:
    spans = settle_spans([Span(kind="text", text=title)])
    return [Block(kind="paragraph", spans=spans, first=1, last=1)] if spans else []


def read_panel(name: str, title: str, nodes: list[Any]) -> list[Block]:
    """Return a panel as a quote with its kind.

    Args:
        name: Its kind, as Confluence calls it.
        title: Its title, or nothing.
        nodes: What is in it.
    """
    children = read_flow(nodes)
    label = _PANELS.get(name.lower(), "NOTE") or ("NOTE" if title else "")
    quote = Block(kind="quote", label=label, children=children, first=1, last=1)
    if words := " ".join(title.split()):
        quote["title"] = words
    return [quote] if children or title else []


def _wrap(kind: Any, label: str, nodes: list[Any]) -> list[Block]:
    children = read_flow(nodes)
    block = Block(kind=kind, label=" ".join(label.split()), children=children, first=1, last=1)
    return [block] if children or label else []
