"""Leaves alone what is down: after some failures in a row nobody waits for the part any more.

Now and then one call goes through to see if it is back. The pattern is Nygard's. The state changes between
two awaits only, so tasks of one event loop need no lock.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import TypeAlias

from serving.context.metrics import BREAKER_STATE
from serving.faults import PartDownError, RequestLateError

Judge: TypeAlias = Callable[[Exception], bool]
"""Tells whether an error shows that a part is down."""


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
