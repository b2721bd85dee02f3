import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY

from serving.clients.breaker import Breaker, State
from serving.clients.guards import Guard, RetryBudget
from serving.context.deadlines import begin_request
from serving.faults import PartDownError, PartLateError, RequestLateError
from tests.support.breakers import Clock, fail, is_fault


def make_guard(clock: Callable[[], float], reserve: float = 10.0) -> Guard:
    return Guard("part", 0.05, is_fault, Breaker("part", 3, 5.0, clock), RetryBudget(0.2, reserve))


def count_retries(outcome: str) -> float:
    return REGISTRY.get_sample_value("runlore_retries_total", {"part": "part", "outcome": outcome}) or 0.0


async def test_only_one_of_many_tries() -> None:
    clock = Clock()
    guard = make_guard(clock)
    for _ in range(3):
        fail(guard.breaker, OSError())
    clock.now += 5
    tries = 0

    async def ask() -> str:
        nonlocal tries
        tries += 1
        await asyncio.sleep(0.01)
        return "here"

    results = await asyncio.gather(*(guard.call(ask) for _ in range(16)), return_exceptions=True)
    assert tries == 1
    assert sum(isinstance(result, PartDownError) for result in results) == 15


@pytest.mark.parametrize(("error", "asked"), [(OSError(), 2), (ValueError(), 1)])
async def test_what_failed_at_once_is_tried_again(error: Exception, asked: int) -> None:
    guard = make_guard(Clock())
    calls = 0

    async def ask() -> None:
        nonlocal calls
        calls += 1
        raise error

    with pytest.raises(type(error)):
        await guard.call(ask)
    assert calls == asked


async def test_a_second_attempt_may_succeed() -> None:
    guard = make_guard(Clock())
    answers: list[Exception | str] = [OSError(), "here"]

    async def ask() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert await guard.call(ask) == "here"
    assert guard.breaker.state is State.CLOSED


async def test_retries_are_a_share_of_the_calls() -> None:
    guard = Guard("part", 1, is_fault, Breaker("part", 10_000, 5.0), RetryBudget(0.2, 2.0))
    calls = 0

    async def ask() -> None:
        nonlocal calls
        calls += 1
        raise ConnectionResetError

    made, forbidden = count_retries("made"), count_retries("no_budget")
    for _ in range(30):
        with pytest.raises(ConnectionResetError):
            await guard.call(ask)
    assert calls <= 30 + 2 + 30 * 0.2
    assert count_retries("made") - made == calls - 30
    assert count_retries("no_budget") - forbidden == 60 - calls


async def test_nobody_waits_longer_than_is_said_and_not_twice() -> None:
    guard = make_guard(Clock())
    asked = 0

    async def hang() -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(10)

    for _ in range(3):
        with pytest.raises(PartLateError, match=r"part gave no answer within 0\.1 s"):
            await guard.call(hang)
    assert asked == 3
    assert guard.breaker.state is State.OPEN


async def test_a_request_has_an_end_whatever_the_parts_allow() -> None:
    guard = replace(make_guard(Clock()), seconds=10)
    begin_request(0.02)
    for _ in range(2):
        with pytest.raises(RequestLateError):
            await guard.call(lambda: asyncio.sleep(10))


async def end_in_time(seconds: float, guard: Guard) -> None:
    begin_request(seconds)
    with pytest.raises(RequestLateError):
        await guard.call(lambda: asyncio.sleep(10))


async def test_long_answers_open_nobodys_breaker() -> None:
    """The request's time is over, and the part had more: that is slow, not down."""
    guard = replace(make_guard(Clock()), seconds=10)
    await asyncio.gather(*(asyncio.create_task(end_in_time(0.02, guard)) for _ in range(5)))
    assert guard.breaker.state is State.CLOSED
    assert await guard.call(lambda: asyncio.sleep(0, "here")) == "here"


async def test_a_part_that_takes_as_long_as_a_request_may_is_slow() -> None:
    guard = replace(make_guard(Clock()), seconds=0.02)
    for _ in range(5):
        await asyncio.create_task(end_in_time(0.02, guard))
    assert guard.breaker.state is State.CLOSED


async def test_a_try_that_the_request_had_no_time_for_leaves_the_next_one_to_try() -> None:
    clock = Clock()
    guard = replace(make_guard(clock), seconds=10)
    for _ in range(3):
        fail(guard.breaker, OSError())
    clock.now += 5
    await asyncio.create_task(end_in_time(0.02, guard))
    assert guard.breaker.state is State.OPEN
    assert await guard.call(lambda: asyncio.sleep(0, "here")) == "here"
    assert guard.breaker.state is State.CLOSED


async def test_a_client_that_gives_up_by_itself_has_found_the_part_late() -> None:
    guard = make_guard(Clock())

    async def give_up() -> None:
        raise TimeoutError

    begin_request(0.04)
    for _ in range(3):
        with pytest.raises(PartLateError):
            await guard.attempt(give_up)
    assert guard.breaker.state is State.OPEN
