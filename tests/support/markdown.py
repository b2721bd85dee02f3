"""Pages in the dialects of many tools, read as the pipeline reads them."""

import textwrap

from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.markdown.including import Read
from processors.knowledge.markdown.parsing import parse_document


def show(page: str, path: str = "a.md", read: Read | None = None) -> str:
    """Return a page as plain Markdown, its other dialects read."""
    return render_markdown(parse_document(path, textwrap.dedent(page).strip("\n"), read)["blocks"])


def tell(page: str, path: str = "a.md", read: Read | None = None) -> list[str]:
    """Return what is reported of a page."""
    return parse_document(path, textwrap.dedent(page).strip("\n"), read)["warnings"]


def lines(text: str) -> str:
    """Return a text written between three quotes without its indentation."""
    return textwrap.dedent(text).strip("\n")
