"""Markdown in, sections out, each with the lines that it came from. Broken input never stops a run."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, Final, TypedDict

from markdown_it import MarkdownIt
from markdown_it.token import Token

from processors.knowledge.markdown.admonitions import expand_admonitions
from processors.knowledge.markdown.front_matter import read_front_matter, to_text
from processors.knowledge.markdown.lines import clean_lines
from processors.knowledge.markdown.liquid import expand_liquid
from processors.knowledge.markdown.plain_text import reduce_prose
from processors.knowledge.markdown.shortcodes import expand_shortcodes

_MAX_WARNINGS: Final = 20
_CODE: Final = ("fence", "code_block")


class Section(TypedDict):
    """The text under one heading. Lines count from 1; `end_line` is the last one."""

    heading_path: list[str]
    start_line: int
    end_line: int
    text: str


class Document(TypedDict):
    """A parsed Markdown page. `body` is its Markdown with its links, line by line, free of other dialects."""

    path: str
    title: str
    front_matter: dict[str, Any]
    body: str
    sections: list[Section]
    warnings: list[str]


@lru_cache(maxsize=1)
def open_parser() -> MarkdownIt:
    """Return the parser of blocks.

    What stands inside of paragraphs is not its task, and HTML is none to it: `reduce_prose` takes care of
    both, and nothing that is never closed can hide the rest of a page.
    """
    return MarkdownIt("commonmark").enable("table").disable(["html_block", "inline", "reference"])


def parse_document(path: str, text: str) -> Document:
    """Parse a Markdown page into its sections.

    Broken input never stops a run: a warning says what is wrong as `path:line: what`, and the rest is kept.

    Args:
        path: Path of the page, for its reports and, if it has no title, its name.
        text: The page.

    Example:
        >>> page = parse_document("a.md", "# Red\\n\\nIt is red.\\n\\n## Steps\\n\\n1. Look.\\n")
        >>> [(s["heading_path"], s["start_line"], s["end_line"]) for s in page["sections"]]
        [(['Red'], 3, 3), (['Red', 'Steps'], 7, 7)]
    """
    lines, warnings = clean_lines(path, text)
    front_matter = read_front_matter(path, lines)
    body = "\n".join([*[""] * front_matter.lines, *lines[front_matter.lines :]])
    body, unclosed_shortcodes = expand_shortcodes(path, body)
    body, unclosed_tags = expand_liquid(path, body)
    body = expand_admonitions(body)
    tokens = open_parser().parse(body)
    warnings += [
        *front_matter.warnings,
        *unclosed_shortcodes,
        *unclosed_tags,
        *_find_open_code(path, body, tokens),
    ]
    sections = list(_cut_sections(_reduce_lines(body, tokens), tokens))
    if not sections:
        warnings.append(f"{path}:1: the page has no text")
    heading = next((section["heading_path"][0] for section in sections if section["heading_path"]), "")
    title = reduce_prose(to_text(front_matter.values.get("title"))).strip()
    return Document(
        path=path,
        title=title or heading or PurePosixPath(path).stem,
        front_matter=front_matter.values,
        body=body,
        sections=sections,
        warnings=_shorten(path, warnings),
    )


def _shorten(path: str, warnings: list[str]) -> list[str]:
    more = len(warnings) - _MAX_WARNINGS
    return [*warnings[:_MAX_WARNINGS], f"{path}:1: {more} more warnings"] if more > 0 else warnings


def _find_open_code(path: str, body: str, tokens: list[Token]) -> Iterator[str]:
    lines = body.split("\n")
    for token in tokens:
        if token.type == "fence" and token.map:
            first, end = token.map
            last = lines[end - 1].strip(" \t>")
            if end - first < 2 or not last.startswith(token.markup) or last.strip(token.markup[0]):
                yield f"{path}:{first + 1}: a code block is never closed"


def _reduce_lines(body: str, tokens: list[Token]) -> list[str]:
    """The lines of the page, those outside of code without markup that could act."""
    lines = body.split("\n")
    reduced, begin = list[str](), 0
    for first, end in [token.map for token in tokens if token.type in _CODE and token.map]:
        reduced += [*_reduce_block(lines[begin:first]), *lines[first:end]]
        begin = end
    return [*reduced, *_reduce_block(lines[begin:])]


def _reduce_block(lines: list[str]) -> list[str]:
    if not lines:
        return []
    reduced = reduce_prose("\n".join(lines)).split("\n")
    # Where a tag began a line, its indentation has lost its meaning.
    return [
        new.strip() if new != old and old.lstrip().startswith("<") else new.rstrip() if new != old else new
        for old, new in zip(lines, reduced, strict=True)
    ]


def _cut_sections(lines: list[str], tokens: list[Token]) -> Iterator[Section]:
    begin, path = 0, list[tuple[int, str]]()
    for position, token in enumerate(tokens):
        if token.type != "heading_open" or token.level != 0 or not token.map:
            continue
        yield from _make_section(lines, begin, token.map[0], path)
        level = int(token.tag[1:])
        path = [entry for entry in path if entry[0] < level]
        path.append((level, read_heading(tokens[position + 1].content)))
        begin = token.map[1]
    yield from _make_section(lines, begin, len(lines), path)


def read_heading(content: str) -> str:
    """Return the text of a heading, without the anchor that Hugo and kramdown let it name.

    Example:
        >>> read_heading("Before [you](b.md) begin {#before}")
        'Before you begin'
    """
    text, _, anchor = content.rpartition("{#")
    return reduce_prose(text if text and anchor.endswith("}") else content).strip()


def _make_section(lines: list[str], begin: int, end: int, path: list[tuple[int, str]]) -> Iterator[Section]:
    """Give the text below a heading; the heading itself stands in the path, which is searched as well."""
    filled = [number for number in range(begin, end) if lines[number].strip()]
    if filled:
        first, last = filled[0], filled[-1] + 1
        headings = [heading for _, heading in path]
        text = "\n".join(lines[first:last])
        yield Section(heading_path=headings, start_line=first + 1, end_line=last, text=text)
