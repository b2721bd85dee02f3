"""The namespaces that a question names: "in namespace shop", "in the shop namespace", "в неймспейсе shop".

A name is taken only where the words leave no doubt: a page about namespaces must not be asked for one that is
called "stuck". No namespace is better than a wrong one, for what happened elsewhere is left out.
"""

import re
from pathlib import Path
from typing import Final

from processors.retrieval.question.place_names import is_ordinary

_NAME: Final = r"(?P<name>[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)"
_QUOTED: Final = rf"(?P<quote>[\"'`«“]?){_NAME}[\"'`»”]?(?![\w-])"
_IN: Final = (
    r"\b(?i:in|inside|within|from|of|for|to|into|under|across|with|about|on|в|во|из|для|к|с|со|по|у)"
    r"\s+(?i:the\s+)?"
)
_WORD: Final = r"(?i:namespaces?|ns)\b"
_WORD_RU: Final = r"(?i:(?:неймспейс|нэймспейс|нейм-спейс)[а-я]{0,3}|пространств[а-я]{1,3}\s+им[её]н)"
_CALLED: Final = r"(?:\s*[:=]\s*|\s+(?i:named|called|с\s+именем|под\s+названием)\s+|\s+)"
# What stands here is a name whatever it is.
_PATTERNS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_IN}|\b(?i:is|was|does|did|has)\s+(?i:the\s+)?){_WORD}{_CALLED}{_QUOTED}",
        rf"(?:{_IN}|\b(?i:is|was|does|did|has)\s+(?i:the)\s+){_QUOTED}\s+{_WORD}",
        rf"{_IN}{_QUOTED}\s+{_WORD_RU}",
        rf"{_WORD_RU}{_CALLED}{_QUOTED}",
        rf"\b(?i:kubectl|helm)\b[^\n?]{{0,200}}?\s(?:-n|--namespace)[ =]{_QUOTED}",
    )
)
# A Russian word before it leaves no doubt if the name is no word of English: «лежит ns shop», «все ns down».
_BEHIND_RUSSIAN: Final = re.compile(rf"(?i:[а-яё])\s+{_WORD}{_CALLED}{_QUOTED}")
# What stands here is one only if it looks like it.
_BARE: Final = re.compile(rf"\b{_WORD}{_CALLED}{_QUOTED}")
# Who pastes a whole log asks about the log.
_READ_CHARACTERS: Final = 1_000
_LOOKS_LIKE_ONE: Final = re.compile(r"[-0-9]")
_NO_NAMES: Final = frozenset(
    line
    for line in (Path(__file__).parent / "no_namespaces.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)


def find_namespaces(question: str) -> tuple[str, ...]:
    """Return the namespaces that a question names, each once.

    Args:
        question: In English or Russian.

    Example:
        >>> find_namespaces("What happened in namespace payments?")
        ('payments',)
        >>> find_namespaces("Почему падают поды в неймспейсе team-a?")
        ('team-a',)
        >>> find_namespaces("Why is a namespace stuck in Terminating?")
        ()
    """
    read = question[:_READ_CHARACTERS]
    found = [
        (match.start("name"), match["name"])
        for pattern in _PATTERNS
        for match in pattern.finditer(read)
        if match["quote"] or match["name"] not in _NO_NAMES
    ]
    found += [
        (match.start("name"), match["name"])
        for match in _BEHIND_RUSSIAN.finditer(read)
        if not (is_ordinary(match["name"]) or match["name"] in _NO_NAMES)
    ]
    found += [
        (match.start("name"), match["name"])
        for match in _BARE.finditer(read)
        if match["quote"] or _LOOKS_LIKE_ONE.search(match["name"])
    ]
    return tuple(dict.fromkeys(name for _, name in sorted(found)))
