import pytest

from processors.retrieval.question.normal_form import normalise_query


@pytest.mark.parametrize("text", ["Why is REDIS down?", "why  is redis\ndown", "Why is Ｒedis down?!"])
def test_equal_questions_are_normalised_alike(text: str) -> None:
    assert normalise_query(text) == "why is redis down"


def test_different_questions_stay_different() -> None:
    assert normalise_query("C++ build?") != normalise_query("C build?")
