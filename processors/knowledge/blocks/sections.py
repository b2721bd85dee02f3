"""A page's blocks cut at its headings."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, TypedDict

from processors.knowledge.blocks import Block, Span
from processors.knowledge.blocks.spans import to_words
from processors.knowledge.blocks.walking import cover_lines

PATH: Final = " > "
"""Between the headings of a path, where it is one text."""


class Section(TypedDict):
    """What stands under one heading. Lines count from 1; `end_line` is the last one."""

    heading_path: list[str]
    start_line: int
    end_line: int
    blocks: list[Block]


def cut_sections(blocks: Sequence[Block]) -> list[Section]:
    """Return what stands below each heading; the heading itself is in the path, which is searched as well.

    A heading that nothing stands below is text of the section that it is in. Equal headings side by side are
    numbered, so that they stay apart.

    Example:
        >>> from processors.knowledge.markdown.reading import read_markdown
        >>> sections = cut_sections(read_markdown("# A\\n\\na\\n\\n## Steps\\n\\nb\\n\\n## Steps\\n\\nc"))
        >>> [section["heading_path"] for section in sections]
        [['A'], ['A', 'Steps'], ['A', 'Steps (2)']]
    """
    sections: list[Section] = []
    path: list[tuple[int, str]] = []
    seen: Counter[tuple[str, ...]] = Counter()
    for heading, below, is_leaf in _group(blocks):
        if heading is not None:
            path = [entry for entry in path if entry[0] < heading["level"]]
            if is_leaf:
                _add_heading(sections, [name for _, name in path], heading)
                continue
            path.append((heading["level"], _name(heading, [name for _, name in path], seen)))
        if below:
            sections.append(_make_section([name for _, name in path], below))
    return sections


def _group(blocks: Sequence[Block]) -> Iterator[tuple[Block | None, list[Block], bool]]:
    """Yield each heading, what stands below it, and whether nothing does, not even a lower heading."""
    at = [number for number, block in enumerate(blocks) if block["kind"] == "heading"]
    yield None, list(blocks[: at[0] if at else len(blocks)]), False
    for begin, end in pairwise([*at, len(blocks)]):
        heading, below = blocks[begin], list(blocks[begin + 1 : end])
        goes_on = end < len(blocks) and blocks[end]["level"] > heading["level"]
        yield heading, below, not below and not goes_on


def _name(heading: Block, above: list[str], seen: Counter[tuple[str, ...]]) -> str:
    name = read_heading(heading)
    seen[(*above, name)] += 1
    count = seen[(*above, name)]
    return name if count == 1 else f"{name} ({count})"


def read_heading(heading: Block) -> str:
    """Return the words of a heading."""
    return " ".join(to_words(heading["spans"]).split())


def make_heading(name: str, level: int, line: int) -> Block:
    """Return a heading of plain words.

    Args:
        name: Its words.
        level: How many headings stand above it, and itself.
        line: Of what is below it.
    """
    return Block(
        kind="heading", level=min(level, 6), spans=[Span(kind="text", text=name)], first=line, last=line
    )


def _add_heading(sections: list[Section], path: list[str], heading: Block) -> None:
    """Put a heading into the section before it, if that holds such headings as well, else into its own."""
    last = sections[-1] if sections else None
    if last and last["heading_path"] == path and last["blocks"][-1]["kind"] == "heading":
        last["blocks"].append(heading)
        last["end_line"] = heading["last"]
    elif heading["spans"]:
        sections.append(_make_section(path, [heading]))


def _make_section(path: list[str], blocks: list[Block]) -> Section:
    first, last = cover_lines(blocks)
    return Section(heading_path=path, start_line=first, end_line=last, blocks=blocks)
