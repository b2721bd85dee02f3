"""Grouping accuracy and F1 of log templates, by hand."""

import pytest

from evaluation.benchmarks.log_grouping import measure_grouping

TRUE = ["open", "open", "open", "close", "close", "fail"]


def test_equal_groups_are_perfect_whatever_their_names() -> None:
    assert measure_grouping(TRUE, [7, 7, 7, 1, 1, 3]) == {"accuracy": 1, "f1": 1}


def test_one_message_astray_spoils_both_groups_that_it_touches() -> None:
    # Right: the group of `fail` only. Three groups found, three true.
    assert measure_grouping(TRUE, [1, 1, 1, 2, 1, 3]) == {
        "accuracy": pytest.approx(1 / 6),
        "f1": pytest.approx(1 / 3),
    }


def test_a_group_split_in_two_is_wrong_and_counts_twice_among_those_found() -> None:
    assert measure_grouping(TRUE, [1, 1, 4, 2, 2, 3]) == {
        "accuracy": 0.5,
        "f1": pytest.approx(2 * 2 / (3 + 4)),
    }


def test_all_in_one_group_is_wrong() -> None:
    assert measure_grouping(TRUE, [1] * 6) == {"accuracy": 0, "f1": 0}


@pytest.mark.parametrize(("true", "found"), [([], []), ([1], []), ([1], [1, 2])])
def test_messages_and_groups_must_match(true: list[int], found: list[int]) -> None:
    with pytest.raises(ValueError, match="as many groups as messages"):
        measure_grouping(true, found)
