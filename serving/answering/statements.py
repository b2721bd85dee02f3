"""What an answer says: its sentences and the items of its lists, and where each ends.

The same rules read a finished answer and one that is still being written (`serving/answering/claims.py`),
so that what is marked while it streams is what `evaluation/measures/answer_checks.py` counts.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from processors.knowledge.markdown.inert_code import Code, find_code
from processors.retrieval.language import ABBREVIATED, PHRASES
from serving.answering.numbering import CITATION

_MARKER: Final = re.compile(r"(?:[-*+]|\d+[.)])\s")
# An item up to the end of its first line that has words: it may begin with a block of code.
ITEM_LINE: Final = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+[^\n]*")
# Stands for a code block that isn't part of a list's item: the paragraph before it ends there.
_CODE_MARK: Final = "\x01"
# Blank lines part blocks, and so does an item; what is indented goes on with the item before it.
_BLOCK_END: Final = re.compile(rf"\n\s*\n(?!\s)|\n(?=(?:[-*+]|\d+[.)])\s)|\n(?={_CODE_MARK})")
_NO_STATEMENT: Final = re.compile(r"^\s*(?:#{1,6}\s|\||[-*_]{3,}\s*$|>?\s*$)")
# A citation may stand after the full stop.
SENTENCE_END: Final = re.compile(rf"(?<=[.!?]){ABBREVIATED}((?:\s*\[\d[\d,\s]*\])*)\s+(?=[^\s\[])")
"""Behind a sentence; its group are the citations there."""
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
    r"|^(?:в )?(?:этих )?источник\w* (?:нет|не)\b|^о [^.]{0,200} ничего не записано\b",
    re.IGNORECASE,
)


class Statement(NamedTuple):
    """A sentence or an item of a list, and the place behind it where a mark would go."""

    text: str
    end: int


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
    kept, plain = blank_code(text)
    for begin, end in split_blocks(plain):
        yield from read_block(kept, plain, begin, end)


def blank_code(text: str) -> tuple[str, str]:
    """Return a text without code blocks, headings and tables, and the same with its inline code made plain.

    Both are as long as the text, so that a place in one is the place in the other.
    """
    kept, plain = text, text
    for code in find_code(text):
        blank = _blank(text, code)
        plain = plain[: code.start] + blank + plain[code.end :]
        if code.before is not None:
            kept = kept[: code.start] + blank + kept[code.end :]
    silent = [_NO_STATEMENT.match(line) for line in kept.split("\n")]

    def drop(lines: str) -> str:
        told = zip(lines.split("\n"), silent, strict=True)
        return "\n".join(" " * len(line) if is_silent else line for line, is_silent in told)

    return drop(kept), drop(plain)


def _blank(text: str, code: Code) -> str:
    """Return what stands for code in a text of the same length: words for a span, blanks for a block."""
    if code.before is None:
        return re.sub(r"[^\w\s]", "x", text[code.start : code.end])
    blank = re.sub(r"[^\n]", " ", text[code.start : code.end])
    if marker := _MARKER.match(code.before):
        # The block is what an item of a list begins with.
        return marker[0] + blank[marker.end() :]
    return blank if code.before[:1].isspace() else _CODE_MARK + blank[1:]


def split_blocks(plain: str) -> list[tuple[int, int]]:
    """Return where the blocks of a plain text begin and end: paragraphs, and whole items of lists."""
    edges = [(match.start(), match.end()) for match in _BLOCK_END.finditer(plain)]
    begins, ends = [0, *(end for _, end in edges)], [*(start for start, _ in edges), len(plain)]
    return list(zip(begins, ends, strict=True))


def read_block(kept: str, plain: str, begin: int, end: int) -> Iterator[Statement]:
    """Yield the statements of one block.

    Args:
        kept: What `blank_code` kept of the text.
        plain: The same with its code made plain.
        begin: Where the block begins.
        end: Where it ends, or how much of it is there.
    """
    if item := ITEM_LINE.match(plain, begin, end):
        places = [(begin, end, item.end())]
    else:
        stops = [(match.end(1), match.end()) for match in SENTENCE_END.finditer(plain, begin, end)]
        starts = [begin, *(after for _, after in stops)]
        ends = [*(stop for stop, _ in stops), end]
        places = [(start, stop, stop) for start, stop in zip(starts, ends, strict=True)]
    for start, stop, line_end in places:
        said = " ".join(kept[start:stop].replace(_CODE_MARK, " ").split())
        if _is_claim(said):
            yield Statement(said, len(plain[:line_end].rstrip()))


def _is_claim(said: str) -> bool:
    if said.endswith((":", "?")) or said in _NOTICES or _SAYS_NOTHING.match(said):
        return False
    return len(_WORDS.findall(CITATION.sub("", said))) >= _FEWEST_WORDS
