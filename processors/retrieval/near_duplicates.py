"""Which questions ask the same in other words: equal in all words that matter, and alike in meaning.

Vectors alone can't tell "scale up" from "scale down" or Redis from Kafka: such pairs are closer than many
honest rewordings. So two questions must first agree in their signature, which is all of their words but those
that only carry the question along. What is left to differ is the phrasing, and the vectors judge that.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from processors.retrieval.glossary import has_cyrillic
from processors.retrieval.hybrid import normalise_query

THRESHOLD: Final = 0.75
"""Least cosine of two questions' vectors; chosen on evaluation/queries/near_duplicates.jsonl."""

_HEADER: Final = struct.Struct("<H")
# About what Python takes for a question's text, signature and places in the tables, in bytes.
_OBJECTS: Final = 1_000
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


def _is_carrying(word: str) -> bool:
    return word in _CARRYING or word in _ASKS or word in _REMEDIES or word in _NOT


def _keep_words(words: list[str]) -> Iterator[str]:
    for word in words:
        if not _is_carrying(word):
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


def pack_question(question: str, vector: npt.ArrayLike) -> bytes:
    """Return a question with its vector as the cache keeps it: half precision, 2 bytes a number.

    Example:
        >>> unpack_question(pack_question("why", [0.5, 0.25]))[0]
        'why'
    """
    packed = np.asarray(vector, dtype="<f2")
    return _HEADER.pack(len(packed)) + packed.tobytes() + question.encode()


def unpack_question(record: bytes) -> tuple[str, npt.NDArray[np.float32]]:
    """Return the question and the vector of a record."""
    (dimension,) = _HEADER.unpack_from(record)
    end = _HEADER.size + 2 * dimension
    vector = np.frombuffer(record[_HEADER.size : end], dtype="<f2").astype(np.float32)
    return record[end:].decode(), vector


@dataclass
class AskedQuestions:
    """A copy of one list of cached questions, by what a question must have in common with them."""

    read: int = 0
    known: set[str] = field(default_factory=set)
    questions: dict[Signature, list[str]] = field(default_factory=dict)
    vectors: dict[Signature, list[npt.NDArray[np.float32]]] = field(default_factory=dict)
    size_bytes: int = 0

    def add(self, records: Sequence[bytes]) -> None:
        """Add records of the list; a question that several services stored counts once."""
        self.read += len(records)
        for record in records:
            question, vector = unpack_question(record)
            if question not in self.known:
                self.known.add(question)
                signature = sign_question(question)
                self.questions.setdefault(signature, []).append(question)
                self.vectors.setdefault(signature, []).append(vector)
                self.size_bytes += vector.nbytes + _OBJECTS + 2 * len(question)

    def find_nearest(self, question: str, vector: Sequence[float]) -> str | None:
        """Return the question that asks the same, None if there is none."""
        signature = sign_question(question)
        if not signature.words or signature not in self.questions:
            return None
        scores = np.stack(self.vectors[signature]) @ np.asarray(vector, dtype=np.float32)
        best = int(scores.argmax())
        return self.questions[signature][best] if scores[best] >= THRESHOLD else None
