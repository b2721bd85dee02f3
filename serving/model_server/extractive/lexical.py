"""Overlap of words between a question and a unit."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

_WORD: Final = re.compile(r"[a-zа-яё0-9]+", re.IGNORECASE)
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SUFFIXES: Final = ("ations", "ation", "ings", "ing", "ies", "ers", "er", "ed", "es", "s", "e", "y")
_STOPWORDS: Final = frozenset(
    ["a", "about", "after", "all", "am", "an", "and", "any", "are", "as", "at", "be", "been", "being", "but", "by", "can", "could", "did", "do", "does", "doing", "for", "from", "get", "gets", "give", "got", "had", "has", "have", "having", "help", "here", "how", "i", "if", "in", "into", "is", "it", "its", "just", "let", "me", "more", "most", "my", "need", "no", "not", "now", "of", "on", "or", "our", "out", "over", "please", "say", "says", "should", "show", "so", "some", "still", "tell", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "to", "too", "up", "us", "use", "used", "using", "was", "way", "we", "were", "what", "when", "where", "which", "while", "who", "whom", "why", "will", "with", "would", "you", "your", "happen", "happened", "happening", "happens", "going", "know", "mean", "means", "step", "steps", "fix", "wrong", "went", "last", "recently", "today", "а", "без", "бы", "был", "была", "были", "было", "быть", "в", "вам", "вас", "весь", "во", "вот", "все", "всё", "вы", "где", "да", "для", "до", "его", "ее", "её", "ей", "ему", "если", "есть", "ещё", "же", "за", "зачем", "и", "из", "или", "им", "их", "к", "как", "какая", "какие", "какой", "когда", "кто", "куда", "ли", "мне", "можно", "мы", "на", "над", "надо", "нам", "нас", "не", "него", "нет", "ни", "них", "но", "ну", "о", "об", "он", "она", "они", "от", "очень", "по", "под", "почему", "при", "с", "себя", "сейчас", "со", "так", "там", "то", "того", "тоже", "только", "ты", "у", "уже", "чего", "чем", "что", "чтобы", "эта", "эти", "это", "этого", "этот", "я", "делать", "сделать", "случилось", "произошло", "нужно", "теперь", "недавно"]
)


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
        Weights between 0 and 1; a word that no source has weighs most.
    """
    counts: Counter[str] = Counter(word for words in documents for word in set(words))
    most = math.log(2 + len(documents))
    return {word: math.log((2 + len(documents)) / (1 + counts[word])) / most for word in question}


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
