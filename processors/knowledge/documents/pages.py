"""A file of a repository or folder as a page: what it is by its name, and its text by its bytes."""

import re
from typing import Final

from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.documents import ConvertedPage
from processors.knowledge.documents.asciidoc import read_asciidoc
from processors.knowledge.documents.decoding import decode_text
from processors.knowledge.documents.docx import convert_docx
from processors.knowledge.documents.formats import Format, find_format
from processors.knowledge.documents.html_page import read_html_page
from processors.knowledge.documents.limited import ConversionError
from processors.knowledge.documents.notebook import read_notebook
from processors.knowledge.documents.pandoc import read_org, read_rst
from processors.knowledge.documents.pdf import read_pdf
from processors.knowledge.documents.placing import find_lines, write_in_place
from processors.knowledge.documents.plain_page import convert_plain

_LFS_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_LONGEST_PATH: Final = 1000
_FRONT_MATTER: Final = re.compile(r"\A(?:---\n(?:.*\n)*?---[ \t]*\n|\+\+\+\n(?:.*\n)*?\+\+\+[ \t]*\n)")


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
        return _refuse("only a Git LFS pointer is here, not the page")
    try:
        page = _convert(find_format(path), data)
    except ConversionError as error:
        return _refuse(str(error))
    size = len(page["text"].encode())
    return page if size <= max_page_bytes else _refuse(f"{size} bytes of text, {max_page_bytes} are read")


def _refuse(why: str) -> ConvertedPage:
    return ConvertedPage(text="", warnings=[f"not read: {why}"])


def _convert(form: Format | None, data: bytes) -> ConvertedPage:
    if form == "word":
        return convert_docx(data)
    if form == "pdf":
        blocks, warnings = read_pdf(data)
        return ConvertedPage(text=f"{render_markdown(blocks)}\n", warnings=warnings)
    page = decode_text(data)
    if form in (None, "markdown") or not page["text"]:
        return page
    head, body = _split_front_matter(page["text"].replace("\r\n", "\n").replace("\r", "\n"))
    text, warnings = _write(form, body)
    return ConvertedPage(
        text=head + text.lstrip("\n" if head else "") + "\n", warnings=[*page["warnings"], *warnings]
    )


def _split_front_matter(text: str) -> tuple[str, str]:
    """Return a page's front matter, and the page with empty lines in its place."""
    found = _FRONT_MATTER.match(text)
    return (found[0], "\n" * found[0].count("\n") + text[found.end() :]) if found else ("", text)


def _write(form: Format | None, text: str) -> tuple[str, list[str]]:
    """Return a page in Markdown, in the lines that it has where the format lets tell them, and warnings."""
    if form == "plain":
        return convert_plain(text), []
    if form == "notebook":
        return render_markdown(read_notebook(text)), []
    if form == "html":
        return write_in_place(read_html_page(text)), []
    if form == "asciidoc":
        blocks, warnings = read_asciidoc(text)
    else:
        blocks, warnings = (read_org if form == "org" else read_rst)(text), []
    return write_in_place(find_lines(blocks, text)), warnings
