"""What an answer claims: which sentences and steps cite a source, and which commands stand in one.

A language model may write what no source says. What it says without a citation is marked in the text while
that streams, and commands that no cited source holds are told at the end.
`evaluation/measures/answer_checks.py` counts by the same rules.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from processors.knowledge.markdown.quoting import quote_span
from processors.retrieval.language import PHRASES
from serving.answering.commands import FENCE, find_made_up
from serving.answering.phrases import OwnWords

if TYPE_CHECKING:
    from processors.retrieval.hybrid import Hit

# A bracket after a backslash is a text's own.
_CITATION: Final = re.compile(r"(?<!\\)\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
_INLINE: Final = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_ITEM: Final = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
# Stands for a code block that isn't part of a list's item: the paragraph before it ends there.
_CODE_MARK: Final = "\x01"
# Blank lines part blocks, and so does an item; what is indented goes on with the item before it.
_BLOCK_END: Final = re.compile(rf"\n\s*\n(?!\s)|\n(?=(?:[-*+]|\d+[.)])\s)|\n(?={_CODE_MARK})")
_NO_STATEMENT: Final = re.compile(r"^\s*(?:#{1,6}\s|\||[-*_]{3,}\s*$|>?\s*$)")
# A citation may stand after the full stop.
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])((?:\s*\[\d[\d,\s]*\])*)\s+(?=[^\s\[])")
_WORDS: Final = re.compile(r"\w+")
_FEWEST_WORDS: Final = 3
# What the embedded model says of its answer, and that it has none.
_NOTICES: Final = frozenset(
    notice
    for phrases in PHRASES.values()
    for notice in (phrases.extractive, phrases.unknown, phrases.no_sources)
)
# That nothing is known can't be cited.
_SAYS_NOTHING: Final = re.compile(
    r"^(?:(?:sorry|unfortunately|however|but)\W+)*(?:i (?:do not|don't|can ?not|can't)\b"
    r"|there is no information\b|nothing is recorded\b"
    r"|(?:the |these |none of the )?(?:provided |given )?sources (?:do not|don't|give no|contain no)\b)"
    r"|^(?:(?:к сожалению|извините|но|однако)\W+)*(?:я )?(?:не знаю|не могу)\b"
    r"|^(?:в )?(?:этих )?источник\w* (?:нет|не)\b|^о неймспейсе\b[^.]{0,200} ничего не записано\b",
    re.IGNORECASE,
)
# A line of which it can't be told yet whether it goes on with the text or begins something else.
_UNDECIDED_LINE: Final = re.compile(
    r"[ \t]*(?:#{1,6}|[-*+_]{1,3}|\d{1,3}[.)]?|\||>|`{1,2}|[`~]{3,}.*|~{1,2})?[ \t]*"
)
_MAYBE_CITATION: Final = re.compile(r"(?:\s*\[[\d,\s]*\]?)*\s*$")
_LONGEST_CLAIM: Final = 300
_MOST_TOLD: Final = 5


class Statement(NamedTuple):
    """A sentence or an item of a list, and the place behind it where a mark would go."""

    text: str
    end: int


@dataclass
class ClaimCheck:
    """What is wrong with an answer; filled while it streams."""

    uncited: list[str] = field(default_factory=list)
    unknown_commands: list[str] = field(default_factory=list)


def find_citations(text: str) -> list[int]:
    r"""Return the numbers that an answer cites, in their order; what stands in code is no citation.

    Example:
        >>> find_citations(r"Look [2], then act [1, 3]. `a[4]` \[5]")
        [2, 1, 3]
    """
    prose = _INLINE.sub("", FENCE.sub("", text))
    return [int(number) for found in _CITATION.findall(prose) for number in found.split(",")]


def split_statements(text: str) -> Iterator[str]:
    """Yield what an answer says: each item of a list with all that belongs to it, and each sentence of prose.

    Headings, tables and code are not statements, nor are questions, a line that introduces what follows it
    with a colon, a remark of fewer than three words, and what a model says of itself.

    Example:
        >>> list(split_statements("Do this:\\n\\n1. Stop it. Wait. [1]\\n   - Not now.\\n\\nIt is safe [2]."))
        ['1. Stop it. Wait. [1] - Not now.', 'It is safe [2].']
    """
    return (statement.text for statement in find_statements(text))


def find_statements(text: str) -> Iterator[Statement]:
    """Yield what `split_statements` does, each with its place."""
    kept, plain = _blank_code(text)
    for begin, end in _split_blocks(plain):
        yield from _read_block(kept, plain, begin, end)


def _blank_code(text: str) -> tuple[str, str]:
    """Return a text without code blocks, headings and tables, and the same with its inline code made plain.

    Both are as long as the text, so that a place in one is the place in the other.
    """

    def blank(match: re.Match[str]) -> str:
        blanked = re.sub(r"[^\n]", " ", match[0])
        return blanked if match[1] else _CODE_MARK + blanked[1:]

    lines = FENCE.sub(blank, text).split("\n")
    kept = "\n".join(" " * len(line) if _NO_STATEMENT.match(line) else line for line in lines)
    return kept, _INLINE.sub(lambda match: re.sub(r"[^\w\s]", "x", match[0]), kept)


def _split_blocks(plain: str) -> list[tuple[int, int]]:
    edges = [(match.start(), match.end()) for match in _BLOCK_END.finditer(plain)]
    begins, ends = [0, *(end for _, end in edges)], [*(start for start, _ in edges), len(plain)]
    return list(zip(begins, ends, strict=True))


def _read_block(kept: str, plain: str, begin: int, end: int) -> Iterator[Statement]:
    if _ITEM.match(plain, begin, end):
        places = [(begin, end)]
    else:
        stops = [(match.end(1), match.end()) for match in _SENTENCE_END.finditer(plain, begin, end)]
        starts = [begin, *(after for _, after in stops)]
        places = list(zip(starts, [*(stop for stop, _ in stops), end], strict=True))
    for start, stop in places:
        said = " ".join(kept[start:stop].replace(_CODE_MARK, " ").split())
        if _is_claim(said):
            first_line = plain[start:stop].lstrip().partition("\n")[0]
            indent = len(plain[start:stop]) - len(plain[start:stop].lstrip())
            is_item = len(places) == 1 and _ITEM.match(plain, begin, end)
            length = indent + len(first_line.rstrip()) if is_item else len(plain[start:stop].rstrip())
            yield Statement(said, start + length)


def _is_claim(said: str) -> bool:
    if said.endswith((":", "?")) or said in _NOTICES or _SAYS_NOTHING.match(said):
        return False
    return len(_WORDS.findall(_CITATION.sub("", said))) >= _FEWEST_WORDS


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
        kept, plain = _blank_code(self._text)
        undecided = _find_undecided(plain)
        blocks = _split_blocks(plain[:undecided])
        # What looks like a block's end at the end of the text may go on, indented.
        *over, (begin, _) = [block for block in blocks if block[0] < undecided] or [(0, 0)]
        statements = [one for block in over for one in _read_block(kept, plain, *block)]
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
        return len(plain[:line].rstrip())
    return plain.rindex("`") if plain.count("`", line) % 2 else len(plain)


def _read_open_block(kept: str, plain: str, begin: int, end: int) -> tuple[list[Statement], int]:
    """Return the statements of a block that are complete, and up to where nothing can change any more."""
    block = plain[begin:end]
    if _ITEM.match(block):
        blank = len(block) - len(block.lstrip())
        first, line_end, _ = block.lstrip().partition("\n")
        if line_end and find_citations(kept[begin:end]):
            return [], end
        return [], begin + blank + len(first.rstrip())
    stops = [(match.end(1), match.end()) for match in _SENTENCE_END.finditer(plain, begin, end)]
    done = list(_read_block(kept, plain, begin, stops[-1][0])) if stops else []
    trailing = _MAYBE_CITATION.search(plain, stops[-1][1] if stops else begin, end)
    return done, trailing.start() if trailing else end
