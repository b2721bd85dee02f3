"""What is shared ends neither with the request that began it nor with one that only waits."""

import asyncio

import pytest

from serving.clients.sharing import SharedRead, SingleFlight, SpareWork
from serving.context.deadlines import begin_request, limit_time
from serving.faults import RequestLateError


async def take(seconds: float) -> str:
    """Do what takes so long, as parts do it: within the request's time."""
    async with limit_time("part", 10):
        await asyncio.sleep(seconds)
    return "done"


async def wait_within(seconds: float, flights: SingleFlight[str], work_seconds: float) -> str:
    begin_request(seconds)
    return await flights.run("same", lambda: take(work_seconds))


async def test_those_who_wait_longer_get_what_the_first_had_no_time_for() -> None:
    flights = SingleFlight[str]()

    async def begin_with_little_left() -> str:
        begin_request(1.0)
        await asyncio.sleep(0.75)
        return await flights.run("same", lambda: take(0.5))

    first = asyncio.create_task(begin_with_little_left())
    await asyncio.sleep(0.8)
    second = asyncio.create_task(wait_within(5, flights, 99))
    with pytest.raises(RequestLateError):
        await first
    assert await second == "done"


async def test_nobody_waits_longer_than_their_own_request_may_take() -> None:
    flights = SingleFlight[str]()
    first = asyncio.create_task(wait_within(5, flights, 0.2))
    await asyncio.sleep(0)
    with pytest.raises(RequestLateError):
        await asyncio.create_task(wait_within(0.02, flights, 99))
    assert await first == "done"


async def test_work_whose_time_is_over_is_begun_anew_for_those_who_have_more() -> None:
    flights, begun = SingleFlight[str](), []

    async def work() -> str:
        begun.append(1)
        return await take(99 if len(begun) == 1 else 0)

    async def ask(seconds: float) -> str:
        begin_request(seconds)
        return await flights.run("same", work)

    first = asyncio.create_task(ask(0.05))
    await asyncio.sleep(0)
    second = asyncio.create_task(ask(5))
    with pytest.raises(RequestLateError):
        await first
    assert await second == "done"
    assert len(begun) == 2


async def test_a_shared_read_has_its_own_time() -> None:
    shared = SharedRead[str]()

    async def read(seconds: float) -> str:
        begin_request(seconds)
        if seconds < 1:
            await asyncio.sleep(seconds - 0.05)
        return await shared.get(lambda: take(0.15))

    first = asyncio.create_task(read(0.3))
    await asyncio.sleep(0.8)
    second = asyncio.create_task(read(5))
    with pytest.raises(RequestLateError):
        await first
    assert await second == "done"
    assert shared.latest == "done"


async def test_what_nobody_waits_for_goes_on_after_the_request() -> None:
    spare, ended = SpareWork(1, 0), asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0.06)
        await take(0)
        ended.set()

    async def offer() -> None:
        begin_request(0.3)
        await asyncio.sleep(0.27)
        assert spare.offer(work)

    await asyncio.create_task(offer())
    async with asyncio.timeout(1):
        await ended.wait()
