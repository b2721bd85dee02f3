"""Work that questions share, so that a rush of them costs little more than one.

What is shared has the time of a whole request of its own: whoever began it may have little left. Each of
those who wait does so for no longer than their own request may take.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, TypeVar

from serving.context.deadlines import begin_shared_work, limit_time
from serving.faults import RequestLateError

Result = TypeVar("Result")


class SharedRead(Generic[Result]):
    """A read of something that changes, shared by those who ask at about the same time.

    Nobody joins a read that has begun: the store may have answered it before the latest change. Who asks
    while a read is under way gets the next one, which begins when that one has ended. So each gets what was
    read after they asked, and never more than one read is under way.
    """

    def __init__(self) -> None:
        """Start with no read under way."""
        self._begun: asyncio.Task[Result] | None = None
        self._next: asyncio.Task[Result] | None = None
        self.latest: Result | None = None
        """What was read last, for those to whom it matters less."""

    async def get(self, read: Callable[[], Awaitable[Result]]) -> Result:
        """Return the result of a read that begins after this call.

        Raises:
            RequestLateError: The request's time is over.
        """
        if self._next is None:
            self._next = asyncio.create_task(self._run(read, self._begun))
            self._next.add_done_callback(_take_error)
        return await _wait_for(self._next)

    async def _run(
        self, read: Callable[[], Awaitable[Result]], before: asyncio.Task[Result] | None
    ) -> Result:
        if before is not None and not before.done():
            await asyncio.wait([before])
        self._begun, self._next = self._next, None
        begin_shared_work()
        self.latest = await read()
        return self.latest


class SingleFlight(Generic[Result]):
    """Work on what doesn't change, done once for all who want the same while it is under way."""

    def __init__(self) -> None:
        """Start with nothing under way."""
        self._flights: dict[str, asyncio.Task[Result]] = {}

    async def run(self, key: str, work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """Return the result of the work that goes by this key, begun now or under way already.

        Whatever the result depends on must be part of the key.

        Raises:
            RequestLateError: The request's time is over.
        """
        flight = self._flights.get(key)
        if flight is None:
            return await _wait_for(self._begin(key, work))
        try:
            return await _wait_for(flight)
        except RequestLateError:
            if not flight.done():
                raise
            # It wasn't our time that was over but the work's.
            return await self.run(key, work)

    def _begin(self, key: str, work: Callable[[], Coroutine[Any, Any, Result]]) -> asyncio.Task[Result]:
        flight = self._flights[key] = asyncio.create_task(_do_shared(work))
        flight.add_done_callback(lambda done: self._land(key, done))
        return flight

    def _land(self, key: str, done: asyncio.Task[Result]) -> None:
        del self._flights[key]
        _take_error(done)


class SpareWork:
    """Work that nobody waits for, a few pieces at once; what comes while all places are taken is left out.

    A place rests after a piece of work, some times as long as the work took. So even on a busy machine few of
    those whose answer is waited for meet such work, and the slower it gets the less is begun.
    """

    def __init__(self, places: int, rest: float) -> None:
        """Start with all places free."""
        self._places = places
        self._rest = rest
        self._tasks: set[asyncio.Task[None]] = set()

    def offer(self, work: Callable[[], Coroutine[Any, Any, None]]) -> bool:
        """Begin the work if a place is free, and tell whether it was."""
        if len(self._tasks) >= self._places:
            return False
        task = asyncio.create_task(self._work_and_rest(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _work_and_rest(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        began = time.monotonic()
        await _do_shared(work)
        await asyncio.sleep(self._rest * (time.monotonic() - began))

    async def close(self) -> None:
        """End what is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


async def _wait_for(task: asyncio.Task[Result]) -> Result:
    """Wait within the request's time; who goes must not take the work away from the others."""
    async with limit_time("shared work", math.inf):
        return await asyncio.shield(task)


async def _do_shared(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    begin_shared_work()
    return await work()


def _take_error(done: asyncio.Task[Any]) -> None:
    """Note that an error was seen even if all who waited for it have gone."""
    if not done.cancelled():
        done.exception()
