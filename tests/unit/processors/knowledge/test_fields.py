"""A part of an object is read or it isn't there; nothing that stands in its place is an error."""

from typing import Any

import pytest

from processors.knowledge.fields import (
    take,
    take_count,
    take_labels,
    take_object,
    take_objects,
    take_text,
    take_texts,
)

ODD = [None, True, 7, -1.5, 10**400, float("inf"), float("nan"), "", "x", [], [[]], [None], {}, {"a": None}]


@pytest.mark.parametrize("odd", ODD)
def test_nothing_in_the_place_of_a_part_is_an_error(odd: Any) -> None:
    for whole in (odd, {"a": odd}, {"a": {"b": odd}}, {"a": [odd]}):
        take(whole, "a", "b")
        assert isinstance(take_object(whole, "a"), dict)
        assert all(isinstance(part, dict) for part in take_objects(whole, "a"))
        assert isinstance(take_text(whole, "a", "b"), str)
        assert all(isinstance(part, str) for part in take_texts(whole, "a"))
        assert isinstance(take_count(whole, "a"), int)
        assert all(isinstance(text, str) for text in take_labels(whole, "a").values())


@pytest.mark.parametrize(
    ("stated", "count"),
    [(3, 3), ("3", 3), (3.0, 3), (-2, -2), (True, 9), ("three", 9), ("9" * 400, 9), (10**400, 9), (1e999, 9)],
)
def test_a_count_is_a_number_that_can_count_something(stated: Any, count: int) -> None:
    assert take_count({"replicas": stated}, "replicas", default=9) == count
