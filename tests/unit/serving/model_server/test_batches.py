import pytest

from serving.model_server.batches import plan_batches


def test_batches_hold_texts_of_like_length_and_every_position_once():
    plans = plan_batches([9, 1, 8, 2, 7, 3], 2)

    assert plans == [[1, 3], [5, 4], [2, 0]]
    assert sorted(position for plan in plans for position in plan) == list(range(6))


def test_no_text_makes_no_batch():
    assert plan_batches([], 8) == []


def test_batch_size_must_be_positive():
    with pytest.raises(ValueError, match="at least 1, got 0"):
        plan_batches([1], 0)
