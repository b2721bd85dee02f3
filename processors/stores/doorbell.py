"""The doorbell of a pipeline: a Kafka message wakes the pipeline, which then reads for itself what there is.

A ring may be lost or doubled, which does no harm: positions belong to the index version, and a slow timetable
looks anyway. What the bell must not do is ring for ever. The stack ships its own logs, so a line that a run
causes could cause the next run. Lines of the stack itself therefore ring once per pattern and a few minutes;
a loop would repeat its pattern, and so comes to rest. Everybody else's lines always ring.
"""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Any, Final

from airflow.providers.apache.kafka.hooks.consume import KafkaConsumerHook
from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from asgiref.sync import sync_to_async
from confluent_kafka import Consumer

from processors.knowledge.untrusted import decode_text, read_object

OWN_DATASET: Final = "runlore.self"
SILENCE_S: Final = 180.0
# Each ring leaves rows in Airflow's tables; a run takes longer than this.
_RING_INTERVAL_S: Final = 1.0
_PATIENCE_S: Final = 1.0
_AT_ONCE: Final = 10_000
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
        body = read_object(decode_text(value))
        if body["event"]["dataset"] != OWN_DATASET:
            return None
        return _VARIABLE.sub("#", body["message"])
    except (ValueError, LookupError, TypeError):
        return None


class DoorbellTrigger(BaseEventTrigger):
    """Fires within a second of a message that deserves a ring, and once a second at most.

    Airflow's own Kafka triggers take one message at a time and hold it until its event is stored, so behind a
    burst they go on firing for as long as the burst was. A bell takes all that waits at once.
    """

    def __init__(self, topics: list[str], kafka_config_id: str) -> None:
        """Watch topics through the named Airflow connection, whose consumer group is this trigger's alone."""
        super().__init__()  # type: ignore[no-untyped-call]
        self.topics = topics
        self.kafka_config_id = kafka_config_id

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Name class and arguments, so that the triggerer makes it again."""
        arguments = {"topics": self.topics, "kafka_config_id": self.kafka_config_id}
        return f"{__name__}.{type(self).__qualname__}", arguments

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Ring for what deserves it, for as long as the triggerer runs."""
        consumer = await sync_to_async(KafkaConsumerHook(self.topics, self.kafka_config_id).get_consumer)()
        rung: OrderedDict[str, float] = OrderedDict()
        while True:
            values = await asyncio.to_thread(_read_waiting, consumer)
            if any(deserves_ring(value, time.monotonic(), rung) for value in values):
                yield TriggerEvent("ring")  # type: ignore[no-untyped-call]
                # What comes meanwhile waits in the consumer and rings then, so that none is left unread.
                await asyncio.sleep(_RING_INTERVAL_S)
            if values:
                # After the ring: a triggerer that is killed before rings once more, rather than not at all.
                consumer.commit(asynchronous=True)


def _read_waiting(consumer: Consumer) -> list[bytes]:
    """Wait for a message, and return it with all that came with it; none after a second."""
    first = consumer.poll(_PATIENCE_S)
    messages = [] if first is None else [first, *consumer.consume(_AT_ONCE, timeout=0)]
    return [message.value() or b"" for message in messages if message.error() is None]
