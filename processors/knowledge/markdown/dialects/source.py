"""A page's text and where its code is: there nothing is a tag of another dialect."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property
from itertools import accumulate
from typing import Final, NamedTuple

from markdown_it.token import Token

from processors.knowledge.blocks.escaping import escape_words
from processors.knowledge.markdown.markers import FILLER, OPEN
from processors.knowledge.markdown.parser import open_parser

_SPAN: Final = re.compile(r"(?<![`\\])(`+)(?!`)(.*?)(?<!`)\1(?!`)")
_RAW: Final = re.compile(r"\s*<(pre|script|style|textarea|!--)", re.IGNORECASE)
_CODE: Final = re.compile(f"```|~~~| {{4}}|\t|<|{OPEN}")
_LONGEST_LINE: Final = 20_000


def keep_visible(tag: str) -> str:
    """Return a tag as Markdown that shows it as it is written, on one line.

    Example:
        >>> keep_visible("{{ a |\\n b }}")
        '{{ a \\\\| b }}'
    """
    return escape_words(" ".join(tag.split())).replace("|", r"\|")


class Edit(NamedTuple):
    """A piece of the text and what takes its place; `apart` if it has its lines to itself."""

    begin: int
    end: int
    text: str
    apart: bool = True


class Source:
    """A text with its lines, and which of them are code."""

    def __init__(self, text: str, code: list[str] | None = None) -> None:
        """Take a text; without `code` it is read where its code is."""
        self.text = text
        self.lines = text.split("\n")
        self._code = code

    @cached_property
    def starts(self) -> list[int]:
        """Return where each line begins, and the end."""
        return list(accumulate((len(line) + 1 for line in self.lines), initial=0))

    @cached_property
    def code(self) -> list[str]:
        """Tell of each line whether it is `code`, or `raw` within a comment of HTML; else nothing."""
        return self._code or find_code(self.text, len(self.lines))

    @cached_property
    def _spans(self) -> dict[int, list[tuple[int, int]]]:
        return {}

    def find_line(self, position: int) -> int:
        """Return the number of the line of a place, from 0."""
        return bisect_right(self.starts, position) - 1

    def in_code(self, position: int) -> bool:
        """Tell whether a place is in a block of code, a comment, or a code span of one line."""
        number = self.find_line(position)
        if self.code[number]:
            return True
        line = self.lines[number]
        if "`" not in line or len(line) > _LONGEST_LINE:
            return False
        if number not in self._spans:
            self._spans[number] = [found.span() for found in _SPAN.finditer(line)]
        column = position - self.starts[number]
        return any(begin <= column < end for begin, end in self._spans[number])

    def edit(self, edits: Iterable[Edit]) -> "Source":
        """Return the source with pieces replaced; they may not overlap, the number of lines stays."""
        ordered = sorted(edits)
        if not ordered:
            return self
        pieces, position = list[str](), 0
        for begin, end, new, apart in ordered:
            ends = self.text.count("\n", begin, end) - new.count("\n")
            pieces += [self.text[position:begin], new, ("\n" if apart else f"\n{FILLER}") * ends]
            position = end
        return Source("".join([*pieces, self.text[position:]]), self._code or self.code)


def find_code(text: str, lines: int) -> list[str]:
    """Tell of each line whether CommonMark reads it as `code`, or as `raw` HTML that is none of its text.

    Args:
        text: Of a page.
        lines: How many it has.

    Example:
        >>> find_code("a\\n\\n    b\\n\\n- ```\\n  c\\n  ```", 7)
        ['', '', 'code', '', 'code', 'code', 'code']
    """
    code = [""] * lines
    if not _CODE.search(text):
        return code
    tokens: list[Token] = []
    parser = open_parser(marked=OPEN in text)
    parser.block.parse(text, parser, {}, tokens)
    for token in tokens:
        raw = _RAW.match(token.content) if token.type == "html_block" else None
        kind = (
            "code"
            if token.type in ("fence", "code_block") or (raw and raw[1] != "!--")
            else "raw"
            if raw
            else ""
        )
        if kind and token.map:
            code[token.map[0] : token.map[1]] = [kind] * (token.map[1] - token.map[0])
    return code[:lines]
