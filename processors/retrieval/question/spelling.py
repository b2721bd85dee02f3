"""Words by which the kind of a question is told, also where one letter is wrong: "anyhting brokn"."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

# Of shorter ones too many are but one letter apart.
_SHORTEST: Final = 4


def _read_words() -> tuple[frozenset[str], frozenset[str]]:
    words: dict[str, set[str]] = {}
    for line in (Path(__file__).parent / "spelling_words.txt").read_text(encoding="utf-8").splitlines():
        section, _, listed = line.partition(" = ")
        words.setdefault(section, set()).update(listed.split())
    return frozenset(words["asked"]), frozenset(words["other"])


def _list_shortened(word: str) -> Iterator[str]:
    """Return a word, and it without each of its letters."""
    yield word
    for n in range(len(word)):
        yield word[:n] + word[n + 1 :]


_ASKED, _OTHER = _read_words()
# Two words that are a letter apart have one in common of what is left without a letter.
_SHORTENED: Final = {short: word for word in sorted(_ASKED) for short in _list_shortened(word)}


def correct_word(word: str) -> str:
    """Return the word that was meant, if it is one of those and was written with one letter wrong.

    Args:
        word: In small letters, without ё.

    Example:
        >>> [correct_word(word) for word in ("brokn", "anyhting", "почму", "broker", "checkout")]
        ['broken', 'anything', 'почему', 'broker', 'checkout']
    """
    if len(word) < _SHORTEST or word in _ASKED or word in _OTHER:
        return word
    found = (_SHORTENED[short] for short in _list_shortened(word) if short in _SHORTENED)
    return next((meant for meant in found if _is_close(word, meant)), word)


def _is_close(word: str, meant: str) -> bool:
    """Tell whether one letter is missing, too many, another, or changed places with its neighbour."""
    at = next((n for n, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b), None)
    # Few begin with a wrong letter, and another last one may be another form of the word.
    if at is None or at == 0 or at >= len(meant) - 1:
        return False
    rest, wanted = word[at:], meant[at:]
    return (
        rest[1:] == wanted
        or rest == wanted[1:]
        or rest[1:] == wanted[1:]
        or (rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:])
    )
