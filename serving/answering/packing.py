"""Which sources fit a prompt, counted in tokens.

Counting takes about half a millisecond for a passage, so it is done only where it decides something: as long
as the passages would fit even if their tokens were as short as tokens ever are on average, nobody
counts. What was counted is remembered, for the same passages are found again and again.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tokenizers import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from processors.retrieval.hybrid import Hit

CHARACTERS_PER_TOKEN: Final = 2.2
"""Fewer than nearly any passage has; measured, see docs/explanation/how-a-question-is-answered.md."""
_REMEMBERED: Final = 4_096


@lru_cache(maxsize=1)
def open_counter(tokenizer_file: Path) -> Callable[[str], int]:
    """Return what counts the tokens of a text; without a tokenizer it is what they would be at most."""
    if not tokenizer_file.is_file():
        return bound_tokens
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    @lru_cache(maxsize=_REMEMBERED)
    def count(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False))

    return count


def bound_tokens(text: str) -> int:
    """Return more tokens than a text is likely to have; a letter that isn't ASCII counts as one.

    Example:
        >>> bound_tokens("red cluster"), bound_tokens("красный")
        (5, 7)
    """
    foreign = 0 if text.isascii() else sum(not letter.isascii() for letter in text)
    return foreign + round((len(text) - foreign) / CHARACTERS_PER_TOKEN)


def choose_sources(hits: Iterable[Hit], budget: int, count: Callable[[str], int] = bound_tokens) -> list[Hit]:
    """Return the best hits whose texts fit the budget together.

    A hit that is too long is left out and shorter ones after it still get their chance.

    Args:
        hits: Hits, best first.
        budget: Tokens of text in all.
        count: Of the tokens of a text.

    Example:
        >>> hits = [{"text": "red cluster"}, {"text": "disk is full"}, {"text": "why"}]
        >>> [hit["text"] for hit in choose_sources(hits, 4, lambda text: len(text.split()))]
        ['red cluster', 'why']
    """
    hits = list(hits)
    if sum(bound_tokens(hit["text"]) for hit in hits) <= budget:
        return hits
    chosen: list[Hit] = []
    for hit in hits:
        tokens = count(hit["text"])
        if tokens <= budget:
            chosen.append(hit)
            budget -= tokens
    return chosen
