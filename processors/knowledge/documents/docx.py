"""Word documents as Markdown: headings, lists, tables, code, links and the words for images.

The XML is read directly, because a document that is made to do harm must not be unpacked as a whole.
"""

from typing import Any, Final

from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.documents import ConvertedPage
from processors.knowledge.documents.docx_inline import Reading, warn
from processors.knowledge.documents.docx_names import qn
from processors.knowledge.documents.docx_nesting import nest_parts
from processors.knowledge.documents.docx_numbering import Numbering
from processors.knowledge.documents.docx_package import BrokenDocumentError, open_parts
from processors.knowledge.documents.docx_parts import read_parts
from processors.knowledge.documents.docx_styles import read_styles

_MOST_WARNINGS: Final = 20


def convert_docx(data: bytes) -> ConvertedPage:
    """Return a Word document as Markdown.

    Args:
        data: The `.docx` file.

    Example:
        >>> convert_docx(b"PK, but no archive")["text"]
        ''
    """
    try:
        parts = open_parts(data)
    except BrokenDocumentError as error:
        return ConvertedPage(text="", warnings=[f"not read: {error}"])
    reading = Reading(
        styles=read_styles(parts["styles"]),
        numbering=Numbering(parts["numbering"]),
        links=_read_links(parts["relations"]),
        warnings={},
    )
    body = parts["document"].find(qn("w:body"))
    blocks = [] if body is None else nest_parts(read_parts(body, reading))
    if not blocks:
        warn(reading, "not read: the document has no text")
    text = f"{render_markdown(blocks)}\n" if blocks else ""
    return ConvertedPage(text=text, warnings=_list_warnings(reading["warnings"]))


def _list_warnings(warnings: dict[str, int]) -> list[str]:
    told = [what if count == 1 else f"{what} ({count} times)" for what, count in warnings.items()]
    more = len(told) - _MOST_WARNINGS
    return [*told[:_MOST_WARNINGS], *([f"{more} more of its warnings"] if more > 0 else [])]


def _read_links(relations: Any) -> dict[str, str]:
    if relations is None:
        return {}
    return {
        each.get("Id", ""): each.get("Target", "")
        for each in relations
        if each.get("TargetMode") == "External"
    }
