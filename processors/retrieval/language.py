"""In which language a question is, and what the embedded answering model says of itself in it.

The model and the service are programs of their own; the service must know the model's sentences, for they
claim nothing that a source could hold.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

_CYRILLIC: Final = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN: Final = re.compile(r"[a-z]", re.IGNORECASE)


@dataclass(frozen=True)
class Phrases:
    """What the model says itself."""

    extractive: str
    unknown: str
    no_sources: str
    steps: str
    observed: str
    advice: str


PHRASES: Final = {
    "en": Phrases(
        extractive="Quoted from the sources, not written by a language model.",
        unknown="I don't know: nothing in the sources that were found answers this question.",
        no_sources="I don't know: no sources came with this question.",
        steps="Steps from",
        observed="What was observed{time}:",
        advice="What the documents say:",
    ),
    "ru": Phrases(
        extractive="Процитировано из источников, а не написано языковой моделью.",
        unknown="Не знаю: в найденных источниках нет ответа на этот вопрос.",
        no_sources="Не знаю: к вопросу не приложены источники.",
        steps="Шаги из",
        observed="Что наблюдалось{time}:",
        advice="Что говорят документы:",
    ),
}


def find_language(text: str) -> Literal["en", "ru"]:
    """Tell the language of a question by its script; names of programs in Latin letters don't outweigh it.

    Example:
        >>> find_language("Почему упал OpenSearch?"), find_language("Why is it red?")
        ('ru', 'en')
    """
    return (
        "ru"
        if 2 * len(_CYRILLIC.findall(text)) >= len(_LATIN.findall(text)) and _CYRILLIC.search(text)
        else "en"
    )
