"""How long a request may take in all, and what waits for a part within that."""

import asyncio
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from contextvars import ContextVar
from typing import Final, NamedTuple, TypeVar

from serving.faults import PartLateError, RequestLateError

Result = TypeVar("Result")

_REQUEST_LATE: Final = "The request took longer than RUNLORE_REQUEST_SECONDS allows."


class _RequestTime(NamedTuple):
    """How long a request may take in all, and when its time is over, by `time.monotonic`."""

    seconds: float
    ends: float


_NO_LIMIT: Final = _RequestTime(math.inf, math.inf)
_request_time: ContextVar[_RequestTime] = ContextVar("request_time", default=_NO_LIMIT)


def begin_request(seconds: float) -> None:
    """Note that what is done from here on for one request must end in so many seconds."""
    _request_time.set(_RequestTime(seconds, time.monotonic() + seconds))


def begin_shared_work() -> None:
    """Note that what is done from here on has the time of a whole request, counted from now.

    What is done for several, or after an answer was sent, must not end with the request that began it. It is
    called in a task, so that the request itself gets no more time.
    """
    begin_request(_request_time.get().seconds)


@asynccontextmanager
async def limit_time(part: str, seconds: float) -> AsyncIterator[None]:
    """Let what is done within take so many seconds, or what is left of the request's if that is less.

    Args:
        part: What is waited for; it names the error.
        seconds: So long it may take; infinite if only the request's time counts.

    Raises:
        PartLateError: The part's time is over, or its client says so.
        RequestLateError: The request's time is over.
    """
    left = _request_time.get().ends - time.monotonic()
    if left <= 0:
        raise RequestLateError(_REQUEST_LATE)
    allowed = min(seconds, left)
    try:
        async with asyncio.timeout(None if math.isinf(allowed) else allowed) as timer:
            yield
    except TimeoutError as error:
        if timer.expired() and left <= seconds:
            raise RequestLateError(_REQUEST_LATE) from error
        raise PartLateError(part, seconds) from error


async def limit_waits(
    part: str, items: AsyncGenerator[Result, None], first: float, gap: float
) -> AsyncGenerator[Result, None]:
    """Yield what a part sends bit by bit, and close it at the end, whatever the end is.

    Args:
        part: Its name in the error.
        items: What it sends.
        first: Seconds that the first bit may take.
        gap: Seconds that each of the next ones may take.

    Raises:
        PartLateError: One took longer.
        RequestLateError: The request's time is over.
    """
    async with aclosing(items):
        allowed = first
        while True:
            try:
                async with limit_time(part, allowed):
                    item = await anext(items)
            except StopAsyncIteration:
                return
            yield item
            allowed = gap
