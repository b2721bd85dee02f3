"""Files that a page pulls in: put where they belong if they can be read, else said to be missing."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.spans import to_words
from processors.knowledge.markdown.dialects.directives import find_in_code
from processors.knowledge.markdown.include_paths import list_candidates, split_target

Read = Callable[[str], str | None]
"""Returns the text of a file of the page's source by its path from the root of that, or None."""

ReadPage = Callable[[str, str], list[Block]]
"""Returns the blocks of a page by its path and text; what it includes is not yet in them."""

_DEEPEST: Final = 5
_MOST: Final = 50
_LARGEST: Final = 200_000
_PAGE: Final = re.compile(r"\.(?:mdx?|markdown|mkd|qmd|txt|html?|erb)$|(?:^|/)[^./]+$", re.IGNORECASE)
_INCLUDED: Final = ("include", "code")


class _State(NamedTuple):
    """Where reading stands: the files around, how many were read, and what is to be told."""

    read: Read | None
    read_page: ReadPage
    counts: list[int]
    warnings: list[str]


def resolve_includes(
    path: str, blocks: list[Block], read: Read | None, read_page: ReadPage
) -> tuple[list[Block], list[str]]:
    """Put what a page pulls in where it belongs; what can't be read stays as `omitted`, with a warning.

    Nothing outside of the source is read, no file within itself, and only so much. What is put in stands in
    the lines of what pulls it in.

    Args:
        path: Of the page.
        blocks: Of the page.
        read: Reads a file of the same source.
        read_page: Reads the text of a file as blocks.

    Example:
        >>> gap = [{"kind": "omitted", "what": "include", "target": "../x.md", "first": 3, "last": 3}]
        >>> resolve_includes("a.md", gap, lambda _: "x", lambda path, text: [])[1]
        ['a.md:3: include ../x.md is not here']
    """
    state = _State(read, read_page, [0, 0], [])
    return list(_resolve(state, path, blocks, (path,), 0)), state.warnings


def _resolve(
    state: _State, path: str, blocks: Iterable[Block], above: tuple[str, ...], line: int
) -> Iterator[Block]:
    for block in blocks:
        if block["kind"] == "omitted":
            found = _find(state, path, block, above) if block["what"] in _INCLUDED else None
            if found is not None:
                name, text = found
                yield from _place(state, name, text, block, (*above, name), line or block["first"])
                continue
            where = line or block["first"]
            state.warnings.append(
                f"{above[0]}:{where}: {block['what']} {block['target']} is not here".replace("  ", " ")
            )
            yield block
        elif block["kind"] == "code":
            yield _fill(state, path, block, above, line)
        elif "children" in block:
            yield {**block, "children": list(_resolve(state, path, block["children"], above, line))}
        else:
            yield block


def _fill(state: _State, path: str, block: Block, above: tuple[str, ...], line: int) -> Block:
    """Put files into code that pulls them in; a line whose file can't be read stays as it is."""
    if not any(sign in block["text"] for sign in ("8<-", "{{#", "{{ #", "{!")):
        return block
    lines = []
    for number, written in enumerate(block["text"].split("\n"), start=block["first"] + 1):
        target = find_in_code(written)
        gap = Block(kind="omitted", what="include", target=target, first=number, last=number)
        found = _find(state, path, gap, above) if target else None
        if target and not found:
            state.warnings.append(f"{above[0]}:{line or number}: include {target} is not here")
        lines.append(found[1].rstrip("\n") if found else written)
    return {**block, "text": "\n".join(lines)}


def _place(
    state: _State, name: str, text: str, gap: Block, above: tuple[str, ...], line: int
) -> Iterator[Block]:
    if _PAGE.search(name):
        blocks = _cut(state.read_page(name, text), split_target(gap["target"])[1])
    else:
        language = name.rpartition(".")[2]
        blocks = [
            Block(
                kind="code", language=language, text=text.rstrip("\n"), title=gap["target"], first=1, last=1
            )
        ]
    for block in _resolve(state, name, blocks, above, line):
        yield _move_lines(block, gap["first"], gap["last"])


def _move_lines(block: Block, first: int, last: int) -> Block:
    moved: Block = {**block, "first": first, "last": last}
    if "children" in block:
        moved["children"] = [_move_lines(child, first, last) for child in block["children"]]
    return moved


def _find(state: _State, path: str, gap: Block, above: tuple[str, ...]) -> tuple[str, str] | None:
    """Return path and text of the file that is meant, if it may be read."""
    if state.read is None or len(above) > _DEEPEST or state.counts[0] >= _MOST:
        return None
    name, part = split_target(gap["target"])
    # A part of a file that is named otherwise than by a heading isn't looked for.
    if part and not part.startswith("#"):
        return None
    for candidate in list_candidates(path, name):
        if candidate in above:
            continue
        text = state.read(candidate)
        if text is not None:
            if state.counts[1] + len(text) > _LARGEST:
                return None
            state.counts[0] += 1
            state.counts[1] += len(text)
            return candidate, text
    return None


def _cut(blocks: list[Block], part: str) -> list[Block]:
    """Return what stands below the heading that a part names, or all if none is so named."""
    wanted = " ".join(part.lstrip("#").lower().replace("-", " ").split())
    for at, block in enumerate(blocks if wanted else []):
        if block["kind"] == "heading" and _spell(block) == wanted:
            level = block["level"]
            ends = (
                n
                for n, other in enumerate(blocks)
                if n > at and other["kind"] == "heading" and other["level"] <= level
            )
            return blocks[at : next(ends, len(blocks))]
    return blocks


def _spell(block: Block) -> str:
    return " ".join(re.sub(r"[^\w\s-]", "", to_words(block["spans"]).lower()).replace("-", " ").split())
