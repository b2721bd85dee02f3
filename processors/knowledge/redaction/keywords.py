"""Finds the words that name a secret, and tells how surely the key that they end names one.

A key is judged by its keyword and the words around it: `api_key` names a secret and `partition_key` does not,
and `token_url`, `max_tokens` or `secretName` name something else.
"""

import re
from typing import Final

from processors.knowledge.redaction.values import (
    has_high_entropy,
    is_file,
    is_name,
    is_placeholder,
    is_random,
)
from processors.knowledge.redaction.vocabulary import (
    FOREIGN_WORDS,
    KEYWORD,
    KINDS,
    OWNERS,
    PASSWORDS,
    STRONG,
    WORDS,
)

_KEY: Final = re.compile(KEYWORD, re.IGNORECASE)
_JOINTS: Final = ("_", ".", " ", "-")
_LONGEST_STEM: Final = 16
_LOOK_BACK: Final = 80


def find_keywords(folded: str) -> list[int]:
    """Return where keywords begin in a text in lower case, in order.

    Example:
        >>> find_keywords("db_password=x token=y")
        [3, 14]
    """
    places: list[int] = []
    for word in WORDS if folded.isascii() else (*WORDS, *FOREIGN_WORDS):
        place = folded.find(word)
        while place >= 0:
            places.append(place)
            place = folded.find(word, place + 1)
    return sorted(places)


def look_back(match: re.Match[str]) -> str:
    """Return what stands before a match's keyword."""
    begin = match.start("keyword")
    return match.string[max(0, begin - _LOOK_BACK) : begin]


def read_keyword(match: re.Match[str]) -> str:
    """Return a match's keyword, in lower case and in English."""
    keyword = match["keyword"].lower()
    if keyword.isascii():
        return keyword
    return next((kind for stem, kind in KINDS if keyword.startswith(stem)), keyword)


def rank_key(match: re.Match[str]) -> int:
    """Return how surely a key names a secret: 3 a password, 2 by its whole name, 1 perhaps, 0 not."""
    keyword, before = read_keyword(match), look_back(match)
    # What a parser trips over is a word of the text that it reads.
    if keyword == "token" and before.lower().endswith("unexpected "):
        return 0
    is_tail = before[-1:].islower() and match["keyword"][0].islower()
    stem = (before[:-1] if before[-1:] in _JOINTS else before)[-_LONGEST_STEM:].lower()
    if keyword in PASSWORDS:
        return 0 if keyword in ("pass", "pw", "psk", "passe") and is_tail and not stem.endswith(OWNERS) else 3
    if stem.endswith(STRONG):
        return 2
    if keyword == "key":
        said = match["suffix"].strip("_. -").lower()
        return 2 if said in ("api", "доступа", "шифрования") else 0 if is_tail or said else 1
    if keyword in ("sig", "auth") and is_tail:
        return 0
    return 2 if match["suffix"].strip("_. -0123456789") else 1


def judge_name(name: str, value: str) -> bool:
    """Tell whether a value is a secret by the whole of its name, such as a header's or a variable's.

    Example:
        >>> judge_name("DB_PASSWORD", "hunter22"), judge_name("max_tokens", "4096")
        (True, False)
    """
    last = next((key for key in _KEY.finditer(name) if key.end() == len(name)), None)
    return last is not None and is_kept_secret(rank_key(last), read_keyword(last), value)


def is_kept_secret(rank: int, keyword: str, value: str) -> bool:
    """Tell whether a value that is kept under a key, in JSON or YAML, is a secret.

    Args:
        rank: How surely the key names a secret, from 0 to 3.
        keyword: The word in the key that names it.
        value: What is kept there.
    """
    return (
        rank > 0
        and not is_placeholder(value)
        and not is_file(value)
        and is_written_secret(keyword, rank, value)
    )


def is_written_secret(keyword: str, rank: int, value: str) -> bool:
    """Tell whether a value in code or in a file is a secret: who writes `password = "x"` means it.

    Args:
        keyword: The word that names it.
        rank: How surely that word names a secret, from 0 to 3.
        value: What is written there.
    """
    if rank == 3:
        return len(value) >= 4 and not (keyword == "pass" and value.isdigit())
    if rank == 2:
        return len(value) >= 6 and not (is_name(value) and ("/" in value or value.isdigit() or " " in value))
    if keyword == "key":
        return len(value) >= 20 and has_high_entropy(value)
    return is_random(value)


def is_said_secret(keyword: str, rank: int, value: str) -> bool:
    """Tell whether a value in a sentence is a secret: it must look like no word.

    Args:
        keyword: The word that names it.
        rank: How surely that word names a secret, from 0 to 3.
        value: What is said.
    """
    if rank == 3:
        return len(value) >= 6 and not is_name(value) and not value.strip(".:!?*_`|()").isalpha()
    if rank == 2:
        return is_random(value)
    return (keyword != "key" and is_random(value, 12)) or (len(value) >= 20 and has_high_entropy(value))
