"""Which sources fit a prompt, counted in tokens; of the first that doesn't, as much as does.

Counting takes about half a millisecond for a passage, so it is done only where it decides something: as long
as the passages would fit even if their tokens were as short as tokens ever are on average, nobody
counts. What was counted is remembered, for the same passages are found again and again.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tokenizers import Tokenizer

from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.markdown.reading import read_markdown
from processors.knowledge.steps.fitting import Room, fit_blocks
from processors.retrieval.conditions import DYNAMIC_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from processors.retrieval.hybrid import Hit

CHARACTERS_PER_TOKEN: Final = 2.2
"""Fewer than nearly any passage has; measured, see docs/explanation/how-a-question-is-answered.md."""
_REMEMBERED: Final = 4_096
# Less of a page than this is no help, and less of the budget no room for it.
_LEAST_PART: Final = 0.25


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

    Of a page that is too long as much as fits is kept, with the word on what is left out, if that is more
    than a little. Any other hit that is too long is left out. Shorter ones still get their chance.

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
        held = hit if count(hit["text"]) <= budget else cut_source(hit, budget, count)
        if held:
            chosen.append(held)
            budget -= count(held["text"])
    return chosen


def cut_source(hit: Hit, budget: int, count: Callable[[str], int]) -> Hit | None:
    """Return a page cut along its tree to what fits, which it says at its end; None if that is too little.

    Args:
        hit: Too long for the budget.
        budget: Tokens of text.
        count: Of the tokens of a text.

    Example:
        >>> hit = {"kind": "doc", "text": "1. red cluster\\n2. disk is full\\n3. wait"}
        >>> print(cut_source(hit, 8, lambda text: len(text.split()))["text"])
        1. red cluster
        <BLANKLINE>
        > [!OMITTED] 2 steps
    """
    if hit.get("kind") in DYNAMIC_KINDS or budget < count(hit["text"]) * _LEAST_PART:
        return None
    blocks = read_markdown(hit["text"])
    room = budget
    while room > budget * _LEAST_PART:
        kept = fit_blocks(blocks, Room(sys.maxsize, room, lambda block: count(render_markdown([block]))))
        cut: Hit = {**hit, "text": render_markdown(kept)}
        if count(cut["text"]) <= budget:
            return cut
        # What parts a block from the next one counts as well.
        room = room * 9 // 10
    return None
