"""A Markdown page in, its tree of blocks and its sections out. Broken input never stops a run."""

import re
from collections.abc import Iterator
from typing import Any, Final, TypedDict

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.sections import Section, cut_sections, read_heading
from processors.knowledge.blocks.spans import to_words
from processors.knowledge.blocks.walking import list_code
from processors.knowledge.markdown.admonitions import expand_admonitions
from processors.knowledge.markdown.front_matter import read_front_matter, to_text
from processors.knowledge.markdown.lines import clean_lines, find_mark
from processors.knowledge.markdown.liquid import expand_liquid
from processors.knowledge.markdown.reading import read_line_of_markdown, read_markdown
from processors.knowledge.markdown.shortcodes import expand_shortcodes
from processors.knowledge.markdown.titles import choose_title
from processors.knowledge.steps.adopting import adopt_steps

_MAX_WARNINGS: Final = 20
_ANCHOR: Final = re.compile(r"""(?:\{#|\b(?:id|name)\s*=\s*["'])([^"'{}\s]+)""")


class Document(TypedDict):
    """A page as a tree: `blocks` are all of it, `sections` the same cut at its headings.

    `anchors` are those that the page names itself, beside its headings.
    """

    path: str
    title: str
    front_matter: dict[str, Any]
    blocks: list[Block]
    anchors: list[str]
    sections: list[Section]
    warnings: list[str]


def parse_document(path: str, text: str) -> Document:
    """Parse a Markdown page into its blocks and sections.

    Broken input never stops a run: a warning says what is wrong as `path:line: what`, and the rest is kept.

    Args:
        path: Path of the page, for its reports and for its title if it says none.
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
    blocks = adopt_steps(read_markdown(body))
    sections = cut_sections(blocks)
    warnings += [
        *front_matter.warnings,
        *unclosed_shortcodes,
        *unclosed_tags,
        *_find_open_code(path, body.split("\n"), blocks),
        *([] if sections else [f"{path}:1: the page has no text"]),
    ]
    return Document(
        path=path,
        title=_find_title(path, front_matter.values, blocks),
        front_matter=front_matter.values,
        blocks=blocks,
        anchors=_ANCHOR.findall(body),
        sections=sections,
        warnings=_shorten(path, warnings),
    )


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
