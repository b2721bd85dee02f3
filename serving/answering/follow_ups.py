"""The rules for follow-ups: "and how do I check that?" is searched with what was spoken of before.

Rules decide, no model is asked. A question is elliptical if it names nothing itself, if a pronoun in it has
nothing in the same question to stand for, or if it swaps one name of the last question ("what about Redis?").
The words that the last whole question was about are added to it; only what people asked is read for that,
never the text of an answer, for that may quote a document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from processors.retrieval.near_duplicates import carries_along
from serving.schemas import read_text

_MOST_WORDS: Final = 12
# One that has fewer was most likely a follow-up itself.
_ENOUGH_WORDS: Final = 3
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
    r"(?:(?:what|how) about|что насч[её]т|как насч[её]т|а если|а (?:у|для|с|в|на)?)\s*(?P<named>.+?)\W*$",
    re.IGNORECASE,
)


def _read_words() -> dict[str, frozenset[str]]:
    sections: dict[str, set[str]] = {}
    for line in (Path(__file__).parent / "follow_up_words.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, _, words = line.partition(" = ")
            sections.setdefault(name, set()).update(words.split())
    return {name: frozenset(words) for name, words in sections.items()}


_WORDS: Final = _read_words()


class _Word(NamedTuple):
    text: str
    place: int


def rewrite_follow_up(
    question: str, history: Sequence[dict[str, Any]], titles: Sequence[str] = ()
) -> str | None:
    """Return a follow-up as a question that stands for itself, None if it does already.

    Args:
        question: The last message of the user.
        history: What was said before, secrets masked.
        titles: Of what the last answer cited; they stand in where the last question named nothing.

    Example:
        >>> asked = [{"role": "user", "content": "The OpenSearch cluster is red. What do I do?"}]
        >>> rewrite_follow_up("and how do I check that?", asked)
        'and how do I check that? OpenSearch cluster red'
        >>> rewrite_follow_up("what about Kafka?", [{"role": "user", "content": "How do I restart Redis?"}])
        'what about Kafka? restart'
        >>> rewrite_follow_up("How do I rotate the API key?", asked) is None
        True
    """
    asked = [read_text(message) for message in history if message.get("role") == "user"]
    if not asked or not is_elliptical(question):
        return None
    named = _find_swapped(question)
    words = _find_topic(asked, without_names=any(_is_name(word.text) for word in named))
    if not words:
        words = [word.text for title in titles[:1] for word in _list_words(title)]
    known = {word.text.lower() for word in _list_words(question)}
    added = list(dict.fromkeys(word for word in words if word.lower() not in known))[:_MOST_WORDS]
    return f"{question} {' '.join(added)}" if added else None


def needs_titles(question: str, history: Sequence[dict[str, Any]]) -> bool:
    """Tell whether only what the last answer cited says what a follow-up is about.

    Example:
        >>> asked = [{"role": "user", "content": "What just happened?"}]
        >>> needs_titles("why?", asked), needs_titles("why is Kafka slow?", asked)
        (True, False)
    """
    asked = [read_text(message) for message in history if message.get("role") == "user"]
    return bool(asked) and is_elliptical(question) and not _find_topic(asked)


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
    content = _list_content(question)
    if not content:
        return True
    read = _EMPTY.sub(lambda match: " " * len(match[0]), question)
    place = min((word.place for word in _list_pronouns(read)), default=None)
    if place is not None:
        before = [word for word in content if word.place < place]
        return len(before) <= 1 and not any(_is_name(word.text) for word in before)
    return bool(_find_swapped(question))


def _list_words(text: str) -> list[_Word]:
    return [_Word(match[0], match.start()) for match in _WORD.finditer(text)]


def _list_content(text: str) -> list[_Word]:
    """Return the words that say what a text is about."""
    return [word for word in _list_words(text) if not _is_weak(word.text)]


def _is_weak(word: str) -> bool:
    lowered = word.lower().replace("ё", "е")
    if lowered in _WORDS["weak"] or _is_empty(lowered):
        return True
    return bool(_INFINITIVE.search(lowered)) and lowered not in _WORDS["nouns"]


def _is_empty(word: str) -> bool:
    lowered = word.lower().replace("ё", "е")
    return lowered in _WORDS["empty"] or lowered in _WORDS["pronouns"] or carries_along(lowered)


def _is_name(word: str) -> bool:
    """Tell whether a word is a name by its look: capitals, digits, or joined parts."""
    return word != word.lower() or any(letter.isdigit() for letter in word)


def _list_pronouns(text: str) -> Iterable[_Word]:
    yield from (word for word in _list_words(text) if word.text.lower() in _WORDS["pronouns"])
    yield from (_Word(match[0], match.start()) for match in _THAT.finditer(text))


def _find_swapped(question: str) -> list[_Word]:
    """Return what is put in place of something else: "Redis" of "what about Redis?"."""
    match = _SWAP.match(question)
    words = _list_words(match["named"]) if match else []
    content = _list_content(match["named"]) if match else []
    bare = re.match(r"^\W*а\s", question, re.IGNORECASE) and not re.match(r"^\W*а если\b", question, re.I)
    if bare and len(content) < len(words):
        # "А как откатить версию?" begins with the same letter and swaps nothing.
        return []
    return content if len(content) <= 2 else []


def _find_topic(asked: Sequence[str], *, without_names: bool = False) -> list[str]:
    """Return the words that the last whole question was about, and of the one before if those are few."""
    topic: list[str] = []
    for question in reversed(asked):
        content = _list_content(question)
        if not content or (is_elliptical(question) and question is not asked[0]):
            continue
        words = [word.text for word in _list_words(question) if not _is_empty(word.text)]
        words = [word for word in words if word.lower() not in _WORDS["vague"]]
        topic = [*(word for word in words if not (without_names and _is_name(word))), *topic]
        if len(words) >= _ENOUGH_WORDS:
            break
    return topic
