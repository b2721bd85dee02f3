"""A question as tired people type it, in plain words: "whats broken rn pls", "че с кафкой"."""

import re
import unicodedata
from pathlib import Path
from typing import Final

from processors.retrieval.question.spelling import correct_word

# Who pastes a whole log asks about the log.
READ_CHARACTERS: Final = 1_000

_WORD: Final = re.compile(r"[a-zа-я][a-zа-я'-]*[a-zа-я]|[a-zа-я]")
_REPEATED: Final = re.compile(r"([a-zа-я!?.])\1{2,}")
_SPACE: Final = re.compile(r"\s+")


def _read_words() -> dict[str, str]:
    """Return what people type with what they mean."""
    lines = (Path(__file__).parent / "chat_words.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition(" = ") for line in lines if not line.startswith("#"))
    return {typed: meant.strip() for all_typed, _, meant in pairs for typed in all_typed.split()}


MEANT: Final = _read_words()
"""What people type, and what they mean by it."""


def read_plainly(text: str) -> str:
    """Return a text in lower case with chat words spelt out.

    Example:
        >>> read_plainly("Whats broken rn??")
        'what is broken now?'
        >>> read_plainly("чё с кафкой")
        'что с кафкой'
    """
    plain = unicodedata.normalize("NFKC", text[:READ_CHARACTERS]).lower()
    plain = plain.replace("ё", "е").replace("’", "'").replace("`", "")
    plain = _REPEATED.sub(r"\1", plain)
    plain = re.sub(r"([!?.])[!?.]+", r"\1", plain)
    plain = _WORD.sub(lambda match: MEANT.get(match[0]) or _spell(match[0]), plain)
    return _SPACE.sub(" ", plain).strip()


def _spell(word: str) -> str:
    """Return a word as it is spelt; one that only carries the text along is left out."""
    return "" if word in MEANT else correct_word(word)
