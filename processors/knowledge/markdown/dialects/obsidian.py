"""Obsidian's marks: links between notes, pictures, comments, anchors, highlights and tags."""

import re
from collections.abc import Iterator
from typing import Final

from processors.knowledge.blocks.escaping import escape_words
from processors.knowledge.markdown.dialects.source import Edit, Source

_LINK: Final = re.compile(
    r"(?P<embed>!?)\[\[(?P<page>[^\[\]|#\n]*?)(?P<part>#[^\[\]|\n]+)?(?:\\?\|(?P<label>[^\[\]\n]*))?\]\](?!\()"
)
_LINKED: Final = re.compile(r"[^\W\d_]")
_PICTURE: Final = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|bmp|avif)$", re.IGNORECASE)
_SIZE: Final = re.compile(r"\d+(?:x\d+)?$")
_COMMENT: Final = re.compile(r"%%(?!\{)[^%\n]+%%")
_COMMENT_MARK: Final = re.compile(r"^[ \t]*%%[ \t]*$")
_ANCHOR: Final = re.compile(r"(?:^|[ \t]+)\^(?=[\w-]*[A-Za-z])[A-Za-z0-9-]{2,60}[ \t]*$")
_HIGHLIGHT: Final = re.compile(r"(?<![=\w<>!])==(?=[^\s=])([^=\n]*?[^\s=<>!])==(?![=\w])")
_TAGS: Final = re.compile(r"^[ \t]*(?:#[A-Za-z][\w/-]*[ \t]+)+#[A-Za-z][\w/-]*[ \t]*$")
_LAST_TAG: Final = re.compile(r"^[ \t]*#[a-z][\w/-]*[ \t]*$")


def find_obsidian(source: Source) -> Iterator[Edit]:
    """Yield edits that turn Obsidian's marks into Markdown, outside of code."""
    text = source.text
    last = next(
        (number for number in range(len(source.lines) - 1, -1, -1) if source.lines[number].strip()), -1
    )
    hidden = set[int]()
    if "%%" in text:
        hidden = set(_find_comments(source))
        yield from (_blank(source, number) for number in hidden)
    for number, line in enumerate(source.lines):
        if source.code[number] or number in hidden or not line:
            continue
        if "#" in line and (_TAGS.match(line) or (number == last and _LAST_TAG.match(line))):
            yield _blank(source, number)
        elif "[[" in line or "%%" in line or "==" in line or "^" in line:
            yield from _find_in_line(source, number, line)


def _find_in_line(source: Source, number: int, line: str) -> Iterator[Edit]:
    begin = source.starts[number]

    def edit(first: int, last: int, new: str) -> Iterator[Edit]:
        if not source.in_code(begin + first):
            yield Edit(begin + first, begin + last, new, apart=False)

    for found in _LINK.finditer(line) if "[[" in line else ():
        yield from edit(*found.span(), _show_link(found))
    for found in _COMMENT.finditer(line) if "%%" in line else ():
        yield from edit(*found.span(), "")
    for found in _HIGHLIGHT.finditer(line) if "==" in line else ():
        yield from edit(found.start(), found.start() + 2, "")
        yield from edit(found.end() - 2, found.end(), "")
    if "^" in line and (anchor := _ANCHOR.search(line)):
        yield from edit(*anchor.span(), "")


def _show_link(found: re.Match[str]) -> str:
    page, part, label = (
        found["page"].strip(),
        (found["part"] or "")[1:].strip(),
        (found["label"] or "").strip(),
    )
    if not _LINKED.search(page + part) or found["page"] != found["page"].strip():
        return found[0]
    if found["embed"] and _PICTURE.search(page):
        words = "" if _SIZE.match(label) else label
        return f"![{escape_words(words, label=True)}](<{page}>)"
    words = label or (f"{page} > {part.lstrip('^')}" if page and part else part.lstrip("^") or page)
    target = page if not page or re.search(r"\.\w{1,5}$", page) else f"{page}.md"
    return f"[{escape_words(words, label=True)}](<{target}{'#' if part else ''}{part}>)"


def _find_comments(source: Source) -> Iterator[int]:
    """Yield the lines of comments over several lines; one that is never closed hides nothing."""
    marks = [n for n, line in enumerate(source.lines) if _COMMENT_MARK.match(line) and not source.code[n]]
    for begin, end in zip(marks[::2], marks[1::2], strict=False):
        yield from range(begin, end + 1)


def _blank(source: Source, number: int) -> Edit:
    return Edit(source.starts[number], source.starts[number] + len(source.lines[number]), "")
