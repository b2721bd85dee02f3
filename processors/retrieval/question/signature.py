"""What two questions must have in common to ask the same: all words but those that carry a question along."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from processors.retrieval.glossary import has_cyrillic
from processors.retrieval.question.normal_form import normalise_query

_WORD: Final = re.compile(r"@?[^\W_](?:[\w./:@%+-]*\w)?")
_PLAIN: Final = re.compile(r"[a-zа-яё]+")
_PHRASES: Final = (
    (r"[’`]", "'"),
    (r"\bcan't\b|\bcannot\b|\bwon't\b", "not"),
    (r"(?<=\w)n't\b", " not"),
    (r"'(?:s|re|m|ve|ll|d)\b", " "),
    (r"\b(log|sign|check|opt|scale|scaling|swap|fade) (in|out)\b", r"\1-\2"),
    (r"\b(?:find|figure|finding) out\b", " "),
    (r"\bhow (?:long|many|much|often|big|large|far|old)\b|\bсколько\b|\bкак (?:долго|часто)\b", "@count"),
    (r"\bwhat(?: is|'s)? (?:the )?(?:cause|reason)s?\b(?: of| for)?|\bwhat causes\b|\bhow come\b", "why"),
    (r"\bwhat (?:do|can|should|must|shall|could) (?:i|we|you|one) do\b", "@remedy"),
    (r"\bwhat (?:to do|now|next)\b|\bчто (?:мне |нам )?(?:теперь )?(?:делать|предпринять)\b", "@remedy"),
    (r"\b(?:what (?:is|are) )?(?:the )?(?:right |best )?(?:steps?|way|procedure) (?:to|for)\b", "@remedy"),
    (r"\bhow (?:to|(?:do|can|could|should|would|must) (?:i|we|you|one))\b", "@remedy"),
    (r"\bкак (?:мне |нам )?(?=\w+ть\b)", "@remedy "),
    (r"\bwhat do(?:es)? (.+?) mean\b", r"@what \1"),
    (r"\bwhat (?:is|are)\b", "@what"),
)
_COMPILED: Final = tuple((re.compile(pattern), replacement) for pattern, replacement in _PHRASES)
_ASKS: Final = {
    **dict.fromkeys(("why", "reason", "cause", "почему", "зачем"), "why"),
    **dict.fromkeys(("how", "steps", "procedure", "как"), "how"),
    **dict.fromkeys(("who", "кто"), "who"),
    **dict.fromkeys(("whom", "кого", "кому"), "whom"),
    **dict.fromkeys(("where", "где", "куда"), "where"),
    **dict.fromkeys(("which", "какой", "какая", "какие", "какую"), "which"),
    "@count": "count",
    "@what": "what",
}
_RUSSIAN_ENDING: Final = re.compile(
    "(?:иями|ями|ами|ого|его|ому|ему|ыми|ими|ться|тся|ешь|ете|ует|уют|ить|ать|ять|еть|ия|ие|ии|ой|ей|ый|ий"
    "|ая|яя|ое|ее|ые|ых|их|ую|юю|ом|ем|ам|ям|ах|ях|ов|ев|ла|ло|ли|ет|ит|ют|ят|ут|ал|ил|ел|[аяоеыиуюьл])$"
)


def _read_words() -> dict[str, list[list[str]]]:
    """Return each section's lines of words."""
    sections: dict[str, list[list[str]]] = {}
    for line in (Path(__file__).parent / "question_words.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, _, words = line.partition(" = ")
            sections.setdefault(name, []).append(words.split())
    return sections


_SECTIONS: Final = _read_words()
_CARRYING, _REMEDIES, _YES_OR_NO, _NOT = (
    frozenset(word for line in _SECTIONS[name] for word in line)
    for name in ("carrying", "remedies", "yes_or_no", "negations")
)
_LEFT_OUT: Final = _CARRYING | _REMEDIES | _NOT | frozenset(_ASKS)


class Signature(NamedTuple):
    """What two questions must have in common, word for word."""

    language: str
    asks: str
    negations: int
    words: tuple[str, ...]


def sign_question(question: str) -> Signature:
    """Return the signature of a question.

    Identifiers, numbers, names, negations, times and actions are all among the words; only articles,
    auxiliary verbs, politeness and the like are not. The order counts: turned around, many a question is
    another one.

    Example:
        >>> sign_question("How do I restart Kafka?") == sign_question("please tell me how to restart kafka")
        True
        >>> sign_question("How do I restart Kafka?") == sign_question("Why does Kafka restart?")
        False
        >>> sign_question("move pods from n1 to n2") == sign_question("move pods from n2 to n1")
        False
    """
    text = normalise_query(question)
    for pattern, replacement in _COMPILED:
        text = pattern.sub(replacement, text)
    words = _WORD.findall(text)
    return Signature(
        language="ru" if has_cyrillic(question) else "en",
        asks=_find_kind(words),
        negations=sum(word in _NOT for word in words),
        words=tuple(_keep_words(words)),
    )


def carries_along(word: str) -> bool:
    """Tell whether a word only carries a question along: with or without it, the same is asked.

    Example:
        >>> carries_along("Please"), carries_along("Kafka")
        (True, False)
    """
    return word.lower() in _CARRYING


def _find_kind(words: list[str]) -> str:
    kinds = {_ASKS[word] for word in words if word in _ASKS}
    if not _REMEDIES.isdisjoint(words):
        # "How do I fix it", "what do I do" and the bare symptom or task ask for the same.
        kinds.discard("how")
    elif not kinds and words and (words[0] == "when" or words[0] in _YES_OR_NO):
        kinds = {"when" if words[0] == "when" else "yes or no"}
    return " ".join(sorted(kinds))


def _keep_words(words: list[str]) -> Iterator[str]:
    for word in words:
        if word not in _LEFT_OUT:
            stem = _stem(word) if _PLAIN.fullmatch(word) else word
            yield _SAME.get(stem, stem)


def _stem(word: str) -> str:
    """Return a plain word without its ending, so that number and tense make no difference.

    Example:
        >>> [_stem(word) for word in ("pods", "stopping", "stopped", "policies", "class", "restarts")]
        ['pod', 'stop', 'stop', 'policy', 'class', 'restart']
    """
    if has_cyrillic(word):
        return _RUSSIAN_ENDING.sub("", word) if len(word) > 4 else word
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-2] if word.endswith(("sses", "shes", "ches", "xes")) else word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            word = word.removesuffix(ending)
            return word[:-1] if word[-1] == word[-2] and word[-1] not in "ls" else word
    return word.removesuffix("e") if len(word) > 4 else word


_SAME: Final = {_stem(word): line[0] for line in _SECTIONS["same"] for word in line}
