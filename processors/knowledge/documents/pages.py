"""A file of a repository or folder as a page: what it is by its name, and its text by its bytes."""

import codecs
from typing import Final

from processors.knowledge.documents import ConvertedPage
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
    page = decode_markdown(data) if path.lower().endswith(MARKDOWN_SUFFIXES) else convert_docx(data)
    size = len(page["text"].encode())
    if size > max_page_bytes:
        return ConvertedPage(text="", warnings=[f"not read: {size} bytes of text, {max_page_bytes} are read"])
    return page


def decode_markdown(data: bytes) -> ConvertedPage:
    r"""Return the text of a Markdown file.

    Example:
        >>> decode_markdown(b"caf\xe9")
        {'text': 'caf�', 'warnings': ['not all of it is UTF-8; what is not was replaced, first at byte 3']}
        >>> decode_markdown(b"\x89PNG\0\0")["text"]
        ''
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ConvertedPage(text=_drop_nul(data.decode("utf-16", "replace")), warnings=["read as UTF-16"])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if b"\0" in data:
            return ConvertedPage(text="", warnings=["not read: binary content, not text"])
        warning = f"not all of it is UTF-8; what is not was replaced, first at byte {error.start}"
        return ConvertedPage(text=data.decode("utf-8-sig", "replace"), warnings=[warning])
    odd_text = ["NUL characters were replaced"] if "\0" in text else []
    return ConvertedPage(text=_drop_nul(text), warnings=odd_text)


def _drop_nul(text: str) -> str:
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
