"""What a file is, by its name: a page in a format that is read, or none."""

import re
from typing import Final, Literal

Format = Literal["markdown", "word", "asciidoc", "rst", "org", "html", "notebook", "pdf", "plain"]

MARKDOWN_SUFFIXES: Final = (
    ".md", ".markdown", ".mdx", ".mdown", ".mkd", ".mkdn", ".mdwn", ".qmd", ".rmd", ".md.erb",
    ".markdown.erb", ".mdx.erb",
)  # fmt: skip
_SUFFIXES: Final[dict[Format, tuple[str, ...]]] = {
    "markdown": MARKDOWN_SUFFIXES,
    "word": (".docx",),
    "asciidoc": (".adoc", ".asciidoc"),
    "rst": (".rst",),
    "org": (".org",),
    "html": (".html", ".htm", ".xhtml"),
    "notebook": (".ipynb",),
    "pdf": (".pdf",),
    "plain": (".txt", ".text"),
}
DOCUMENT_SUFFIXES: Final = tuple(suffix for suffixes in _SUFFIXES.values() for suffix in suffixes)
_PACKED: Final[frozenset[Format]] = frozenset(["word", "notebook", "pdf"])
# Text that programs read, and what every repository has.
_NO_PAGE: Final = re.compile(
    r"(?:requirements|constraints)[\w.-]*\.txt|cmakelists\.txt|(?:robots|humans|ads|security|llms)\.txt"
    r"|(?:licen[cs]e|copying|notice|authors|manifest|version|top_level|entry_points)[\w.-]*\.(?:txt|html)",
    re.IGNORECASE,
)
# Pages of HTML below these are parts of pages, or made from others.
_TEMPLATES: Final = frozenset(
    ["_layouts", "_includes", "layouts", "templates", "partials", "node_modules", "_site"]
)


def find_format(path: str) -> Format | None:
    """Return the format of a page by its file's name, or None if it is no page that is read.

    Example:
        >>> [find_format(path) for path in ("a/b.md", "plan.DOCX", "~$plan.docx", "a.html.md.erb", "a.png")]
        ['markdown', 'word', None, 'markdown', None]
    """
    *folders, name = path.lower().split("/")
    # Word keeps a lock file of that name beside a document that is open.
    if name.startswith("~$") or _NO_PAGE.fullmatch(name):
        return None
    found = next((form for form, suffixes in _SUFFIXES.items() if name.endswith(suffixes)), None)
    return None if found == "html" and not _TEMPLATES.isdisjoint(folders) else found


def is_document(path: str) -> bool:
    """Tell whether a file counts as a document, by its name."""
    return find_format(path) is not None


def limit_size(path: str, max_page_bytes: int) -> int:
    """Return how many bytes a file of that name may have, ten times more where pictures are packed in it.

    Example:
        >>> limit_size("a.md", 2000), limit_size("a.docx", 2000)
        (2000, 20000)
    """
    return max_page_bytes * (10 if find_format(path) in _PACKED else 1)


def name_suffix(path: str) -> str:
    """Return the ending of a file's name, or its name if it has none.

    Example:
        >>> name_suffix("a/b.tar.gz"), name_suffix("Makefile"), name_suffix(".env"), name_suffix("1.2 notes")
        ('.gz', 'Makefile', '.env', '1.2 notes')
    """
    name = path.rpartition("/")[2]
    found = re.search(r".(\.[A-Za-z0-9_]{1,12})$", name)
    return found[1].lower() if found else name[:40]
