"""From ranked chunks to a ranking that knows their pages: support, runbooks first, copies once.

What each of the three is worth was measured: docs/explanation/retrieval.md.
"""

from collections.abc import Iterable
from typing import Final

from processors.retrieval.hybrid import DYNAMIC_KINDS, Hit

# What a page's best chunk gains from the scores of the page's second and third.
_SUPPORT: Final = (0.3, 0.15)
# Who runs a system rather wants to be told what to do than how the thing is built.
_RUNBOOK: Final = 1.4


def rank_documents(hits: Iterable[Hit]) -> list[Hit]:
    """Return the hits re-ranked, those of documents with regard to the page that they belong to.

    The best chunk of a page gains 0.3 of the score of the page's second best chunk and 0.15 of that of the
    third: a page that speaks of the matter in several places is about it. The score of a runbook's chunk is
    multiplied by 1.4. A chunk that says the same as a better one, under the same headings, is left out.
    All are factors, so they hold for scores of any scale. What happened is no document, and stays as it is.

    Args:
        hits: Hits of one search, best first.

    Example:
        >>> page = {"kind": "doc", "title": "", "heading_path": ""}
        >>> alone = {**page, "doc_id": "a", "text": "1", "score": 0.9}
        >>> first = {**page, "doc_id": "b", "text": "2", "score": 0.8}
        >>> second = {**first, "text": "3", "score": 0.7}
        >>> [(hit["doc_id"], round(hit["score"], 2)) for hit in rank_documents([alone, first, second])]
        [('b', 1.01), ('a', 0.9), ('b', 0.7)]
    """
    weighted = [_prefer_runbook(hit) for hit in _leave_out_copies(hits)]
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


def _prefer_runbook(hit: Hit) -> Hit:
    return {**hit, "score": hit["score"] * _RUNBOOK} if hit["kind"] == "runbook" else hit
