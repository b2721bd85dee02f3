"""Words and vectors searched in memory, much as OpenSearch does it; for a few thousand chunks."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from processors.retrieval.question.words import list_words

_K1: Final = 1.2
_B: Final = 0.75
# Of words and of vectors, each between 0 and 1, as in processors/retrieval/hybrid.py.
_WEIGHTS: Final = (0.55, 0.45)
_NAME_PARTS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

Vectors = npt.NDArray[np.float32]


class Words(NamedTuple):
    """The words of each text, and in how many texts a word is."""

    counts: list[Counter[str]]
    spread: Counter[str]
    mean_length: float


def read_words(texts: Sequence[str]) -> Words:
    """Count the words of texts.

    Args:
        texts: At least one.
    """
    counts = [Counter(_split(text)) for text in texts]
    spread = Counter(word for one in counts for word in one)
    return Words(counts, spread, sum(one.total() for one in counts) / len(counts))


def _split(text: str) -> list[str]:
    return [word.removesuffix("s") for word in re.findall(r"[^\W_]+", _NAME_PARTS.sub(" ", text).lower())]


def score_words(words: Words, question: str) -> Vectors:
    """Return the BM25 score of each text for a question.

    Example:
        >>> scores = score_words(read_words(["a red cluster", "a disk", "clusters"]), "cluster")
        >>> [round(float(score), 2) for score in scores]
        [0.39, 0.0, 0.59]
    """
    asked = {word for forms in list_words(question) for form in forms for word in _split(form)}
    scores = np.zeros(len(words.counts), dtype=np.float32)
    for word in asked & words.spread.keys():
        rare = math.log(1 + (len(scores) - words.spread[word] + 0.5) / (words.spread[word] + 0.5))
        for at, count in enumerate(words.counts):
            if often := count[word]:
                length = _K1 * (1 - _B + _B * count.total() / words.mean_length)
                scores[at] += rare * often * (_K1 + 1) / (often + length)
    return scores


def fuse_scores(lexical: Vectors, dense: Vectors) -> Vectors:
    """Return the weighted mean of two scores of the same texts, each brought between 0 and 1.

    Args:
        lexical: At least 0 each.
        dense: Cosines.
    """
    low, high = float(dense.min()), float(dense.max())
    spread = (dense - low) / (high - low) if high > low else dense
    return _WEIGHTS[0] * lexical / (float(lexical.max()) or 1.0) + _WEIGHTS[1] * spread
