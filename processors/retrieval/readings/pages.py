"""Which documents belong behind what is wrong: those about the place, its kind of object or the cause."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from processors.knowledge.incidents.sections import KIND
from processors.retrieval.hybrid import Hit
from processors.retrieval.question.place_names import find_program, is_camel, is_ordinary
from processors.retrieval.readings.reading import Reading

_WORD: Final = re.compile(r"[^\W_][\w.-]*\w")
_STEM: Final = 5
_SHORTEST: Final = 4
# Whatever is wrong is called so; it tells nothing of what it is about.
_SYMPTOMS: Final = frozenset(
    {
        "down",
        "wrong",
        "broken",
        "fails",
        "failing",
        "failed",
        "error",
        "errors",
        "trouble",
        "problem",
        "problems",
    }
    | {"service", "services", "cluster", "with", "from", "that", "this", "your", "when", "does", "keeps"}
    | {"almost", "cannot", "have", "what", "into", "than", "their", "there", "again", "still"}
)


def keep_about(reading: Reading, documents: Iterable[Hit], question: str) -> list[Hit]:
    """Return the documents that are about what a reading tells is wrong, or about what else is asked.

    A page about another service's being down has the words of the question, and nothing to say to it.

    Args:
        reading: One that tells of incidents; to another all documents belong.
        documents: As they were found.
        question: As it was asked.
    """
    incidents = [hit for hit in reading.hits if hit["kind"] == KIND]
    if not incidents:
        return list(documents)
    told = " ".join(
        [*(f"{hit['title']} {hit['text']}" for hit in reading.hits), *(line.text for line in reading.lines)]
    )
    places = {stem for hit in incidents for stem in _list_stems(hit["title"])}
    asked = _list_stems(question) - places
    reasons = {word for word in _WORD.findall(told) if is_camel(word)}
    return [hit for hit in documents if _is_about(hit, _list_stems(told), asked, reasons)]


def _is_about(hit: Hit, told: set[str], asked: set[str], reasons: set[str]) -> bool:
    if reasons & set(_WORD.findall(hit["text"])):
        return True
    stems = _list_stems(hit["title"])
    if _list_names(hit["title"]) - told - asked:
        return False
    return bool(stems & (told | asked))


def _list_stems(text: str) -> set[str]:
    words = (word.lower() for word in _WORD.findall(text))
    return {word[:_STEM] for word in words if len(word) >= _SHORTEST and word not in _SYMPTOMS}


def _list_names(title: str) -> set[str]:
    """Return the stems of what a title names: programs, and words that are none of the language."""
    words: Sequence[str] = _WORD.findall(title)
    return {
        word.lower()[:_STEM]
        for word in words
        if find_program(word) or (not is_ordinary(word) and word != word.lower())
    }
