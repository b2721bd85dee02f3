"""Russian words of operations and the English ones that runbooks use for them.

The embedded model reads English only; so that a Russian question finds English sources, its known words are
translated one by one. A production model that reads both languages does not need it.
"""

import re
from pathlib import Path
from typing import Final

_WORD: Final = re.compile(r"[a-zа-яё0-9][\w.-]*", re.IGNORECASE)

_STEMS: Final = dict(
    line.split(" = ", 1)
    for line in (Path(__file__).parent / "glossary.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)
_LONGEST: Final = max(map(len, _STEMS))


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


def _translate(word: str) -> str:
    lowered = word.lower()
    if lowered[0].isascii():
        return word.rstrip(".-")
    prefixes = (lowered[:length] for length in range(min(len(lowered), _LONGEST), 2, -1))
    return next((_STEMS[prefix] for prefix in prefixes if prefix in _STEMS), "")
