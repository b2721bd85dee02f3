"""A place that a question names: what lies there, for the index and in what it found."""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from processors.knowledge.incidents.sections import HEADS
from processors.retrieval.readings.reading import Language
from processors.retrieval.readings.seen import Seen

if TYPE_CHECKING:
    from processors.retrieval.question.scope import Place

# Lines of an incident about pages and about incidents that are over.
_ABOUT_OTHERS: Final = (f"{HEADS['runbook']}: ", "What helped")
_WIDE: Final = ("namespace", "cluster")
# Of an object's labels, those that name what it belongs to, runs on or uses.
_RELATED: Final = ("owner", "node", "object", "uses")
_PARTS: Final = re.compile(r"[,/=\s]+")
# A name may be meant by another that has this much in common with it.
_ALIKE: Final = 0.6
_MOST_NAMED: Final = 3
_NAMED: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "namespace": "namespace", "service": "service", "pod": "pod", "node": "node", "cluster": "cluster",
        "deployment": "deployment", "run": "run", "model": "model", "dag": "DAG", "job": "job",
    },
    "ru": {
        "namespace": "неймспейс", "service": "сервис", "pod": "под", "node": "узел", "cluster": "кластер",
        "deployment": "деплоймент", "run": "запуск", "model": "модель", "dag": "DAG", "job": "джоб",
    },
}  # fmt: skip

_ABOUT: Final = {
    "namespace": "неймспейсе", "service": "сервисе", "pod": "поде", "node": "узле", "cluster": "кластере",
    "deployment": "деплойменте", "run": "запуске", "model": "модели", "dag": "DAG", "job": "джобе",
}  # fmt: skip


def build_place_conditions(places: Sequence["Place"]) -> list[dict[str, Any]]:
    """Return the filters of what lies in places: in one of the namespaces, and of one of the things named.

    They let through what only mentions a name; `lies_in` tells that apart.

    Args:
        places: As the question names them.
    """
    groups = [[place for place in places if place.kind == kind] for kind in _WIDE]
    groups.append([place for place in places if place.kind not in _WIDE])
    return [
        {"bool": {"should": [one for place in group for one in _name(place)], "minimum_should_match": 1}}
        for group in groups
        if group
    ]


def _name(place: "Place") -> Iterator[dict[str, Any]]:
    name = place.name
    if place.kind == "cluster":
        yield {"term": {"cluster": name}}
        return
    yield {"multi_match": {"query": name, "type": "phrase", "fields": ["title", "text"]}}
    if place.kind in ("namespace", "name"):
        yield {"term": {"namespace": name}}
    if place.kind != "namespace":
        yield {"term": {"service": name}}
        yield {"match": {"values": name}}


def lies_in(places: Sequence["Place"], seen: Seen) -> bool:
    """Tell whether an observation is of the places that a question names.

    Args:
        places: In each namespace or cluster of them, and of one of the other things, if any are named.
        seen: What was observed.
    """
    groups = [[place for place in places if place.kind == kind] for kind in _WIDE]
    groups.append([place for place in places if place.kind not in _WIDE])
    return all(any(_lies_in(place, seen) for place in group) for group in groups if group)


def _lies_in(place: "Place", seen: Seen) -> bool:
    name = place.name.lower()
    if place.kind == "cluster":
        return seen.cluster.lower() == name
    if place.kind in ("namespace", "name") and seen.namespace.lower() == name:
        return True
    if place.kind == "namespace":
        # What lies in none may be about one, such as a node's alert; a path or a word of its name is not.
        return not seen.namespace and bool(_find_namespace(name).search(seen.hit["text"]))
    told = _find_word(name)
    of_it = seen.service.lower() == name or bool(told.search(seen.hit["title"]))
    labels = (v for k, v in seen.labels.items() if not seen.kind.startswith("k8s") or k in _RELATED)
    labelled = any(name in _PARTS.split(value.lower()) for value in labels)
    return (
        of_it
        or labelled
        or (
            seen.kind in ("incident", "log_pattern") and bool(told.search(_leave_links_out(seen.hit["text"])))
        )
    )


def _leave_links_out(text: str) -> str:
    """Return a passage without the pages and past incidents that it names, which are about others."""
    return "\n".join(line for line in text.splitlines() if not line.startswith(_ABOUT_OTHERS))


@lru_cache(maxsize=64)
def _find_word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)", re.IGNORECASE)


@lru_cache(maxsize=64)
def _find_namespace(name: str) -> re.Pattern[str]:
    return re.compile(rf"\bnamespaces?[\s=:\"']+{re.escape(name)}(?![\w-])", re.IGNORECASE)


def name_places(places: Sequence["Place"], language: Language, *, is_about: bool = False) -> str:
    """Return places for a sentence: "pod api-0 in namespace shop".

    Args:
        places: As the question names them.
        language: Of the sentence.
        is_about: Whether they stand behind "о".
    """
    words = _ABOUT if is_about and language == "ru" else _NAMED[language]
    narrow = [place for place in places if place.kind not in _WIDE]
    wide = [place for place in places if place.kind in _WIDE]
    told = ", ".join(f"{words.get(place.kind, '')} {place.name}".strip() for place in narrow or wide)
    if not narrow or not wide:
        return told
    lies = ", ".join(f"{words[place.kind]} {place.name}" for place in wide)
    return f"{told} ({lies})" if language == "ru" else f"{told} in {lies}"


def find_nearest_names(name: str, known: Iterable[str]) -> list[str]:
    """Return the known names that are most like one that isn't known.

    Args:
        name: As the question has it.
        known: Names of services, namespaces and objects.

    Example:
        >>> find_nearest_names("chekout", ["checkout", "payment", "checkout-db"])
        ['checkout', 'checkout-db']
    """
    asked = name.lower()

    def likeness(other: str) -> float:
        ratio = SequenceMatcher(None, asked, other.lower()).ratio()
        return (
            max(ratio, 0.7)
            if asked in other.lower() or (len(other) > 3 and other.lower() in asked)
            else ratio
        )

    near = [(likeness(other), other) for other in dict.fromkeys(known) if other]
    ranked = sorted(near, key=lambda pair: (-pair[0], pair[1]))
    return [other for ratio, other in ranked if ratio >= _ALIKE][:_MOST_NAMED]
