"""From ranked chunks to a ranking that knows their pages: support, names and runbooks first, copies once.

What each of these is worth was measured: docs/explanation/retrieval.md.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from processors.retrieval.conditions import DYNAMIC_KINDS
from processors.retrieval.hybrid import Hit
from processors.retrieval.question.words import list_words

# What a page's best chunk gains from the scores of the page's second and third.
_SUPPORT: Final = (0.3, 0.15)
# Who runs a system rather wants to be told what to do than how the thing is built.
_RUNBOOK: Final = 1.4
# Who says every word of a page's title means that page; one or two words are a topic of many pages.
_NAMED: Final = 1.2
_NAMING_WORDS: Final = 3


def rank_documents(hits: Iterable[Hit], question: str) -> list[Hit]:
    """Return the hits re-ranked, those of documents with regard to the page that they belong to.

    The best chunk of a page gains 0.3 of the score of the page's second best chunk and 0.15 of that of the
    third: a page that speaks of the matter in several places is about it. The score of a runbook's chunk is
    multiplied by 1.4. If the question holds every word of a page's title, and those are three or more, the
    scores of its chunks are multiplied by 1.2. A chunk that says the same as a better one, under the same
    headings, is left out. All are factors, so they hold for scores of any scale. What happened is no
    document, and stays as it is.

    Args:
        hits: Hits of one search, best first.
        question: What was searched for, with the translation of its words.

    Example:
        >>> page = {"kind": "doc", "title": "", "heading_path": ""}
        >>> alone = {**page, "doc_id": "a", "text": "1", "score": 0.9}
        >>> first = {**page, "doc_id": "b", "text": "2", "score": 0.8}
        >>> second = {**first, "text": "3", "score": 0.7}
        >>> [(hit["doc_id"], round(hit["score"], 2)) for hit in rank_documents([alone, first, second], "why")]
        [('b', 1.01), ('a', 0.9), ('b', 0.7)]
    """
    asked = _list_terms(question)
    weighted: list[Hit] = [
        {**hit, "score": hit["score"] * _weigh(hit, asked)} for hit in _leave_out_copies(hits)
    ]
    weighted.sort(key=lambda hit: -hit["score"])
    pages: dict[str, list[int]] = {}
    for place, hit in enumerate(weighted):
        if hit["kind"] not in DYNAMIC_KINDS:
            pages.setdefault(hit["doc_id"], []).append(place)
    for best, *others in pages.values():
        support = sum(
            share * weighted[other]["score"] for share, other in zip(_SUPPORT, others, strict=False)
        )
        weighted[best] = {**weighted[best], "score": weighted[best]["score"] + support}
    return sorted(weighted, key=lambda hit: -hit["score"])


def _leave_out_copies(hits: Iterable[Hit]) -> Iterable[Hit]:
    seen: set[tuple[str, str, str]] = set()
    for hit in hits:
        if hit["kind"] not in DYNAMIC_KINDS:
            said = (hit["title"], hit["heading_path"], hit["text"])
            if said in seen:
                continue
            seen.add(said)
        yield hit


def _weigh(hit: Hit, asked: frozenset[str]) -> float:
    """Return the factor of a chunk's score by its kind and title."""
    if hit["kind"] in DYNAMIC_KINDS:
        return 1.0
    title = _list_terms(hit["title"])
    is_named = len(title) >= _NAMING_WORDS and title <= asked
    return (_RUNBOOK if hit["kind"] == "runbook" else 1.0) * (_NAMED if is_named else 1.0)


@lru_cache(maxsize=10_000)
def _list_terms(text: str) -> frozenset[str]:
    """Return the words that tell what a text is about, in small letters and without the plural's s.

    Example:
        >>> sorted(_list_terms("The OpenSearch clusters are red."))
        ['cluster', 'open', 'red', 'search']
    """
    words = (form.lower() for forms in list_words(text) for form in forms)
    return frozenset(word.removesuffix("s") for word in words)
