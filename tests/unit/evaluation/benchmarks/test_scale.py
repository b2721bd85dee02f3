"""Laws of costs, and which chunks are nearest, are right where they can be known."""

from typing import Any

import numpy as np
import pytest

from evaluation.benchmarks.scale.fitting import fit_law
from evaluation.benchmarks.scale.measuring import (
    NEIGHBOURS,
    Cost,
    Nearest,
    keep_nearest,
    measure_recall,
    start_nearest,
)
from evaluation.benchmarks.scale.report import draw_curve, list_curves, write_table


def make_cost(chunks: int) -> Cost:
    return Cost(chunks, 300.0, 2 * chunks**0.25, 9.0, 80.0, 0.99, 300.0, chunks / 1000, 4)


def test_a_law_is_found_in_noise() -> None:
    draw = np.random.default_rng(1)
    costs = {size: 3 * size**0.5 * float(draw.normal(1, 0.02)) for size in (1_000, 5_000, 20_000, 100_000)}
    law = fit_law(costs)
    assert law.slope == pytest.approx(0.5, abs=0.03)
    assert law.predict(50_000) == pytest.approx(3 * 50_000**0.5, rel=0.05)


@pytest.mark.parametrize("costs", [{}, {10: 1.0}, {10: 1.0, 20: 0.0}])
def test_a_law_needs_something_to_go_by(costs: dict[int, float]) -> None:
    with pytest.raises(ValueError, match="two sizes"):
        fit_law(costs)


def test_sizes_that_check_a_law_are_not_what_it_is_made_of() -> None:
    seen = {10: 10.0, 100: 100.0, 1_000: 1_000.0}
    assert draw_curve({**seen, 500: 9_000.0}, [500]).law == draw_curve(seen, []).law
    assert draw_curve({**seen, 500: 1_000.0}, [500]).misses[500] == pytest.approx(-0.5)


def test_nearest_chunks_do_not_depend_on_the_blocks_that_they_come_in() -> None:
    draw = np.random.default_rng(3)
    asked, made = (draw.normal(size=(rows, 8)).astype(np.float32) for rows in (5, 600))
    whole = keep_nearest(start_nearest(5), asked, made, 0)
    parts = start_nearest(5)
    for first in range(0, 600, 100):
        parts = keep_nearest(parts, asked, made[first : first + 100], first)
    assert parts.numbers.tolist() == whole.numbers.tolist()
    assert whole.numbers[0, 0] == int(np.argmax(made @ asked[0]))


def test_recall_counts_what_was_found_of_the_nearest() -> None:
    numbers = np.arange(NEIGHBOURS)[None, :]
    hits = [{"_source": {"cite": {"number": number}}} for number in (0, 1, 2, 700)]
    body: dict[str, Any] = {"query": {"hybrid": {"queries": [{}, {"knn": {}}]}}}
    asked = []

    def search(query: dict[str, object]) -> object:
        asked.append(query["query"])
        return {"hits": {"hits": hits}}

    nearest = Nearest(np.zeros((1, NEIGHBOURS), dtype=np.float32), numbers)
    assert measure_recall(search, [body], nearest) == pytest.approx(0.3)
    assert asked == [{"knn": {}}]


def test_the_table_tells_how_far_off_a_prediction_was() -> None:
    costs = [make_cost(size) for size in (5_000, 20_000, 100_000)]
    off = make_cost(50_000)._replace(search_ms=2 * 50_000**0.25 / 1.25)
    table = write_table(costs, list_curves([*costs, off], [50_000]))
    assert "| ms of a search, one client | 0.25 |" in table
    assert "(+25%)" in table
