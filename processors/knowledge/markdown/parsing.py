"""A Markdown page in, its tree of blocks and its sections out. Broken input never stops a run."""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, TypedDict

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.sections import Section, cut_sections, read_heading
from processors.knowledge.blocks.spans import to_words
from processors.knowledge.blocks.walking import list_code
from processors.knowledge.markdown.dialects.applying import Applied, apply_dialects
from processors.knowledge.markdown.front_matter import FrontMatter, read_front_matter, to_text
from processors.knowledge.markdown.including import Read, resolve_includes
from processors.knowledge.markdown.lines import clean_lines, find_mark
from processors.knowledge.markdown.look_alikes import find_look_alikes
from processors.knowledge.markdown.markers import OPEN
from processors.knowledge.markdown.reading import read_line_of_markdown, read_markdown
from processors.knowledge.markdown.titles import choose_title
from processors.knowledge.steps.adopting import adopt_steps
from processors.knowledge.steps.finding import Steps, find_steps

_MAX_WARNINGS: Final = 20
_ANCHOR: Final = re.compile(r"""(?:\{#|\b(?:id|name)\s*=\s*["'])([^"'{}\s]+)""")


class Document(TypedDict):
    """A page as a tree: `blocks` are all of it, `sections` the same cut at its headings.

    `anchors` are those that the page names itself, beside its headings; `steps` is where its procedures are.
    """

    path: str
    title: str
    front_matter: dict[str, Any]
    blocks: list[Block]
    anchors: list[str]
    sections: list[Section]
    steps: list[Steps]
    warnings: list[str]


def parse_document(path: str, text: str, read: Read | None = None, *, plain: bool = False) -> Document:
    """Parse a Markdown page into its blocks and sections.

    Broken input never stops a run: a warning says what is wrong as `path:line: what`, and the rest is kept.

    Args:
        path: Path of the page, for its reports and for its title if it says none.
        text: The page.
        read: Reads a file of the same source by its path, for what the page includes.
        plain: Whether the page was converted from another format: then nothing in it is another tool's.

    Example:
        >>> page = parse_document("a.md", "# Red\\n\\nIt is red.\\n\\n## Steps\\n\\n1. Look.\\n")
        >>> [(s["heading_path"], s["start_line"], s["end_line"]) for s in page["sections"]]
        [(['Red'], 3, 3), (['Red', 'Steps'], 7, 7)]
    """
    body = _read_body(path, text, plain=plain)
    included, missing = body.blocks, list[str]()
    if body.may_include:
        included, missing = resolve_includes(path, included, read, lambda *page: _read_body(*page).blocks)
    blocks = adopt_steps(included)
    sections = cut_sections(blocks)
    warnings = [
        *body.warnings,
        *missing,
        *_find_open_code(path, body.lines, body.blocks),
        *find_look_alikes(path, body.lines, body.blocks),
        *([] if sections else [f"{path}:1: the page has no text"]),
    ]
    return Document(
        path=path,
        title=_find_title(path, body.front_matter.values, blocks),
        front_matter=body.front_matter.values,
        blocks=blocks,
        anchors=_ANCHOR.findall("\n".join(body.lines)),
        sections=sections,
        steps=find_steps(sections),
        warnings=_shorten(path, warnings),
    )


class _Body(NamedTuple):
    """A page as it is written: its lines, those of its front matter empty, its blocks and what is odd."""

    front_matter: FrontMatter
    lines: list[str]
    blocks: list[Block]
    may_include: bool
    warnings: list[str]


def _read_body(path: str, text: str, *, plain: bool = False) -> _Body:
    lines, warnings = clean_lines(path, text)
    front_matter = read_front_matter(path, lines)
    lines = [*[""] * front_matter.lines, *lines[front_matter.lines :]]
    joined = "\n".join(lines)
    applied = Applied(joined, []) if plain else apply_dialects(path, joined, front_matter.values)
    blocks = read_markdown(applied.text, marked=not plain)
    warnings += [*front_matter.warnings, *applied.warnings]
    may_include = any(sign in applied.text for sign in (OPEN, "8<-", "{{#", "{{ #", "{!"))
    return _Body(front_matter, lines, blocks, may_include, warnings)


def _find_title(path: str, meta: dict[str, Any], blocks: list[Block]) -> str:
    given = to_words(read_line_of_markdown(to_text(meta.get("title"))))
    headings = [(block["level"], read_heading(block)) for block in blocks if block["kind"] == "heading"]
    return choose_title(given, headings, path)


def _shorten(path: str, warnings: list[str]) -> list[str]:
    more = len(warnings) - _MAX_WARNINGS
    return [*warnings[:_MAX_WARNINGS], f"{path}:1: {more} more warnings"] if more > 0 else warnings


def _find_open_code(path: str, lines: list[str], blocks: list[Block]) -> Iterator[str]:
    for code in list_code(blocks):
        mark = find_mark(lines[code["first"] - 1])
        last = lines[code["last"] - 1].strip(" \t>")
        if mark and (code["first"] == code["last"] or not last.startswith(mark) or last.strip(mark[0])):
            yield f"{path}:{code['first']}: a code block is never closed"
