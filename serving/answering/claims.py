"""What an answer claims without a source, and commands that no source holds: marked while it streams.

A language model may write what no source says. What it says without a citation is marked in the text, and
commands that no cited source holds are told at the end.
"""

from __future__ import annotations

import re
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from processors.knowledge.markdown.quoting import quote_span
from serving.answering.commands import find_made_up
from serving.answering.numbering import find_citations
from serving.answering.statements import (
    ITEM_LINE,
    SENTENCE_END,
    Statement,
    blank_code,
    find_statements,
    read_block,
    split_blocks,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from processors.retrieval.hybrid import Hit
    from serving.answering.phrases import OwnWords

# A line of which it can't be told yet whether it goes on with the text or begins something else.
_UNDECIDED_LINE: Final = re.compile(
    r"[ \t]*(?:#{1,6}|[-*+_]{1,3}|\d{1,3}[.)]?|\||>|`{1,2}|[`~]{3,}.*|~{1,2})?[ \t]*"
)
_MAYBE_CITATION: Final = re.compile(r"(?:\s*\[[\d,\s]*\]?)*\s*$")
_LONGEST_CLAIM: Final = 300
_MOST_TOLD: Final = 5


@dataclass
class ClaimCheck:
    """What is wrong with an answer; filled while it streams."""

    uncited: list[str] = field(default_factory=list)
    unknown_commands: list[str] = field(default_factory=list)


async def mark_claims(
    pieces: AsyncGenerator[str, None], cited: Sequence[Hit], found: ClaimCheck, own: OwnWords
) -> AsyncGenerator[str, None]:
    """Yield an answer as it is written, with a mark behind each claim that cites nothing.

    What is held back is only what may still turn out to belong to a claim without a citation.

    Args:
        pieces: The text, its citations numbered.
        cited: What it cites, complete when the text has ended.
        found: Filled with what is wrong.
        own: Our words in the language of the question.
    """
    said: list[str] = []
    marker = _Marker(own.no_source, found)
    async with aclosing(pieces):
        async for piece in pieces:
            said.append(piece)
            if ready := marker.read(piece):
                yield ready
    rest = marker.finish()
    found.unknown_commands += find_made_up("".join(said), cited)
    told = ", ".join(quote_span(command) for command in found.unknown_commands[:_MOST_TOLD])
    if told:
        rest = f"{rest.rstrip()}\n\n{own.unknown_commands} {told}"
    if rest:
        yield rest


class _Marker:
    """Where the reader of an answer is: the block that isn't over yet, and what of it was given out."""

    def __init__(self, mark: str, found: ClaimCheck) -> None:
        self._mark = mark
        self._found = found
        self._text = ""
        self._given = 0
        self._checked = 0

    def read(self, piece: str) -> str:
        """Take more text, and return what nothing can change any more."""
        self._text += piece
        kept, plain = blank_code(self._text)
        undecided = _find_undecided(plain)
        blocks = split_blocks(plain[:undecided])
        # What looks like a block's end at the end of the text may go on, indented.
        *over, (begin, _) = [block for block in blocks if block[0] < undecided] or [(0, 0)]
        statements = [one for block in over for one in read_block(kept, plain, *block)]
        done, safe = _read_open_block(kept, plain, begin, undecided)
        ready = self._give([*statements, *done], safe)
        self._text = self._text[begin:]
        self._given, self._checked = self._given - begin, max(0, self._checked - begin)
        return ready

    def finish(self) -> str:
        """Return what was still held back."""
        return self._give(list(find_statements(self._text)), len(self._text))

    def _give(self, statements: Sequence[Statement], safe: int) -> str:
        ready = ""
        for statement in statements:
            if statement.end > self._checked and not find_citations(statement.text):
                ready += self._text[self._given : statement.end] + self._mark
                self._given = statement.end
                self._found.uncited.append(statement.text[:_LONGEST_CLAIM])
            self._checked = max(self._checked, statement.end)
        safe = max(safe, self._given)
        ready += self._text[self._given : safe]
        self._given = safe
        return ready


def _find_undecided(plain: str) -> int:
    """Return where the part of a text begins of which nothing can be told before more of it is there."""
    line = plain.rfind("\n") + 1
    if _UNDECIDED_LINE.fullmatch(plain, line):
        # The blank behind a lone marker makes an item of it.
        return min(line, len(plain[:line].rstrip()) + 1)
    return plain.rindex("`") if plain.count("`", line) % 2 else len(plain)


def _read_open_block(kept: str, plain: str, begin: int, end: int) -> tuple[list[Statement], int]:
    """Return the statements of a block that are complete, and up to where nothing can change any more."""
    if item := ITEM_LINE.match(plain, begin, end):
        if item.end() < end and find_citations(kept[begin:end]):
            return [], end
        return [], len(plain[: item.end()].rstrip())
    stops = [(match.end(1), match.end()) for match in SENTENCE_END.finditer(plain, begin, end)]
    done = list(read_block(kept, plain, begin, stops[-1][0])) if stops else []
    trailing = _MAYBE_CITATION.search(plain, stops[-1][1] if stops else begin, end)
    return done, trailing.start() if trailing else end
