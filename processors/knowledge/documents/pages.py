"""A file of a repository or folder as a page: what it is by its name, and its text by its bytes."""

from typing import Final

from processors.knowledge.documents import ConvertedPage
from processors.knowledge.documents.decoding import decode_text
from processors.knowledge.documents.docx import convert_docx

MARKDOWN_SUFFIXES: Final = (".md", ".markdown")
DOCUMENT_SUFFIXES: Final = (*MARKDOWN_SUFFIXES, ".docx")

_LFS_POINTER: Final = b"version https://git-lfs.github.com/spec/"
# Pictures are most of a Word file, and they are not read.
_DOCX_FACTOR: Final = 10
_LONGEST_PATH: Final = 1000


def is_document(path: str) -> bool:
    """Tell whether a file counts as a document, by its name.

    Example:
        >>> [is_document(path) for path in ("a/b.md", "plan.DOCX", "~$plan.docx", "a.txt")]
        [True, True, False, False]
    """
    name = path.rpartition("/")[2].lower()
    # Word keeps a lock file of that name beside a document that is open.
    return name.endswith(DOCUMENT_SUFFIXES) and not name.startswith("~$")


def limit_size(path: str, max_page_bytes: int) -> int:
    """Return how many bytes a file of that name may have.

    Example:
        >>> limit_size("a.md", 2000), limit_size("a.docx", 2000)
        (2000, 20000)
    """
    return max_page_bytes * (1 if path.lower().endswith(MARKDOWN_SUFFIXES) else _DOCX_FACTOR)


def is_absurd(path: str) -> bool:
    """Tell whether a path is none that a person would give, and that must not be joined to anything.

    Example:
        >>> [is_absurd(path) for path in ("a/b.md", "../b.md", "/b.md", "a/.git/b.md", "a" * 2000)]
        [False, True, True, True, True]
    """
    parts = path.lower().split("/")
    return len(path) > _LONGEST_PATH or not {"", ".", "..", ".git"}.isdisjoint(parts)


def show_path(raw: bytes) -> str:
    r"""Return a path as text that can be shown; what can't be is escaped.

    Example:
        >>> show_path("журнал.md".encode()), show_path(b"a\nb\xff.md")
        ('журнал.md', 'a\\x0ab\\xff.md')
    """
    text = raw.decode("utf-8", "backslashreplace")
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode().replace("\\n", "\\x0a") for c in text
    )


def convert_page(path: str, data: bytes, max_page_bytes: int) -> ConvertedPage:
    """Return a file's page in Markdown; a page without text has a warning that says why it can't be read.

    Args:
        path: Path of the file; its ending says what it is.
        data: Its content.
        max_page_bytes: Most bytes of text that a page may have.
    """
    if data.startswith(_LFS_POINTER):
        return ConvertedPage(text="", warnings=["not read: only a Git LFS pointer is here, not the page"])
    page = decode_text(data) if path.lower().endswith(MARKDOWN_SUFFIXES) else convert_docx(data)
    size = len(page["text"].encode())
    if size > max_page_bytes:
        return ConvertedPage(text="", warnings=[f"not read: {size} bytes of text, {max_page_bytes} are read"])
    return page
