"""Markdown pages in, text without markup and chunks out, each with the lines that it came from.

Every step replaces in place and keeps the number of lines, so a citation's lines are those of the page.
"""

from typing import Final

CHUNKER: Final = "markdown-structure-8"
"""Name and revision of the way that documents are read and cut; a change of it rebuilds every chunk."""
