"""What stands between the service and a part that it needs: a time limit, a breaker, retries within a budget.

The budget is Finagle's: each call pays a share of a token in, each retry takes a whole one, so that retries
never multiply the load on a part that has trouble. The second attempt is written out: through tenacity, which
has no budget either, each call that succeeds would cost 70 µs.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from serving.clients.breaker import Breaker, Judge
from serving.context.deadlines import limit_time
from serving.context.metrics import RETRIES
from serving.faults import PartLateError

Result = TypeVar("Result")

# Seconds between two attempts; spread, so that those who failed together don't come back together.
_SHORTEST_WAIT: Final = 0.01
_LONGEST_WAIT: Final = 0.1
# Whoever waited longer than this in vain doesn't wait a second time.
_AT_ONCE: Final = 0.5


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
