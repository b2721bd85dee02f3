"""How many records wait behind a position, and since when."""

import time
from collections.abc import Iterable
from typing import Final, NamedTuple

from confluent_kafka import Consumer, TopicPartition

from processors.knowledge.positions import Positions
from processors.settings.stores import Kafka
from processors.stores.kafka.consumer import find_bounds, open_consumer
from processors.stores.kafka.messages import read_message

_PATIENCE_S: Final = 3.0
_POLL_S: Final = 0.2


class Waiting(NamedTuple):
    """What of a topic lies behind a position.

    Attributes:
        records: How many; markers of transactions count with the records that they end.
        oldest_ms: Time of the oldest of them, None if there is none.
    """

    records: int
    oldest_ms: int | None


def find_waiting(broker: Kafka, topics: Iterable[str], positions: Positions) -> dict[str, Waiting]:
    """Return what of each topic lies behind these positions.

    Args:
        broker: Address and login of Kafka.
        topics: All of their partitions.
        positions: Next offset to read; a partition that is absent waits as a whole.

    Raises:
        confluent_kafka.KafkaException: The broker is unreachable, or there is no such topic.
    """
    with open_consumer(broker) as consumer:
        begin, ends = find_bounds(consumer, topics, positions)
        behind = {
            (topic, partition): ends[topic][partition] - offset
            for topic, partitions in begin.items()
            for partition, offset in partitions.items()
        }
        first = [TopicPartition(t, int(p), begin[t][p]) for (t, p), count in behind.items() if count]
        times = _read_times(consumer, first)
    return {
        topic: Waiting(sum(count for (t, _), count in behind.items() if t == topic), times.get(topic))
        for topic in begin
    }


def _read_times(consumer: Consumer, first: list[TopicPartition]) -> dict[str, int]:
    """Return the earliest time of the first records of some partitions, by topic."""
    times: dict[str, int] = {}
    missing = {(place.topic, place.partition) for place in first}
    deadline = time.monotonic() + _PATIENCE_S
    consumer.assign(first)
    while missing and time.monotonic() < deadline:
        message = consumer.poll(_POLL_S)
        if message is None or (place := (str(message.topic()), int(message.partition() or 0))) not in missing:
            continue
        missing.discard(place)
        consumer.incremental_unassign([TopicPartition(*place)])
        if message.error() is None:
            stated = read_message(message)["timestamp_ms"]
            times[place[0]] = min(stated, times.get(place[0], stated))
    return times
