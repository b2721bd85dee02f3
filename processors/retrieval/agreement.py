"""Shadow reading: how far a candidate agrees with the live version on the questions that people ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from processors.knowledge.chunk import Pipeline
    from processors.retrieval.hybrid import Hit

COMPARED_DOCUMENTS: Final = 10
_PERSISTENCE: Final = 0.9


class ShadowRead(TypedDict):
    """One question asked of both versions."""

    overlap_at_10: float
    rank_biased_overlap: float
    live_seconds: float
    candidate_seconds: float


def name_candidate_alias(pipeline: Pipeline) -> str:
    """Return the alias that names a pipeline's candidate while it is read in the shadow.

    Example:
        >>> name_candidate_alias("cag")
        'cag-candidate'
    """
    return f"{pipeline}-candidate"


def shadow_key(candidate: str) -> str:
    """Return the Redis key of a candidate's running sums.

    Example:
        >>> shadow_key("cag-v000042")
        'shadow:cag-v000042'
    """
    return f"shadow:{candidate}"


def list_top_documents(hits: Iterable[Hit]) -> list[str]:
    """Return the first documents of a ranking of chunks, each at its best chunk.

    Example:
        >>> list_top_documents([{"doc_id": "a"}, {"doc_id": "b"}, {"doc_id": "a"}])
        ['a', 'b']
    """
    return list(dict.fromkeys(hit["doc_id"] for hit in hits))[:COMPARED_DOCUMENTS]


def compute_overlap(first: Sequence[str], second: Sequence[str]) -> float:
    """Return which share of the longer ranking's documents both have; 1 if neither found any.

    Example:
        >>> compute_overlap(["a", "b"], ["b", "c"])
        0.5
    """
    longest = max(len(first), len(second))
    return len({*first} & {*second}) / longest if longest else 1.0


def compute_rank_biased_overlap(
    first: Sequence[str], second: Sequence[str], persistence: float = _PERSISTENCE
) -> float:
    """Return how far two rankings agree, agreement at the top counting most, from 0 to 1.

    The extrapolated rank-biased overlap of Webber, Moffat and Zobel, "A similarity measure for indefinite
    rankings", ACM TOIS 28(4), 2010, equation 32. With `X(d)` documents in common among the first `d`,
    rankings of lengths `s <= l` and the persistence `p`:

        (1 - p) / p * (sum of X(d) / d * p^d for d = 1..l + sum of X(s) (d - s) / (s d) * p^d for d = s+1..l)
        + ((X(l) - X(s)) / l + X(s) / s) * p^l

    With `p` of 0.9 the first ten ranks carry 86 % of the weight.

    Args:
        first: Documents, best first, each once.
        second: The same of the other ranking.
        persistence: Chance that a reader who looked at a rank looks at the next one.

    Returns:
        1 for equal rankings, two empty ones among them; 0 if nothing is in common.

    Raises:
        ValueError: `persistence` is not between 0 and 1.

    Example:
        >>> compute_rank_biased_overlap(["a", "b"], ["a", "b"])
        1.0
        >>> round(compute_rank_biased_overlap(["a", "b", "c"], ["c", "b", "a"]), 3)
        0.855
    """
    if not 0 < persistence < 1:
        raise ValueError(f"persistence must be in (0, 1), got {persistence}")
    if not first or not second:
        return 1.0 if first == second else 0.0
    shorter, longer = sorted((len(first), len(second)))
    common = [len({*first[:depth]} & {*second[:depth]}) for depth in range(longer + 1)]
    at_shorter, at_longer = common[shorter], common[longer]
    seen = sum(common[depth] / depth * persistence**depth for depth in range(1, longer + 1))
    # The shorter ranking is taken to go on agreeing as it did so far.
    assumed = sum(
        at_shorter * (depth - shorter) / (shorter * depth) * persistence**depth
        for depth in range(shorter + 1, longer + 1)
    )
    beyond = ((at_longer - at_shorter) / longer + at_shorter / shorter) * persistence**longer
    return round((1 - persistence) / persistence * (seen + assumed) + beyond, 12)
