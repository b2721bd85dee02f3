"""The words that tell what a question is about, in the forms in which an index may hold them."""

import re
from typing import Final

from processors.retrieval.glossary import has_cyrillic, translate_terms
from processors.retrieval.question.signature import carries_along

_WORD: Final = re.compile(r"[^\W_](?:[\w./:@%+-]*\w)?")
_NAME_PARTS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")
# The analyzers take these out, so no index knows them.
_COMMON: Final = frozenset(
    {
        *("all", "but", "by", "from", "if", "into", "no", "not", "or", "out", "such", "than", "their"),
        *("how", "where", "which", "while", "who", "why"),
        *("все", "всё", "где", "до", "ещё", "за", "из", "или", "их", "как", "когда", "нет", "не", "от"),
        *(
            "если",
            "зачем",
            "какой",
            "кто",
            "куда",
            "после",
            "почему",
            "при",
            "сколько",
            "уже",
            "чем",
            "через",
        ),
    }
)
_MOST_WORDS: Final = 40
_SHORTEST: Final = 2


def list_words(question: str) -> list[list[str]]:
    """Return the words of a question that tell what it is about, each with the forms to look for.

    Example:
        >>> list_words("Why is the DiskAlmostFull alert firing?")
        [['Disk'], ['Almost'], ['Full'], ['alert'], ['firing']]
        >>> list_words("почему кластер красный")
        [['кластер', 'cluster'], ['красный', 'red']]
    """
    parts = (part for word in _WORD.findall(question) for part in _NAME_PARTS.sub(" ", word).split())
    words = [part for part in parts if len(part) >= _SHORTEST and not _is_common(part)]
    return [_list_forms(word) for word in words[:_MOST_WORDS]]


def _is_common(word: str) -> bool:
    return word.lower() in _COMMON or carries_along(word)


def _list_forms(word: str) -> list[str]:
    translation = translate_terms(word) if has_cyrillic(word) else ""
    return [word, translation] if translation else [word]
