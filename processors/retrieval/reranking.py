"""The best hits read again, sentence by sentence: off by default, for it costs more than it gives.

A chunk's vector is a mean of all that it says. The nearest of its sentences tells whether it says the very
thing that was asked (as in Khattab, Zaharia: "ColBERT", SIGIR 2020, with sentences in place of words). What
it gained and cost here: docs/explanation/retrieval.md.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from processors.retrieval.hybrid import Hit

RERANKED: Final = 10
_SENTENCES: Final = 8
_SHARE: Final = 0.2
_SHORTEST: Final = 16
_BREAK: Final = re.compile(r"\n+|(?<=[.!?;:])\s+")


def cut_sentences(hit: Hit) -> list[str]:
    """Return the first sentences of a hit, each with the title before it; at least one.

    Example:
        >>> cut_sentences({"title": "Drain", "text": "Drain the node first. Then power it down."})
        ['Drain: Drain the node first.', 'Drain: Then power it down.']
    """
    sentences = [part.strip() for part in _BREAK.split(hit["text"])]
    long = [sentence for sentence in sentences if len(sentence) >= _SHORTEST][:_SENTENCES]
    return [f"{hit['title']}: {sentence}" for sentence in long or [hit["text"]]]


def rerank(
    hits: Sequence[Hit], question: Sequence[float], sentences: Iterable[Sequence[Sequence[float]]]
) -> list[Hit]:
    """Return the hits, to each of the first of which a fifth of its nearest sentence's similarity is added.

    Args:
        hits: Hits, best first.
        question: Unit vector of the question.
        sentences: Of each of the first hits the unit vectors of its sentences, (n_sentences, dim).

    Example:
        >>> hits = [{"chunk_id": "a", "score": 0.9}, {"chunk_id": "b", "score": 0.85}]
        >>> [hit["chunk_id"] for hit in rerank(hits, [1.0, 0.0], [[[0.0, 1.0]], [[0.6, 0.8], [1.0, 0.0]]])]
        ['b', 'a']
    """
    asked = np.asarray(question)
    gains = [_SHARE * float(np.max(np.asarray(vectors) @ asked)) for vectors in sentences]
    gains += [0.0] * (len(hits) - len(gains))
    raised: list[Hit] = [{**hit, "score": hit["score"] + gain} for hit, gain in zip(hits, gains, strict=True)]
    return sorted(raised, key=lambda hit: -hit["score"])
