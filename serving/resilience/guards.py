"""How the service treats the parts it needs: it retries within a budget, and leaves alone what is down.

Both are known patterns. The budget is Finagle's: each call pays a share of a token in, each retry takes a
whole one, so that retries never multiply the load on a part that has trouble. The breaker is Nygard's: after
some failures in a row nobody waits for the part any more; now and then one call goes through to see if it is
back. The second attempt is written out: through tenacity, which has no budget either, each call that succeeds
would cost 70 µs.

The state changes between two awaits only, so tasks of one event loop need no lock.
"""

import asyncio
import math
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple, TypeVar

from serving.observability.metrics import BREAKER_STATE, RETRIES

Result = TypeVar("Result")
Judge = Callable[[Exception], bool]

# Seconds between two attempts; spread, so that those who failed together don't come back together.
_SHORTEST_WAIT: Final = 0.01
_LONGEST_WAIT: Final = 0.1
# Whoever waited longer than this in vain doesn't wait a second time.
_AT_ONCE: Final = 0.5
_REQUEST_LATE: Final = "The request took longer than RUNLORE_REQUEST_SECONDS allows."


class _RequestTime(NamedTuple):
    """How long a request may take in all, and when its time is over, by `time.monotonic`."""

    seconds: float
    ends: float


_NO_LIMIT: Final = _RequestTime(math.inf, math.inf)
_request_time: ContextVar[_RequestTime] = ContextVar("request_time", default=_NO_LIMIT)


class PartError(Exception):
    """A part gives no answer."""

    def __init__(self, part: str, message: str) -> None:
        """Name the part, and say what is wrong with it."""
        super().__init__(f"{part} {message}")
        self.part = part


class PartDownError(PartError):
    """It failed so often that it is left alone for a while; nobody has asked it."""

    def __init__(self, part: str, retry_after: float) -> None:
        """Name the part, and the seconds until it is asked again."""
        super().__init__(part, f"failed several times in a row and is asked again in {retry_after:.1f} s")


class PartLateError(PartError):
    """It was asked, and nobody waits any longer."""

    def __init__(self, part: str, seconds: float) -> None:
        """Name the part, and the seconds that it had."""
        super().__init__(part, f"gave no answer within {seconds:.1f} s")


class RequestLateError(Exception):
    """The time that a request may take is over."""


class State(IntEnum):
    """Of a breaker; the numbers are what the metric shows."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Breaker:
    """Lets calls through while they succeed; after some failures in a row, one at a time and seldom."""

    def __init__(
        self, part: str, failures: int, rest_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start closed.

        Args:
            part: What is called; it names the metric and the error.
            failures: So many in a row open it.
            rest_seconds: So long nobody is let through then.
            clock: Tells the time in seconds; must never go back.
        """
        self._part = part
        self._failures = failures
        self._rest = rest_seconds
        self._clock = clock
        self._failed = 0
        self._opened = 0.0
        self._turn = 0
        self._enter(State.CLOSED)

    @contextmanager
    def watch(self, is_fault: Judge) -> Iterator[None]:
        """Let one call through and learn from how it ends.

        A call that ends with another error than a fault shows that the part answers. One that is cancelled,
        or whose request is over, shows nothing, and neither does one that began before the state changed.

        Args:
            is_fault: Tells whether an error shows that the part is down.

        Raises:
            PartDownError: The call isn't let through.
        """
        turn = self._admit()
        try:
            yield
        except RequestLateError:
            # Slow is not down: the part may have been about to answer.
            self._note_nothing(turn)
            raise
        except Exception as error:
            if is_fault(error):
                self._note_failure(turn)
            else:
                self._note_success(turn)
            raise
        except BaseException:
            self._note_nothing(turn)
            raise
        self._note_success(turn)

    def _admit(self) -> int:
        rested = self._clock() - self._opened
        if self.state is State.OPEN and rested >= self._rest:
            self._enter(State.HALF_OPEN)
        elif self.state is not State.CLOSED:
            # While one is trying, the others come back soon.
            raise PartDownError(self._part, max(self._rest - rested, 0.0))
        return self._turn

    def _note_failure(self, turn: int) -> None:
        if turn != self._turn:
            return
        self._failed += 1
        if self.state is State.HALF_OPEN or self._failed >= self._failures:
            self._opened = self._clock()
            self._enter(State.OPEN)

    def _note_success(self, turn: int) -> None:
        if turn != self._turn:
            return
        self._failed = 0
        if self.state is State.HALF_OPEN:
            self._enter(State.CLOSED)

    def _note_nothing(self, turn: int) -> None:
        if turn == self._turn and self.state is State.HALF_OPEN:
            # It has rested already, so the next call tries.
            self._enter(State.OPEN)

    def _enter(self, state: State) -> None:
        self.state = state
        self._turn += 1
        BREAKER_STATE.labels(self._part).set(state)


class RetryBudget:
    """Tokens for retries: each call pays a share of one in, each retry takes one out."""

    def __init__(self, share: float, reserve: float) -> None:
        """Start full.

        Args:
            share: Of the calls that may be tried again when many fail.
            reserve: Retries that may come at once, and that are there when few calls are made.

        Example:
            >>> budget = RetryBudget(share=0.5, reserve=1)
            >>> budget.take(), budget.take()
            (True, False)
            >>> budget.pay(), budget.pay(), budget.take()
            (None, None, True)
        """
        self._share = share
        self._reserve = reserve
        self._tokens = reserve

    def pay(self) -> None:
        """Note that a call is made."""
        self._tokens = min(self._tokens + self._share, self._reserve)

    def take(self) -> bool:
        """Take a token for a retry, and tell whether there was one."""
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


@dataclass(frozen=True)
class Guard:
    """What stands between the service and one part.

    Attributes:
        part: Its name in metrics and errors.
        seconds: So long an attempt may take.
        is_fault: Tells whether an error shows that the part is down. That `seconds` were over always does;
            that the request's time was over never does.
        breaker: Keeps calls off while it is down.
        budget: Pays for retries.
    """

    part: str
    seconds: float
    is_fault: Judge
    breaker: Breaker
    budget: RetryBudget

    async def call(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """Return what the part answers, asked a second time if it failed at once and the budget allows it.

        Args:
            work: Asks the part; must be harmless if done twice.

        Raises:
            PartError: It is left alone at present, or too late.
            RequestLateError: The request's time is over.
        """
        self.budget.pay()
        began = time.monotonic()
        try:
            return await self.attempt(work)
        except Exception as error:
            if time.monotonic() - began > _AT_ONCE or not self._may_retry(error):
                raise
        await asyncio.sleep(random.uniform(_SHORTEST_WAIT, _LONGEST_WAIT))  # noqa: S311 - not a secret
        return await self.attempt(work)

    async def attempt(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """Return what the part answers, asked once.

        Raises:
            PartError: It is left alone at present, or too late.
            RequestLateError: The request's time is over.
        """
        with self.breaker.watch(self._shows_it_down):
            async with limit_time(self.part, self.seconds):
                return await work()

    def _shows_it_down(self, error: Exception) -> bool:
        return isinstance(error, PartLateError) or self.is_fault(error)

    def _may_retry(self, error: Exception) -> bool:
        if not self.is_fault(error):
            return False
        paid = self.budget.take()
        RETRIES.labels(self.part, "made" if paid else "no_budget").inc()
        return paid


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
