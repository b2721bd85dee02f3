"""Blocks written as Markdown in the lines of the page that they were read from: a citation leads there."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from processors.knowledge.blocks import LABELLED, Block
from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.blocks.spans import to_words
from processors.knowledge.blocks.walking import cover_lines, drop_lines
from processors.knowledge.markdown.reading import read_markdown

_LONG: Final = 40
_SHORT: Final = 12
_SHORTEST: Final = 3
# A short piece is looked for this far, in letters, lest it is found in another chapter.
_REACH: Final = 2_000
_LETTER: Final = re.compile(r"\w")


def write_in_place(blocks: Sequence[Block]) -> str:
    """Return blocks as Markdown, each in its line as far as there is room, by empty lines between them.

    Example:
        >>> words = [{"kind": "text", "text": "Look."}]
        >>> write_in_place([{"kind": "paragraph", "spans": words, "first": 3, "last": 3}])
        '\\n\\nLook.'
    """
    text = render_markdown(blocks)
    read = read_markdown(text)
    if drop_lines(read) != drop_lines(blocks):
        return text
    wanted: dict[int, int] = {}
    for written, block in _pair(read, blocks):
        wanted[written["first"]] = max(block["first"], wanted.get(written["first"], 0))
    lines: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        lines += [""] * max(wanted.get(number, 0) - len(lines) - 1, 0)
        lines.append(line)
    placed = "\n".join(lines)
    return placed if drop_lines(read_markdown(placed)) == drop_lines(blocks) else text


def _pair(written: Sequence[Block], blocks: Sequence[Block]) -> Iterator[tuple[Block, Block]]:
    """Yield blocks with what was written of them; between what stands in a quote there are no empty lines."""
    for one, block in zip(written, blocks, strict=True):
        yield one, block
        if block["kind"] not in LABELLED:
            yield from _pair(one.get("children", ()), block.get("children", ()))


class _Source:
    """The letters of a page without anything between them, the line of each, and how far was read."""

    def __init__(self, text: str) -> None:
        self.letters = ""
        self.lines: list[int] = []
        self.at = 0
        found = []
        for number, line in enumerate(text.split("\n"), start=1):
            letters = _LETTER.findall(line.lower())
            found += letters
            self.lines += [number] * len(letters)
        self.letters = "".join(found)

    def find(self, words: str) -> tuple[int, int]:
        """Return the first and last line of words, those of the words before where they aren't found."""
        letters = "".join(_LETTER.findall(words.lower()))
        for length in (len(letters), _LONG, _SHORT):
            key = letters[:length]
            reach = len(self.letters) if length >= _LONG else self.at + _REACH
            place = self.letters.find(key, self.at, reach) if len(key) >= _SHORTEST else -1
            if place >= 0:
                self.at = place + len(key)
                return self.lines[place], self.lines[self.at - 1]
        line = self.lines[self.at - 1] if self.at else 1
        return line, line


def find_lines(blocks: Sequence[Block], source: str) -> list[Block]:
    """Return blocks with the lines in which a page says what they say.

    Args:
        blocks: In the order of the page.
        source: The page, in whatever markup.

    Example:
        >>> words = [{"kind": "text", "text": "Look here."}]
        >>> paragraph = {"kind": "paragraph", "spans": words, "first": 1, "last": 1}
        >>> find_lines([paragraph], "= Red\\n\\nLook *here*.")[0]["first"]
        3
    """
    return _find_all(blocks, _Source(source))


def _find_all(blocks: Sequence[Block], source: _Source) -> list[Block]:
    found: list[Block] = []
    for block in blocks:
        held = block.copy()
        words = _own_words(block)
        if words:
            held["first"], held["last"] = source.find(words)
        if block.get("children"):
            held["children"] = _find_all(block["children"], source)
            held["first"], held["last"] = cover_lines(held["children"])
        elif not words:
            held["first"] = held["last"] = source.find("")[0]
        found.append(held)
    return found


def _own_words(block: Block) -> str:
    if block["kind"] == "table":
        return " ".join(to_words(cell) for row in (block["header"], *block["rows"]) for cell in row)
    if block["kind"] == "omitted":
        return block["target"]
    return block["text"] if block["kind"] == "code" else to_words(block.get("spans", ()))
