"""Overlap of words between a question and a unit."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

_WORD: Final = re.compile(r"[a-zа-яё0-9]+", re.IGNORECASE)
_LEAST_WEIGHT: Final = 0.3
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SUFFIXES: Final = ("ations", "ation", "ings", "ing", "ies", "ers", "er", "ed", "es", "s", "e", "y")
_STOPWORDS: Final = frozenset((Path(__file__).parent / "stopwords.txt").read_text(encoding="utf-8").split())


def split_words(text: str) -> list[str]:
    """Give the words of a text that carry meaning, in lower case and without endings.

    Example:
        >>> split_words("How do I restart the KafkaBroker nodes?")
        ['restart', 'kafka', 'brok', 'nod']
    """
    words = (word.lower() for word in _WORD.findall(_CAMEL.sub(" ", text)))
    return [
        strip_ending(word) for word in words if word not in _STOPWORDS and (len(word) > 1 or word.isdigit())
    ]


def strip_ending(word: str) -> str:
    """Cut the ending that changes with number, case or tense; rough, and the same for question and unit.

    Example:
        >>> strip_ending("restarting"), strip_ending("indices"), strip_ending("кластера")
        ('restart', 'indic', 'класт')
    """
    if not word.isascii():
        return word[:5] if len(word) > 5 else word.rstrip("аеёиоуыьэюя") or word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word


def weigh_words(question: Iterable[str], documents: Sequence[Iterable[str]]) -> dict[str, float]:
    """Give each word of a question its weight: the rarer in the sources, the heavier.

    Args:
        question: Words of the question.
        documents: Words of each source.

    Returns:
        Weights from 0.3 to 1: a word that all sources have still says what the question is about, and one
        that no source has weighs most.
    """
    counts: Counter[str] = Counter(word for words in documents for word in set(words))
    most = math.log(2 + len(documents))
    return {
        word: _LEAST_WEIGHT + (1 - _LEAST_WEIGHT) * math.log((2 + len(documents)) / (1 + counts[word])) / most
        for word in question
    }


def measure_coverage(weights: Mapping[str, float], words: Iterable[str]) -> float:
    """Tell how much of a question's weight a unit's words cover.

    Returns:
        A share between 0 and 1; 0 for a question without words.

    Example:
        >>> measure_coverage({"redis": 1.0, "restart": 1.0}, ["redis", "is", "down"])
        0.5
    """
    total = sum(weights.values())
    present = set(words)
    return sum(weight for word, weight in weights.items() if word in present) / total if total else 0.0
