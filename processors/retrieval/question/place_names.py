"""Which words of a question can be the name of a place, told by look and by a list of ordinary words."""

import re
from pathlib import Path
from typing import Final

from processors.retrieval.question.chat_style import MEANT
from processors.retrieval.question.spelling import correct_word

LABEL: Final = r"[A-Za-z0-9](?:[\w.-]{0,120}[A-Za-z0-9])?"
"""A name as Kubernetes, MLflow and Airflow allow it."""

_POD: Final = re.compile(
    r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-(?:[a-f0-9]{6,10}|[bcdfghjklmnpqrstvwxz2-9]{6,10})-[a-z0-9]{5}"
)
_NODE: Final = re.compile(
    r"(?:node|worker|master|control-plane|minion|kube-node|k8s-node|host)-?\d+|ip(?:-\d+){4}[\w.-]*|(?:gke|aks|eks|kind|minikube)-[\w.-]+"
)
_NUMBERED: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*-\d{1,3}")
_JOINED: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)+")
_METRIC: Final = re.compile(
    r"[a-z]+(?:_[a-z0-9]+)*_(?:total|bytes|seconds|count|sum|bucket|ratio|percent|info|errors|requests"
    r"|usage|celsius)"
)
_NO_SERIES: Final = re.compile(
    r"(?:utf|sha|http|gpt|covid|ipv|sev|tier|level|step|part|phase|top|python|java|log|base|p|x|v|h|exit"
    r"|code|rc|error|status|in|on|(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*)-\d+"
)
_CODE: Final = re.compile(r"\d+[a-z]{0,2}|v?\d+(?:\.\d+)*|[45]xx|p\d\d|0x[0-9a-f]+", re.IGNORECASE)


def _read_words() -> tuple[dict[str, str], dict[str, str], dict[str, frozenset[str]]]:
    """Return programs by their names, by how Russian words for them begin, and the other sections."""
    known: dict[str, str] = {}
    stems: dict[str, str] = {}
    words: dict[str, set[str]] = {"ordinary": set(), "dashed": set(), "prefix": set(), "suffix": set()}
    for line in (Path(__file__).parent / "place_words.txt").read_text(encoding="utf-8").splitlines():
        section, _, listed = line.partition(" = ")
        if section == "known":
            name, *aliases = listed.split()
            known[name] = name
            for alias in aliases:
                (known if alias.isascii() else stems)[alias] = name
        elif section in words:
            words[section].update(listed.split())
    return known, stems, {section: frozenset(listed) for section, listed in words.items()}


_KNOWN, _STEMS, _WORDS = _read_words()
_ORDINARY: Final = _WORDS["ordinary"] | MEANT.keys()
_DASHED: Final = _WORDS["dashed"] | _WORDS["prefix"]
_SPOKEN: Final = re.compile(
    rf"(?<!\w)({'|'.join(sorted(_STEMS, key=len, reverse=True))})\w{{0,4}}(?!\w)", re.IGNORECASE
)


def is_ordinary(word: str) -> bool:
    """Tell whether a word is one of the language, or an abbreviation or figure, and so no name.

    Example:
        >>> [is_ordinary(word) for word in ("memory", "CPU", "quickly", "read-only")]
        [True, True, True, True]
        >>> [is_ordinary(word) for word in ("checkout", "payment-api")]
        [False, False]
        >>> [is_ordinary(word) for word in ("event-driven", "event-router", "self-service")]
        [True, False, True]
    """
    lowered = word.lower().removesuffix("'s")
    if lowered in _ORDINARY or _CODE.fullmatch(word) or len(lowered) < 2 or correct_word(lowered) != lowered:
        return True
    if word.isupper() and word.isalpha():
        return True
    if "-" in lowered and not any(letter.isdigit() for letter in lowered):
        parts = lowered.split("-")
        is_phrase = any(part in _DASHED for part in parts) or all(part in _ORDINARY for part in parts)
        return is_phrase and not (ends_name(lowered) and parts[0] not in _WORDS["prefix"])
    return bool(
        re.search(r"(?:ly|ness|able|ible|ful|ous|ed)$", lowered) and "-" not in lowered and "_" not in lowered
    )


def ends_name(word: str) -> bool:
    """Tell whether the last of joined words is what programs are called: a router, an exporter.

    Example:
        >>> ends_name("kafka-exporter"), ends_name("kafka-lag")
        (True, False)
    """
    return word.lower().rpartition("-")[2] in _WORDS["suffix"]


def is_camel(word: str) -> bool:
    """Tell whether a word is joined of several with capitals, as alerts and states are called.

    Example:
        >>> is_camel("DiskAlmostFull"), is_camel("Kafka")
        (True, False)
    """
    return bool(re.search(r"[a-z][A-Z]", word))


def find_program(word: str) -> str | None:
    """Return the name of a program that everybody knows, None if it is none.

    Example:
        >>> find_program("PostgreSQL"), find_program("кафкой"), find_program("checkout")
        ('postgres', 'kafka', None)
    """
    lowered = word.lower().replace("ё", "е").removesuffix("'s")
    if lowered in _KNOWN:
        return _KNOWN[lowered]
    match = _SPOKEN.fullmatch(lowered) if not lowered.isascii() else None
    return _STEMS[match[1]] if match else None


def looks_like_pod(word: str) -> bool:
    """Tell whether a word is a pod of a deployment by its look.

    Example:
        >>> looks_like_pod("checkout-7d9f8c6b5-x2vqn"), looks_like_pod("payment-api")
        (True, False)
    """
    return bool(_POD.fullmatch(word)) and any(letter.isdigit() for letter in word)


def looks_like_node(word: str) -> bool:
    """Tell whether a word is a node by its look.

    Example:
        >>> looks_like_node("worker-2"), looks_like_node("kafka-0")
        (True, False)
    """
    return bool(_NODE.fullmatch(word.lower()))


def looks_named(word: str) -> bool:
    """Tell whether a word was given as a name by its look: joined parts, or a number behind.

    Example:
        >>> [looks_named(word) for word in ("payment-api", "kafka-0", "nightly_billing", "utf-8", "checkout")]
        [True, True, True, False, False]
    """
    if _METRIC.fullmatch(word) or _NO_SERIES.fullmatch(word.lower()) or is_ordinary(word):
        return False
    return bool(_NUMBERED.fullmatch(word) or _JOINED.fullmatch(word))
