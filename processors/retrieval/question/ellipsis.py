"""Is a question elliptical: can it be understood without what was asked before?

It can't if it names nothing itself, if a pronoun in it has nothing in the same question to stand for, or if
it swaps one name of the last question ("what about Redis?"). Rules decide, no model is asked.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from processors.retrieval.question.signature import carries_along

_LONGEST_FOLLOW_UP: Final = 200
_WORD: Final = re.compile(r"[^\W_](?:[\w./:@%+-]*\w)?")
_INFINITIVE: Final = re.compile(r"(?:[аяеиуыо]ть(?:ся)?|йти|чь)$")
# "It" and "that" which stand for nothing.
_EMPTY: Final = re.compile(
    r"\bit(?:'s| is| was)(?= (?:\d|safe|possible|ok\b|okay|normal|true|necessary|worth|night|late|bad|good))"
    r"|\b(?:is|was) it (?=(?:safe|possible|ok|okay|normal|true|necessary|worth|bad|good|enough)"
    r" (?:to|that|for|if)\b)"
    r"|\bdoes it take to\b|\bit takes to\b|\bэто (?:нормально|безопасно), (?:что|если)\b",
    re.IGNORECASE,
)
_THAT: Final = re.compile(
    r"\bthat\b(?=\W*$|[?!.,;:]|\s+(?:is|was|does|did|has|will|can|should|usually|normally|mean|means|take|takes|happen"
    r"|happens|work|works|then|again|first|now|one|page|alert|error|step|pod|service)\b)",
    re.IGNORECASE,
)
_SWAP: Final = re.compile(
    r"^\W*(?:(?:ok|okay|well|and|so|ну|ок|и|а)\W+)*"
    r"(?:(?:what|how) about|что насч[её]т|как насч[её]т|а если|(?:in|on|for|at|в|на|у|для)\s+(?:the\s+)?"
    r"(?:namespace|service|pod|node|deployment|cluster|model|dag|job|неймспейсе?|сервисе?|поде?|ноде|узле|кластере)"
    r"(?:\s+(?=\S))|(?<=\band )(?:in|on|for|at)\b|а (?:у|для|с|в|на)?)\s*(?P<named>\S.*?)\W*$",
    re.IGNORECASE,
)


def _read_words() -> dict[str, frozenset[str]]:
    sections: dict[str, set[str]] = {}
    for line in (Path(__file__).parent / "follow_up_words.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, _, words = line.partition(" = ")
            sections.setdefault(name, set()).update(words.split())
    return {name: frozenset(words) for name, words in sections.items()}


WORDS: Final = _read_words()


class Word(NamedTuple):
    """A word of a text, and where it stands there."""

    text: str
    place: int


def is_elliptical(question: str) -> bool:
    """Tell whether a question can't be understood without what was asked before.

    Example:
        >>> [is_elliptical(asked) for asked in ("why?", "How do I fix it?", "Redis is slow, can I fix it?")]
        [True, True, False]
        >>> [is_elliptical(asked) for asked in ("а как это проверить?", "Как проверить диск?")]
        [True, False]
    """
    if len(question) > _LONGEST_FOLLOW_UP:
        return False
    content = list_content(question)
    if not content:
        return True
    read = _EMPTY.sub(lambda match: " " * len(match[0]), question)
    place = min((word.place for word in _list_pronouns(read)), default=None)
    if place is not None:
        before = [word for word in content if word.place < place]
        return len(before) <= 1 and not any(is_name(word.text) for word in before)
    return bool(find_swapped(question))


def split_words(text: str) -> list[Word]:
    """Return all words of a text; names, paths and addresses are one."""
    return [Word(match[0], match.start()) for match in _WORD.finditer(text)]


def list_content(text: str) -> list[Word]:
    """Return the words that say what a text is about."""
    return [word for word in split_words(text) if not _is_weak(word.text)]


def _is_weak(word: str) -> bool:
    lowered = word.lower().replace("ё", "е")
    # "Number 2" is one of what was told before.
    if lowered in WORDS["weak"] or is_empty(lowered) or re.fullmatch(r"\d\d?", word):
        return True
    return bool(_INFINITIVE.search(lowered)) and lowered not in WORDS["nouns"]


def is_empty(word: str) -> bool:
    """Tell whether a word names nothing and does nothing."""
    lowered = word.lower().replace("ё", "е")
    return lowered in WORDS["empty"] or lowered in WORDS["pronouns"] or carries_along(lowered)


def is_name(word: str) -> bool:
    """Tell whether a word is a name by its look: capitals, digits, or joined parts."""
    return word != word.lower() or any(letter.isdigit() for letter in word)


def _list_pronouns(text: str) -> Iterable[Word]:
    yield from (word for word in split_words(text) if word.text.lower() in WORDS["pronouns"])
    yield from (Word(match[0], match.start()) for match in _THAT.finditer(text))


def find_swapped(question: str) -> list[Word]:
    """Return what is put in place of something else: "Redis" of "what about Redis?"."""
    match = _SWAP.match(question)
    words = split_words(match["named"]) if match else []
    content = list_content(match["named"]) if match else []
    bare = re.match(r"^\W*а\s", question, re.IGNORECASE) and not re.match(r"^\W*а если\b", question, re.I)
    if bare and len(content) < len(words):
        # "А как откатить версию?" begins with the same letter and swaps nothing.
        return []
    return content if len(content) <= 2 else []
