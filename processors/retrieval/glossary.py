"""Russian words of operations and the English ones that runbooks and logs use for them.

Pages, log lines and messages of Kubernetes are mostly in English, and the embedded model reads nothing else.
So that a Russian question finds them, its known words are translated one by one and stand beside it. A model
that reads Russian needs none of that.
"""

import re
from pathlib import Path
from typing import Final

_CYRILLIC: Final = re.compile(r"[а-яё]", re.IGNORECASE)
_WORD: Final = re.compile(r"[a-zа-яё0-9][\w.-]*", re.IGNORECASE)

_STEMS: Final = dict(
    line.split(" = ", 1)
    for line in (Path(__file__).parent / "glossary.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)
_LONGEST: Final = max(map(len, _STEMS))


def has_cyrillic(text: str) -> bool:
    """Tell whether a text has a Cyrillic letter."""
    return bool(_CYRILLIC.search(text))


def add_translation(question: str, *, reads_russian: bool) -> str:
    """Return what to search and embed for a question: itself, and the translation of a Russian one.

    Args:
        question: As it was asked.
        reads_russian: Whether the embedding model does; then nothing is added.

    Example:
        >>> add_translation("Почему кластер красный?", reads_russian=False)
        'Почему кластер красный? cluster red'
        >>> add_translation("Why is it red?", reads_russian=False)
        'Why is it red?'
    """
    if reads_russian or not has_cyrillic(question):
        return question
    return f"{question} {translate_terms(question)}".strip()


def translate_terms(question: str) -> str:
    """Give the words of a Russian question that English sources may contain.

    Args:
        question: A question in Russian, maybe with Latin names in it.

    Returns:
        Known words in English and Latin words as they are; empty if there is none.

    Example:
        >>> translate_terms("Почему кластер OpenSearch красный?")
        'cluster OpenSearch red'
    """
    words = (_translate(word) for word in _WORD.findall(question))
    return " ".join(word for word in words if word)


def list_untranslated(question: str) -> list[str]:
    """Return the Russian words of a question that no English one is known for.

    Example:
        >>> list_untranslated("Кто написал «Мастера и Маргариту»?")
        ['Кто', 'написал', 'и', 'Маргариту']
    """
    return [word for word in _WORD.findall(question) if has_cyrillic(word) and not _translate(word)]


def _translate(word: str) -> str:
    lowered = word.lower().replace("ё", "е")
    if lowered[0].isascii():
        return word.rstrip(".-")
    # A bar ends an entry that is a whole word.
    prefixes = (lowered[:length] for length in range(min(len(lowered), _LONGEST), 2, -1))
    return next((_STEMS[key] for key in (f"{lowered}|", *prefixes) if key in _STEMS), "")
