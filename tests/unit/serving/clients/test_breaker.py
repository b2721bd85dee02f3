import asyncio

import pytest
from prometheus_client import REGISTRY

from serving.clients.breaker import Breaker, State
from serving.faults import PartDownError
from tests.support.breakers import Clock, fail, is_fault


def succeed(breaker: Breaker) -> None:
    with breaker.watch(is_fault):
        pass


def test_it_opens_after_failures_in_a_row_and_says_so() -> None:
    breaker = Breaker("opens", 3, 5.0, Clock())
    for error in (OSError(), OSError(), ValueError(), OSError(), OSError()):
        fail(breaker, error)
    assert breaker.state is State.CLOSED
    fail(breaker, OSError())
    assert breaker.state is State.OPEN
    assert REGISTRY.get_sample_value("runlore_breaker_state", {"part": "opens"}) == 2
    with pytest.raises(PartDownError, match=r"opens failed several times .* 5\.0 s"):
        succeed(breaker)


def test_after_its_rest_one_call_tries_and_closes_it() -> None:
    clock = Clock()
    breaker = Breaker("part", 1, 5.0, clock)
    fail(breaker, OSError())
    clock.now += 5
    with breaker.watch(is_fault):
        assert breaker.state is State.HALF_OPEN
        fail(breaker, PartDownError("part", 0))
    assert breaker.state is State.CLOSED
    succeed(breaker)


def test_a_try_that_fails_begins_another_rest() -> None:
    clock = Clock()
    breaker = Breaker("part", 3, 5.0, clock)
    for _ in range(3):
        fail(breaker, OSError())
    clock.now += 5
    fail(breaker, OSError())
    clock.now += 4.9
    fail(breaker, PartDownError("part", 0))
    clock.now += 0.1
    succeed(breaker)


def test_a_try_that_is_cancelled_leaves_the_next_one_to_try() -> None:
    clock = Clock()
    breaker = Breaker("part", 1, 5.0, clock)
    fail(breaker, OSError())
    clock.now += 5
    fail(breaker, asyncio.CancelledError())
    assert breaker.state is State.OPEN
    succeed(breaker)
    assert breaker.state is State.CLOSED


async def test_what_began_before_the_state_changed_changes_nothing() -> None:
    clock = Clock()
    breaker = Breaker("part", 1, 5.0, clock)
    gate = asyncio.Event()

    async def call(error: Exception | None) -> None:
        with breaker.watch(is_fault):
            await gate.wait()
            if error:
                raise error

    early = [asyncio.create_task(call(None)), asyncio.create_task(call(OSError()))]
    await asyncio.sleep(0)
    fail(breaker, OSError())
    clock.now += 5
    with breaker.watch(is_fault):
        gate.set()
        await asyncio.gather(*early, return_exceptions=True)
        assert breaker.state is State.HALF_OPEN
    assert breaker.state is State.CLOSED
