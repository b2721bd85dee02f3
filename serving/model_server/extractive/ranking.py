"""Ranks pages by how well they fit a question: by what they say, their place in the search, and their name.

The two weights were chosen on one half of the alerts of prometheus-operator/runbooks, those whose page has an
even SHA-256 of its path, with the stack's own golden questions in sight; figures of both halves stand in
docs/reference/benchmarks.md.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from serving.model_server.extractive.lexical import split_words
from serving.model_server.extractive.observations import is_observation
from serving.model_server.extractive.score import ScoredUnit

_FIRST_FOUND: Final = 0.05
_NAMED: Final = 0.4
# One word of a name is a topic of many pages, and so is half of it.
_NAMING_WORDS: Final = 2
_NAMING_SHARE: Final = 0.5


# Pages that differ by less can't be told apart.
_ALIKE: Final = 0.08


class RankedPage(NamedTuple):
    """The unit of a page that fits best, and how well the page fits."""

    best: ScoredUnit
    fit: float

    @property
    def name(self) -> str:
        """The title of the page."""
        return self.best.page.name


def rank_pages(scored: Sequence[ScoredUnit], asked: Collection[str]) -> list[RankedPage]:
    """Return the pages, the one that fits best first; what was observed is no page.

    A page is as good as its best unit. The page that the search found first gains a little, the second half
    of that, the third a third. One whose name the question says for the most part gains up to 0.4.

    Args:
        scored: Units of all sources.
        asked: Words of the question.
    """
    best: dict[str, ScoredUnit] = {}
    for one in sorted(scored, key=lambda one: one.source.n):
        if not is_observation(one.source):
            held = best.setdefault(one.page.name, one)
            best[one.page.name] = max(held, one, key=lambda one: one.confidence)
    named = measure_naming(list(best), asked)
    ranked = [
        RankedPage(one, one.confidence + _FIRST_FOUND / place + _NAMED * named[name])
        for place, (name, one) in enumerate(best.items(), start=1)
    ]
    return sorted(ranked, key=lambda page: -page.fit)


def take_alike(ranked: Sequence[RankedPage], threshold: float) -> list[RankedPage]:
    """Return the pages that fit about as well as the best one that may be quoted, or better.

    Args:
        ranked: Best first.
        threshold: The least confidence of a unit that is quoted.
    """
    best = next((page for page in ranked if page.best.confidence >= threshold), None)
    return [page for page in ranked if best and page.fit >= best.fit - _ALIKE]


def measure_naming(names: Sequence[str], asked: Collection[str]) -> Mapping[str, float]:
    """Tell of each name how far a question says it: nothing up to its half, 1 if it says all of it.

    A word that several of the names have tells less.

    Example:
        >>> names = ["Disk is full", "Disk is slow", "Node disk"]
        >>> measure_naming(names, ["disk", "full", "host"])
        {'Disk is full': 1.0, 'Disk is slow': 0.0, 'Node disk': 0.0}
    """
    words = {name: set(split_words(name)) for name in names}
    spread = Counter(word for held in words.values() for word in held)
    return {name: _measure(held, spread, asked) for name, held in words.items()}


def _measure(words: Collection[str], spread: Mapping[str, int], asked: Collection[str]) -> float:
    said = [word for word in words if word in asked]
    if len(said) < _NAMING_WORDS:
        return 0.0
    share = sum(1 / spread[word] for word in said) / sum(1 / spread[word] for word in words)
    return max(0.0, share - _NAMING_SHARE) / (1 - _NAMING_SHARE)
