"""An extract as a model would write it: in pieces that count as tokens, and up to where it was asked for."""

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

from serving.model_server.writing import Finish, Limits, Reason, Turn, Write, Written

_PIECE: Final = re.compile(r"\s*(?:\w+|[^\w\s])|\s+")
_PIECES_PER_CHUNK: Final = 12


def make_write(answer: Callable[[str], Awaitable[str]]) -> Write:
    """Give the extractive model the form of one that writes.

    Args:
        answer: From a prompt to an answer.
    """

    async def write(turns: Sequence[Turn], limits: Limits) -> Written:
        prompt = next((turn.text for turn in reversed(turns) if turn.role == "user"), "")
        pieces, reason = cut_answer(await answer(prompt), limits.stop, limits.max_tokens)
        for text in group_pieces(pieces):
            yield text
        yield Finish(reason, sum(len(split_pieces(turn.text)) for turn in turns), len(pieces))

    return write


def split_pieces(text: str) -> list[str]:
    """Cut a text into words and marks, each with the white space before it; joined they are the text.

    Example:
        >>> split_pieces("It is red. [1]")
        ['It', ' is', ' red', '.', ' [', '1', ']']
    """
    return _PIECE.findall(text)


def cut_answer(text: str, stops: Sequence[str], max_tokens: int | None) -> tuple[list[str], Reason]:
    """End an answer before the first stop text and after `max_tokens` pieces.

    Args:
        text: The whole answer.
        stops: Texts before the first of which it ends.
        max_tokens: So many at most; None for no limit.

    Returns:
        The answer's pieces, and why it ended.

    Example:
        >>> cut_answer("It is red. Look.", ["Look"], None)
        (['It', ' is', ' red', '.', ' '], 'stop')
        >>> cut_answer("It is red.", [], 2)
        (['It', ' is'], 'length')
    """
    ends = [text.find(mark) for mark in stops if mark]
    pieces = split_pieces(text[: min((end for end in ends if end >= 0), default=len(text))])
    if max_tokens is not None and len(pieces) > max_tokens:
        return pieces[:max_tokens], "length"
    return pieces, "stop"


def group_pieces(pieces: Sequence[str]) -> Iterator[str]:
    """Yield an answer in texts of some pieces each, as a stream sends them.

    Example:
        >>> list(group_pieces(["It", " is", " red."]))
        ['It is red.']
    """
    for start in range(0, len(pieces), _PIECES_PER_CHUNK):
        yield "".join(pieces[start : start + _PIECES_PER_CHUNK])
