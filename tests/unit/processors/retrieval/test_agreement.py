"""Rank-biased overlap beside its defining series, summed far beyond the rankings' ends."""

import random

import pytest

from processors.retrieval.agreement import compute_overlap, compute_rank_biased_overlap, list_top_documents


def sum_series(first: list[str], second: list[str], persistence: float) -> float:
    """Sum the definition, equation 7 of the paper, with agreement taken to go on as the paper does."""
    shorter, longer = sorted((first, second), key=len)
    s, total, last = len(shorter), 0.0, 0.0
    for depth in range(1, 2000):
        if depth <= len(longer):
            common = len({*shorter[:depth]} & {*longer[:depth]})
            at_end = len({*shorter} & {*longer[:s]})
            last = (common + (at_end * (depth - s) / s if depth > s else 0)) / depth
        total += (1 - persistence) * persistence ** (depth - 1) * last
    return total


@pytest.mark.parametrize("seed", range(20))
def test_it_is_the_sum_of_its_series(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - not a secret
    documents = [str(number) for number in range(12)]
    first = draw.sample(documents, draw.randint(1, 10))
    second = draw.sample(documents, draw.randint(1, 10))
    expected = sum_series(first, second, 0.9)
    assert compute_rank_biased_overlap(first, second) == pytest.approx(expected, abs=1e-9)
    assert compute_rank_biased_overlap(second, first) == pytest.approx(expected, abs=1e-9)


def test_agreement_at_the_top_counts_most() -> None:
    ten = [str(number) for number in range(10)]
    top, bottom = ["1", "0", *ten[2:]], [*ten[:8], "9", "8"]
    assert compute_rank_biased_overlap(ten, ten) == 1
    assert compute_rank_biased_overlap(ten, top) == 0.9
    assert 0.99 < compute_rank_biased_overlap(ten, bottom) < 1
    assert compute_rank_biased_overlap(ten, ["x", "y"]) == 0


def test_nothing_agrees_with_nothing_only() -> None:
    assert compute_rank_biased_overlap([], []) == compute_overlap([], []) == 1
    assert compute_rank_biased_overlap([], ["a"]) == compute_overlap(["a"], []) == 0


@pytest.mark.parametrize("persistence", [0, 1, 1.4])
def test_a_wrong_persistence_is_named(persistence: float) -> None:
    with pytest.raises(ValueError, match=rf"in \(0, 1\), got {persistence}"):
        compute_rank_biased_overlap(["a"], ["a"], persistence)


def test_overlap_is_of_the_longer_ranking_and_of_ten_documents() -> None:
    assert compute_overlap(["a", "b"], ["b"]) == 0.5
    hits = [{"doc_id": str(number // 2)} for number in range(30)]
    assert list_top_documents(hits) == [str(number) for number in range(10)]  # type: ignore[arg-type]
