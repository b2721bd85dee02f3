"""The comparison itself: what it takes for equal, and what its ratios are of."""

from collections.abc import Sequence

import numpy as np

from evaluation.benchmarks.embedding import Embedded, compare, measure_likeness


def embed_in(seconds: float, turned: float = 0.0) -> object:
    def embed(texts: Sequence[str]) -> Embedded:
        row = [np.cos(turned), np.sin(turned)]
        return Embedded(
            seconds * len(texts), 2 * seconds * len(texts), np.array([row] * len(texts), dtype=np.float32)
        )

    return embed


def test_ratios_are_those_of_the_medians_and_the_least_cosine_is_told() -> None:
    clock, cpu, cosine = compare("two", embed_in(0.010), embed_in(0.040, turned=0.1), [["a"], ["b"]], 3)  # type: ignore[arg-type]
    assert (clock.figure, clock.bare, clock.ratio) == (100.0, 25.0, 4.0)
    assert (cpu.figure, cpu.bare) == (50.0, 12.5)
    assert round(cosine.figure, 5) == 0.995


def test_likeness_is_that_of_directions() -> None:
    ours, theirs = np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([[3.0, 0.0], [1.0, 0.0]])
    assert measure_likeness(ours, theirs).tolist() == [1.0, 0.0]
