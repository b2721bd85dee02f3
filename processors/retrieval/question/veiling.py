"""Names of several words, veiled: whoever asks about `alert-router` asks for no alerts.

People call things after what they do, so the words in a name are those that tell what is asked, or when. What
reads a question for its kind, its time or its subject reads it with such names veiled.
"""

import re
from itertools import cycle
from typing import Final

from processors.retrieval.question.place_names import ends_name, find_program, is_ordinary, looks_named
from processors.retrieval.question.place_patterns import TOKEN

# They make no word of English or Russian, and no letter stands three times.
_VEIL: Final = "qz"
_LETTERS: Final = re.compile(r"[A-Za-z]+")


def veil_names(question: str) -> str:
    """Return a question with the letters of its joined names veiled; all else stays in its place.

    A name of one word is left, for it can't be told from the words around it; so are digits and dashes, by
    which pods and their like are known.

    Args:
        question: In English or Russian.

    Example:
        >>> veil_names("What errors does alert-router log?"), veil_names("Is kafka-0 out-of-memory?")
        ('What errors does qzqzq-qzqzqz log?', 'Is qzqzq-0 out-of-memory?')
    """
    return TOKEN.sub(lambda match: _veil(match[0]) if _is_name(match[0]) else match[0], question)


def _is_name(word: str) -> bool:
    """Tell whether a word is a name, and nothing that a program has: "kafka-lag", "mlflow-run"."""
    first, dash, last = word.partition("-")
    is_had = bool(find_program(first) or is_ordinary(first)) and last.isalpha() and is_ordinary(last)
    return bool(dash) and looks_named(word) and (ends_name(word) or not is_had)


def _veil(name: str) -> str:
    return _LETTERS.sub(lambda match: "".join(letter for letter, _ in zip(cycle(_VEIL), match[0])), name)
