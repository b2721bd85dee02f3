"""In which language a question is, and what the embedded answering model says of itself in it.

The model and the service are programs of their own; the service must know the model's sentences, for they
claim nothing that a source could hold.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

_CYRILLIC: Final = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN: Final = re.compile(r"[a-z]", re.IGNORECASE)

ABBREVIATED: Final = r"(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\betc\.)(?<!\bvs\.)"
"""Behind these no sentence ends, neither for who cites it nor for who looks whether it is cited."""


@dataclass(frozen=True)
class Phrases:
    """What the model says itself.

    `left_out` tells what a source has and the answer hasn't, in the words of `kinds` or as the source names
    it; `labels` are those of quotes.
    """

    extractive: str
    unknown: str
    no_sources: str
    steps: str
    observed: str
    advice: str
    also: str
    nearest: str
    left_out: str
    picture: str
    kinds: Mapping[str, str]
    labels: Mapping[str, str]


PHRASES: Final = {
    "en": Phrases(
        extractive="Quoted from the sources, not written by a language model.",
        unknown="I don't know: nothing in the sources that were found answers this question.",
        no_sources="I don't know: no sources came with this question.",
        steps="Steps from",
        observed="What was observed{time}:",
        advice="What the documents say:",
        also="See also:",
        nearest="The nearest are:",
        left_out="Not shown here: {what}",
        picture="picture {address}, not shown",
        kinds={
            "steps": "{count} more steps",
            "rows": "{count} more rows",
            "more": "more of it",
            "picture": "a picture",
            "diagram": "a diagram",
            "include": "what is included from elsewhere",
            "macro": "a macro",
        },
        labels={},
    ),
    "ru": Phrases(
        extractive="Процитировано из источников, а не написано языковой моделью.",
        unknown="Не знаю: в найденных источниках нет ответа на этот вопрос.",
        no_sources="Не знаю: к вопросу не приложены источники.",
        steps="Шаги из",
        observed="Что наблюдалось{time}:",
        advice="Что говорят документы:",
        also="Смотрите также:",
        nearest="Ближайшие:",
        left_out="Здесь не показано: {what}",
        picture="изображение {address}, не показано",
        kinds={
            "steps": "ещё шагов: {count}",
            "rows": "ещё строк: {count}",
            "more": "продолжение",
            "picture": "изображение",
            "diagram": "диаграмма",
            "include": "то, что включено из другого места",
            "macro": "макрос",
        },
        labels={
            "NOTE": "Примечание",
            "INFO": "Примечание",
            "TIP": "Совет",
            "IMPORTANT": "Важно",
            "WARNING": "Внимание",
            "CAUTION": "Осторожно",
            "DANGER": "Опасно",
        },
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
