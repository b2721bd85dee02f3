"""What is answered without causes: triage alone, and likeness alone.

Both are judged gently: the first lines have to hold the name of the expected object and a word of its kind,
wherever that stands in them. A cause counts if its words stand there too.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from evaluation.benchmarks.diagnosis.fault import Expected
from evaluation.benchmarks.diagnosis.judging import MOST, has_words
from evaluation.benchmarks.small_search import Vectors, fuse_scores, read_words, score_words
from processors.knowledge.chunk import Chunk, embedding_text

Embed = Callable[[Sequence[str]], Vectors]
_RANKS: Final = {"critical": 0, "error": 0, "warning": 1}


class Guess(NamedTuple):
    """How a baseline fares, as a verdict does."""

    is_object: bool
    is_cause: bool
    is_among: bool
    is_elsewhere: bool


def rank_by_triage(chunks: Sequence[Chunk], namespace: str) -> list[Chunk]:
    """Return what isn't calm in a namespace, the gravest first, then the newest."""
    told = [one for one in chunks if one["severity"] in _RANKS and one["namespace"] == namespace]
    newest = sorted(told, key=lambda one: one["observed_at"], reverse=True)
    return sorted(newest, key=lambda one: _RANKS[one["severity"]])


def rank_by_likeness(chunks: Sequence[Chunk], namespace: str, embed: Embed | None) -> list[Chunk]:
    """Return chunks by likeness to the question what is wrong: by words and, if there are any, vectors.

    Args:
        chunks: All that is known.
        namespace: Where it is; of what is in none it is empty.
        embed: Gives vectors; None where there are none.
    """
    query = f"what is wrong in namespace {namespace}"
    texts = [f"{one['title']} {embedding_text(one)}" for one in chunks]
    scores = score_words(read_words(texts), query)
    if embed:
        vectors = embed([query, *texts])
        scores = fuse_scores(scores, vectors[1:] @ vectors[0])
    return [chunks[int(place)] for place in np.argsort(-scores, kind="stable")[:MOST]]


def judge_guess(ranked: Sequence[Chunk], expected: Expected, namespace: str) -> Guess:
    """Compare the first chunks with what is expected.

    Args:
        ranked: The first is what is answered.
        expected: Of the fault.
        namespace: Where it is; of what is in none it is empty.
    """
    named = [_names(one, expected) for one in ranked[:MOST]]
    first = ranked[0] if ranked else None
    is_object = bool(named) and named[0]
    return Guess(
        is_object=is_object,
        is_cause=is_object and has_words(f"{ranked[0]['title']} {ranked[0]['text']}", expected),
        is_among=any(named),
        is_elsewhere=first is not None and first["namespace"] not in (namespace, ""),
    )


def _names(chunk: Chunk, expected: Expected) -> bool:
    told = f"{chunk['title']} {chunk['text']}".lower()
    return any(kind.lower() in told and name.lower() in told for kind, _, name in expected.objects)
