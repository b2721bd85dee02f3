"""The numbers in an answer's text: which sources it cites, counted from 1 in the order in which they come."""

from __future__ import annotations

import re
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from processors.knowledge.markdown.inert_code import (
    begins_block,
    ends_block,
    find_code,
    may_begin_block,
    split_code,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from processors.retrieval.hybrid import Hit

# A bracket after a backslash is a text's own.
CITATION: Final = re.compile(r"(?<!\\)\[(\d{1,3}(?:[ \t]*,[ \t]*\d{1,3})*)\]")
"""Numbers of sources in brackets."""
# A number that is taken out takes the blank before it along.
_SPACED_CITATION: Final = re.compile(rf" ?{CITATION.pattern}")
_ESCAPE: Final = re.compile(r"\\[!-/:-@\[-`{-~]")
# What may go on as code, as an escape or as a citation.
_MAYBE_CUT: Final = re.compile(r"`.*|(?:\\| ?\[[\d, \t]{0,20}| )$")


def find_citations(text: str) -> list[int]:
    r"""Return the numbers that an answer cites, in their order; what stands in code is no citation.

    Example:
        >>> find_citations(r"Look [2], then act [1, 3]. `a[4]` \[5]")
        [2, 1, 3]
    """
    prose = (part for part, is_code in split_code(text) if not is_code)
    return [int(n) for part in prose for numbers in CITATION.findall(part) for n in numbers.split(",")]


async def number_citations(
    pieces: AsyncGenerator[str, None], sources: Sequence[Hit], cited: list[Hit]
) -> AsyncGenerator[str, None]:
    """Renumber the citations of a text while it streams, so that they count from 1 in order of appearance.

    A number that no source has is taken out. What may be the beginning of a citation or of code is held back
    until the rest of it is there: what stands in code is a command's own.

    Args:
        pieces: The text, made inert, in pieces as they come.
        sources: The sources as numbered in the prompt.
        cited: Filled with the sources in the order of their new numbers, each before its number is given out.
    """
    numberer = _Numberer(sources, cited)
    # Who stops reading stops the model too.
    async with aclosing(pieces):
        async for piece in pieces:
            if ready := numberer.read(piece):
                yield ready
    if rest := numberer.finish():
        yield rest


class _Numberer:
    """Where the reader is: whether in a block of code, and what of the line is held back."""

    def __init__(self, sources: Sequence[Hit], cited: list[Hit]) -> None:
        self._sources = sources
        self._cited = cited
        self._held = ""
        self._given = ""
        self._in_block = False

    def read(self, piece: str) -> str:
        """Take more text, and return what can be told of it."""
        *lines, rest = (self._held + piece).split("\n")
        done = "".join(f"{self._end_line(line)}\n" for line in lines)
        end = self._find_safe_end(rest)
        self._held = rest[end:]
        return done + self._number(rest[:end])

    def finish(self) -> str:
        """Return what was still held back."""
        return self._end_line(self._held)

    def _end_line(self, rest: str) -> str:
        line, self._given = self._given + rest, ""
        if self._in_block:
            self._in_block = not ends_block(line)
            return rest
        self._in_block = begins_block(line)
        return rest if self._in_block else renumber(rest, self._sources, self._cited)

    def _number(self, part: str) -> str:
        self._given += part
        return part if self._in_block else renumber(part, self._sources, self._cited)

    def _find_safe_end(self, rest: str) -> int:
        """Return how much of a line can be told without knowing the rest of it."""
        if self._in_block:
            return len(rest)
        if may_begin_block(self._given + rest):
            return 0
        cut = _MAYBE_CUT.search(_blank_whole(rest))
        return cut.start() if cut else len(rest)


def _blank_whole(text: str) -> str:
    """Return a text of the same length without the code and the escapes that nothing can change any more."""
    for code in find_code(text):
        # The last tick may be one of several.
        if code.end < len(text):
            text = f"{text[: code.start]}{'x' * (code.end - code.start)}{text[code.end :]}"
    return _ESCAPE.sub("xx", text)


def renumber(text: str, sources: Sequence[Hit], cited: list[Hit]) -> str:
    """Return a text with its citations renumbered; see `number_citations`.

    Args:
        text: Not cut within a citation or within code.
        sources: As numbered in the prompt, from 1.
        cited: Grows by each source that is cited for the first time.

    Example:
        >>> cited = []
        >>> sources = [{"chunk_id": "a"}, {"chunk_id": "b"}]
        >>> renumber("Restart it [2]. Look [9] first [1][2].", sources, cited)
        'Restart it [1]. Look first [2][1].'
        >>> [hit["chunk_id"] for hit in cited]
        ['b', 'a']
        >>> renumber("```sh\\necho ${a[1]}\\n```\\n[2]", sources, cited)
        '```sh\\necho ${a[1]}\\n```\\n[1]'
    """

    def replace(found: re.Match[str]) -> str:
        numbers = [int(number) for number in found[1].split(",")]
        known = [sources[number - 1] for number in numbers if 1 <= number <= len(sources)]
        space = " " if found[0].startswith(" ") else ""
        return space + "".join(f"[{_number_of(hit, cited)}]" for hit in known) if known else ""

    parts = split_code(text)
    return "".join(part if is_code else _SPACED_CITATION.sub(replace, part) for part, is_code in parts)


def _number_of(hit: Hit, cited: list[Hit]) -> int:
    if hit not in cited:
        cited.append(hit)
    return cited.index(hit) + 1
