"""The trigger of a pipeline: a Kafka message wakes the pipeline, which then reads for itself what there is.

A message that wakes nobody, or wakes twice, does no harm: positions belong to the index version, and a slow
timetable looks anyway. What must not be is a feedback loop. The stack ships its own logs, so a line that a
run causes could cause the next run. Lines of the stack itself therefore wake once per pattern and a few
minutes; a loop would repeat its pattern, and so ends. Everybody else's lines always wake.
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
from confluent_kafka import Consumer, KafkaError, KafkaException

from processors.knowledge.topics import OWN_DATASET
from processors.knowledge.untrusted import decode_text, read_object
from processors.settings import load_settings
from processors.stores.kafka import explain_refusal, kafka_options

SILENCE_S: Final = 180.0
# Each event leaves rows in Airflow's tables; a run takes longer than this.
_EVENT_INTERVAL_S: Final = 1.0
_PATIENCE_S: Final = 1.0
_AT_ONCE: Final = 10_000
_REMEMBERED: Final = 1000
_VARIABLE: Final = re.compile(r"0x[0-9a-f]+|[0-9]+", re.IGNORECASE)


def should_wake(value: bytes, now: float, woken: OrderedDict[str, float]) -> bool:
    """Tell whether a log record wakes the pipeline, and remember the pattern if it is the stack's own.

    Args:
        value: The Kafka message's value.
        now: Seconds on a clock that only goes forward.
        woken: Pattern to the time it last woke; changed in place, never more than some thousand entries.

    Example:
        >>> own = b'{"event": {"dataset": "runlore.self"}, "message": "took 12 ms"}'
        >>> woken = OrderedDict()
        >>> [should_wake(own, now, woken) for now in (0.0, 10.0, 500.0)]
        [True, False, True]
    """
    pattern = _own_pattern(value)
    if pattern is None:
        return True
    if now - woken.get(pattern, -SILENCE_S) < SILENCE_S:
        return False
    woken[pattern] = now
    woken.move_to_end(pattern)
    if len(woken) > _REMEMBERED:
        woken.popitem(last=False)
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


class KafkaTrigger(BaseEventTrigger):
    """Fires within a second of a message that should wake the pipeline, and once a second at most.

    Airflow's own Kafka triggers take one message at a time and hold it until its event is stored, so behind a
    burst they go on firing for as long as the burst was. This one takes all that waits at once.
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
        """Fire for what should wake the pipeline, for as long as the triggerer runs."""
        consumer = await sync_to_async(_open_consumer)(self.topics, self.kafka_config_id)
        woken: OrderedDict[str, float] = OrderedDict()
        while True:
            values = await asyncio.to_thread(_read_waiting, consumer)
            if any(should_wake(value, time.monotonic(), woken) for value in values):
                yield TriggerEvent("wake")  # type: ignore[no-untyped-call]
                # What comes meanwhile waits in the consumer and fires then, so that none is left unread.
                await asyncio.sleep(_EVENT_INTERVAL_S)
            if values:
                # After the event: a triggerer that is killed before fires once more, rather than not at all.
                consumer.commit(asynchronous=True)


def _open_consumer(topics: list[str], kafka_config_id: str) -> Consumer:
    """Return a consumer with the connection's options; address and login are the settings', as everywhere."""
    options = KafkaConsumerHook.get_connection(kafka_config_id).extra_dejson
    broker = load_settings().kafka
    consumer = Consumer({**options, **kafka_options(broker), "error_cb": _raise_refusal})
    consumer.subscribe(topics)
    return consumer


def _raise_refusal(error: KafkaError) -> None:
    if refused := explain_refusal(error):
        raise KafkaException(refused)


def _read_waiting(consumer: Consumer) -> list[bytes]:
    """Wait for a message, and return it with all that came with it; none after a second."""
    first = consumer.poll(_PATIENCE_S)
    messages = [] if first is None else [first, *consumer.consume(_AT_ONCE, timeout=0)]
    return [message.value() or b"" for message in messages if message.error() is None]
