"""Confluence's storage format in, Markdown out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from processors.knowledge.documents import ConvertedPage
from processors.knowledge.documents.escaping import escape_line_starts, fence_code
from processors.knowledge.documents.storage_inline import convert_inline, convert_line, escape_text
from processors.knowledge.documents.storage_tree import Element, parse_storage

_HEADINGS: Final = {f"h{level}": "#" * level for level in range(1, 7)}
_PANELS: Final = {
    "info": "Info", "note": "Note", "tip": "Tip", "warning": "Warning", "panel": "", "success": "Success",
    "error": "Error",
}  # fmt: skip
_TRANSPARENT_MACROS: Final = frozenset({"section", "column", "excerpt", "details", "toc-zone", "div"})
# What these are in, such as a mark or a link, stands around blocks.
_BLOCKS: Final = frozenset({"table", "ul", "ol", "pre", "p", "div"})
# They show what stands elsewhere: nothing of the page is in them.
_NAVIGATION: Final = frozenset(
    {"toc", "anchor", "children", "pagetree", "attachments", "contentbylabel", "recently-updated"}
)
_CONTAINERS: Final = frozenset({
    "", "p", "div", "center", "ac:layout", "ac:layout-section", "ac:layout-cell", "ac:rich-text-body",
    "ac:adf-extension", "ac:adf-fallback", "ac:adf-node", "ac:adf-content", "tbody", "thead", "tr", "td",
    "th", "li", "ac:task-body", "ac:inline-comment-block",
})  # fmt: skip
# A cell may claim any number of columns or rows.
_WIDEST: Final = 50


@dataclass
class _Page:
    """What is noticed while a page is converted."""

    warnings: dict[str, None] = field(default_factory=dict)

    def report(self, what: str) -> None:
        self.warnings[what] = None


def convert_storage(html: str) -> ConvertedPage:
    """Turn a Confluence page into Markdown.

    Broken input is converted as far as it goes.
    What has no form in Markdown is kept as its text, and reported.

    Args:
        html: The page's body in the storage format.

    Returns:
        The Markdown, and warnings of what is wrong with the page, each once.

    Example:
        >>> page = convert_storage("<h2>Steps</h2><ol><li>Look at <code>df -h</code></li></ol>")
        >>> page["text"].splitlines()
        ['## Steps', '', '1. Look at `df -h`']
    """
    page = _Page()
    blocks = _convert_flow(parse_storage(html).children, page)
    return ConvertedPage(text="\n\n".join(blocks) + "\n" if blocks else "", warnings=list(page.warnings))


def _convert_flow(nodes: Iterable[Element | str], page: _Page) -> list[str]:
    """Return blocks: neighbours in a line become a paragraph, whatever they stand in."""
    blocks: list[str] = []
    inline: list[str] = []

    def end_paragraph() -> None:
        text = _tidy("".join(inline))
        inline.clear()
        if text:
            blocks.append(escape_line_starts(text))

    for node in nodes:
        made = None if isinstance(node, str) else _convert_block(node, page)
        if made is None:
            inline.append(convert_inline(node))
        else:
            end_paragraph()
            blocks += made
    end_paragraph()
    return blocks


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _convert_block(element: Element, page: _Page) -> list[str] | None:
    """Return the blocks that an element makes, or None if it stands in a line."""
    tag = element.tag
    if tag in _HEADINGS:
        text = " ".join(convert_line(element.children).split())
        return [f"{_HEADINGS[tag]} {text}"] if text else []
    if tag in ("ul", "ol", "ac:task-list"):
        return _convert_list(element, page)
    if tag == "table":
        return _convert_table(element, page)
    if tag == "pre":
        return [_fence(element.text(), "")]
    if tag == "blockquote":
        return _quote(_convert_flow(element.children, page))
    if tag == "hr":
        return ["---"]
    if tag in ("ac:structured-macro", "ac:macro"):
        return _convert_macro(element, page)
    if tag == "ac:adf-extension" and (fallback := element.find("ac:adf-fallback")):
        return _convert_flow(fallback.children, page)
    is_block = tag in _CONTAINERS or any(child.tag in _BLOCKS for child in element.elements())
    return _convert_flow(element.children, page) if is_block else None


def _convert_macro(macro: Element, page: _Page) -> list[str] | None:
    name = macro.attributes.get("ac:name", "")
    parameters = {one.attributes.get("ac:name", ""): one.text().strip() for one in macro.elements()
                  if one.tag == "ac:parameter"}  # fmt: skip
    title = parameters.get("title", "")
    code = macro.find("ac:plain-text-body")
    body = macro.find("ac:rich-text-body")
    if name in ("status", "jira"):
        return None
    if name in _NAVIGATION:
        return []
    if name not in ("code", "noformat", "expand") and name not in _PANELS.keys() | _TRANSPARENT_MACROS:
        page.report(f"the macro {name!r} is unknown; its text is kept")
    blocks = [_fence(code.text(), parameters.get("language", ""))] if code else []
    if body or not code:
        blocks += _convert_flow((body or macro).children, page)
    if name in _PANELS:
        heading = ": ".join(filter(None, (_PANELS[name], escape_text(title))))
        return _quote([*([f"**{heading}**"] if heading else []), *blocks])
    return [*([f"**{escape_text(title)}**"] if title else []), *blocks]


def _convert_list(element: Element, page: _Page) -> list[str]:
    items = []
    for number, item in enumerate((one for one in element.elements() if one.tag in ("li", "ac:task")), 1):
        mark = f"{number}. " if element.tag == "ol" else "- "
        content = item
        if item.tag == "ac:task":
            status, content = item.find("ac:task-status"), item.find("ac:task-body") or Element("")
            mark += "[x] " if status and status.text().strip() == "complete" else "[ ] "
        blocks = _convert_flow(content.children, page)
        indent = " " * (len(mark) if element.tag == "ol" else 2)
        # A list within an item follows its line at once; anything else needs an empty line before it.
        text = "".join(
            block if not at else f"{chr(10) if re.match(r'- |[0-9]+[.] ', block) else chr(10) * 2}{block}"
            for at, block in enumerate(blocks)
        )
        items.append(mark + _indent(text, indent))
    return ["\n".join(items)] if items else []


def _convert_table(table: Element, page: _Page) -> list[str]:
    rows: list[list[str]] = []
    spanning: dict[int, tuple[int, str]] = {}
    found = list(_find_rows(table))
    for row in found:
        cells: list[str] = []
        for cell in (one for one in row.elements() if one.tag in ("td", "th")):
            _fill_spanned(cells, spanning)
            text = _convert_cell(cell, page)
            rows_below = _read_span(cell, "rowspan") - 1
            for column in range(_read_span(cell, "colspan")):
                if rows_below:
                    spanning[len(cells)] = (rows_below, text)
                cells.append(text if column == 0 else "")
        _fill_spanned(cells, spanning)
        rows.append(cells)
    width = max(map(len, rows), default=0)
    if not width:
        return []
    if not any(cell.tag == "th" for cell in found[0].elements()):
        rows.insert(0, [])
    lines = [f"| {' | '.join([*cells, *[''] * (width - len(cells))])} |" for cells in rows]
    return ["\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])]


def _find_rows(element: Element) -> Iterable[Element]:
    for child in element.elements():
        if child.tag == "tr":
            yield child
        elif child.tag in ("tbody", "thead", "tfoot"):
            yield from _find_rows(child)


def _fill_spanned(cells: list[str], spanning: dict[int, tuple[int, str]]) -> None:
    """Repeat what a cell further up says: a row is read alone."""
    while len(cells) in spanning:
        left, text = spanning.pop(len(cells))
        if left > 1:
            spanning[len(cells)] = (left - 1, text)
        cells.append(text)


def _convert_cell(cell: Element, page: _Page) -> str:
    lines = "\n".join(_convert_flow(cell.children, page)).split("\n")
    code = False
    shown = []
    for line in filter(None, map(str.strip, lines)):
        if line.startswith("```"):
            code = not code
        else:
            shown.append(f"`{line}`" if code and "`" not in line else line)
    return " ".join(shown).replace("|", r"\|")


def _read_span(cell: Element, name: str) -> int:
    value = cell.attributes.get(name, "")
    return min(max(int(value), 1), _WIDEST) if value.isascii() and value.isdigit() else 1


def _fence(code: str, language: str) -> str:
    first, *rest = fence_code(code.strip("\r\n").splitlines())
    info = language if re.fullmatch(r"[\w+#.-]{1,30}", language) else ""
    return "\n".join([first + info, *rest])


def _quote(blocks: list[str]) -> list[str]:
    if not blocks:
        return []
    return ["\n".join(f"> {line}".rstrip() for line in "\n\n".join(blocks).split("\n"))]


def _indent(text: str, indent: str) -> str:
    return text.replace("\n", f"\n{indent}").replace(f"\n{indent}\n", "\n\n")
