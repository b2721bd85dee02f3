"""The doorbell of `rag_pipeline`: a Kafka message wakes the pipeline, which then drains the topics itself.

A ring may be lost or doubled, which does no harm: positions belong to the index version, and a slow timetable
looks anyway. What the bell must not do is ring for ever. The stack ships its own logs, so a line that a run
causes could cause the next run. Lines of the stack itself therefore ring once per pattern and a few minutes;
a loop would repeat its pattern, and so comes to rest. Everybody else's lines always ring.
"""

import asyncio
import json
import math
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Any, Final

from airflow.providers.apache.kafka.triggers.shared_stream import KafkaSharedStreamTrigger
from airflow.triggers.base import TriggerEvent

OWN_DATASET: Final = "runlore.self"
SILENCE_S: Final = 180.0
# Each ring leaves rows in Airflow's tables; a run takes longer than this.
_RING_INTERVAL_S: Final = 1.0
_REMEMBERED: Final = 1000
_VARIABLE: Final = re.compile(r"0x[0-9a-f]+|[0-9]+", re.IGNORECASE)


def deserves_ring(value: bytes, now: float, rung: OrderedDict[str, float]) -> bool:
    """Tell whether a log record wakes the pipeline, and remember the pattern if it is the stack's own.

    Args:
        value: The Kafka message's value.
        now: Seconds on a clock that only goes forward.
        rung: Pattern to the time it last rang; changed in place, never more than some thousand entries.

    Example:
        >>> own = b'{"event": {"dataset": "runlore.self"}, "message": "took 12 ms"}'
        >>> rung = OrderedDict()
        >>> [deserves_ring(own, now, rung) for now in (0.0, 10.0, 500.0)]
        [True, False, True]
    """
    pattern = _own_pattern(value)
    if pattern is None:
        return True
    if now - rung.get(pattern, -SILENCE_S) < SILENCE_S:
        return False
    rung[pattern] = now
    rung.move_to_end(pattern)
    if len(rung) > _REMEMBERED:
        rung.popitem(last=False)
    return True


def _own_pattern(value: bytes) -> str | None:
    """The pattern of a line of the stack itself, or None for anything else, readable or not."""
    try:
        body = json.loads(value)
        if body["event"]["dataset"] != OWN_DATASET:
            return None
        return _VARIABLE.sub("#", body["message"])
    except (ValueError, LookupError, TypeError):
        return None


class DoorbellTrigger(KafkaSharedStreamTrigger):
    """Fires within a second of a message that deserves a ring, and once a second at most."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Name this class, so that the triggerer makes it again."""
        _, arguments = super().serialize()
        return f"{__name__}.{type(self).__qualname__}", arguments

    async def filter_shared_stream(self, shared_stream: AsyncIterator[Any]) -> AsyncIterator[TriggerEvent]:
        """Fire for messages that ring; a burst shares a ring at its end too, so that none is left unread."""
        messages = aiter(shared_stream)
        waiting = asyncio.ensure_future(anext(messages, None))
        rung: OrderedDict[str, float] = OrderedDict()
        last, due = -_RING_INTERVAL_S, math.inf
        try:
            while True:
                timeout = None if due == math.inf else max(0.0, due - time.monotonic())
                await asyncio.wait({waiting}, timeout=timeout)
                now = time.monotonic()
                if waiting.done():
                    value = waiting.result()
                    waiting = asyncio.ensure_future(anext(messages, None))
                    if deserves_ring(value or b"", now, rung):
                        due = min(due, max(now, last + _RING_INTERVAL_S))
                if now >= due:
                    last, due = now, math.inf
                    yield TriggerEvent("ring")  # type: ignore[no-untyped-call]
        finally:
            waiting.cancel()
