"""Lines of two sides never share a pattern, also where the tree has no room for another side."""

from itertools import product

from processors.knowledge.logs.mining import dump_miner, load_miner, make_miner, mine_line
from processors.knowledge.logs.polarity import find_polarity


def test_sides_stay_apart_in_a_crowded_tree() -> None:
    miner = make_miner()
    sides: dict[int, set[str]] = {}
    for words in product(("not", "failed", "stopped", "so"), repeat=4):
        for name in ("alpha", "beta"):
            line = " ".join(("job", name, *words, "at last"))
            sides.setdefault(mine_line(miner, line)[0], set()).add(find_polarity(line))
    assert len(set().union(*sides.values())) > 100
    assert {len(held) for held in sides.values()} == {1}


def test_a_template_holds_no_side() -> None:
    miner = make_miner()
    mine_line(miner, "job alpha failed")
    assert mine_line(load_miner(dump_miner(miner)), "job beta failed")[:2] == (1, "job <*> failed")


def test_the_end_of_a_very_long_line_makes_no_pattern() -> None:
    miner = make_miner()
    mine_line(miner, "x " * 300 + "y" * 16_000)
    assert mine_line(miner, "x " * 300 + "y" * 15_000)[2] is False
