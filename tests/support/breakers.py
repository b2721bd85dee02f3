"""A clock that a test sets, and what a breaker is told of."""

import pytest

from serving.clients.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def is_fault(error: Exception) -> bool:
    return isinstance(error, OSError)


def fail(breaker: Breaker, error: BaseException) -> None:
    with pytest.raises(type(error)), breaker.watch(is_fault):
        raise error
