"""Reads topics from positions on, without joining a consumer group."""

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Final

import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from processors.knowledge.positions import Positions
from processors.knowledge.record import Record
from processors.settings.stores import Kafka
from processors.stores.kafka.connection import open_client
from processors.stores.kafka.limits import STALL_S, TIMEOUT_S
from processors.stores.kafka.messages import read_message

log = structlog.get_logger(__name__)

GROUP: Final = "runlore-rag-pipeline"
"""Nobody joins it: positions are mirrored to it for dashboards."""

# `consume` waits for a full batch until its timeout, even at the end of every partition.
_POLL_S: Final = 0.1


def drain(
    broker: Kafka,
    topics: Iterable[str],
    start: Positions,
    limit: int,
    is_wanted: Callable[[str, int], bool] = lambda *_: True,
) -> tuple[list[Record], Positions, Positions]:
    """Read what is in the topics now, from `start` on, without joining a consumer group.

    Args:
        broker: Address and login of Kafka.
        topics: Topics to read.
        start: Where to begin; a partition that is absent begins at its oldest event.
        limit: Read about this many events at most; the rest is left for the next run.
        is_wanted: Tells by topic and number which partitions are read.

    Returns:
        The records, the positions really begun at, and the positions reached.

    Raises:
        confluent_kafka.KafkaException: The broker is unreachable or a partition can't be read.
        TimeoutError: The broker stopped sending.
    """
    with open_consumer(broker) as consumer:
        begin, high = find_bounds(consumer, topics, start, is_wanted)
        consumer.assign([TopicPartition(t, int(p), o) for t, ps in begin.items() for p, o in ps.items()])
        records: list[Record] = []
        reached: Positions = {topic: dict(partitions) for topic, partitions in begin.items()}
        progress = time.monotonic()
        while len(records) < limit and not _is_at_end(reached, high):
            messages = consumer.consume(num_messages=min(1000, limit - len(records)), timeout=_POLL_S)
            for message in messages:
                _take(message, records, reached)
            progress = time.monotonic() if messages else progress
            if time.monotonic() - progress > STALL_S:
                raise TimeoutError(
                    f"Kafka at {broker.bootstrap} sent nothing for {STALL_S:.0f} s before {high}"
                )
        return records, begin, reached


def read_newest(broker: Kafka, topic: str, limit: int) -> list[Record]:
    """Return about the newest `limit` records of a topic, each partition's share of them.

    Args:
        broker: Address and login of Kafka.
        topic: The topic.
        limit: How many records at most.

    Raises:
        confluent_kafka.KafkaException: The broker is unreachable.
        TimeoutError: The broker stopped sending.
    """
    oldest, newest = find_kept(broker, [topic])
    share = limit // max(len(newest[topic]), 1)
    start = {topic: {p: max(oldest[topic][p], end - share) for p, end in newest[topic].items()}}
    return drain(broker, [topic], start, limit)[0]


def find_kept(broker: Kafka, topics: Iterable[str]) -> tuple[Positions, Positions]:
    """Return the oldest offset that each partition of some topics has, and where it ends now.

    Raises:
        confluent_kafka.KafkaException: The broker is unreachable, or there is no such topic.
    """
    with open_consumer(broker) as consumer:
        return find_bounds(consumer, topics, {})


def find_ends(broker: Kafka, topics: Iterable[str]) -> Positions:
    """Return where each partition of some topics ends now.

    Raises:
        confluent_kafka.KafkaException: The broker is unreachable, or there is no such topic.
    """
    return find_kept(broker, topics)[1]


def open_consumer(broker: Kafka) -> AbstractContextManager[Consumer]:
    """Open a consumer that commits nothing, tells where a partition ends, and never skips silently."""
    options = {
        "group.id": GROUP,
        "enable.auto.commit": False,
        "enable.partition.eof": True,
        "auto.offset.reset": "error",
    }
    return open_client(Consumer, broker, options)


def find_bounds(
    consumer: Consumer,
    topics: Iterable[str],
    start: Positions,
    is_wanted: Callable[[str, int], bool] = lambda *_: True,
) -> tuple[Positions, Positions]:
    """Return where reading begins in each partition, and where it ends now.

    Args:
        consumer: Of the cluster.
        topics: Whose partitions.
        start: Wanted beginnings; one that is absent, or outside of what is kept, is the oldest event.
        is_wanted: Tells by topic and number which partitions are looked at.

    Raises:
        confluent_kafka.KafkaException: The broker is unreachable, or there is no such topic.
    """
    begin: Positions = {}
    high: Positions = {}
    for topic in topics:
        metadata = consumer.list_topics(topic, timeout=TIMEOUT_S).topics[topic]
        if metadata.error is not None:
            raise KafkaException(metadata.error)
        for partition in (number for number in metadata.partitions if is_wanted(topic, number)):
            oldest, newest = consumer.get_watermark_offsets(
                TopicPartition(topic, partition), timeout=TIMEOUT_S
            )
            wanted = start.get(topic, {}).get(str(partition), oldest)
            if not oldest <= wanted <= newest:
                log.warning("position outside the topic", topic=topic, partition=partition, position=wanted,
                            oldest=oldest, newest=newest, resumed_at=oldest)  # fmt: skip
                wanted = oldest
            begin.setdefault(topic, {})[str(partition)] = wanted
            high.setdefault(topic, {})[str(partition)] = newest
    return begin, high


def _is_at_end(reached: Positions, high: Positions) -> bool:
    return all(reached[topic][p] >= newest for topic, ps in high.items() for p, newest in ps.items())


def _take(message: Message, records: list[Record], reached: Positions) -> None:
    """Add a message to the records, and move the position behind it."""
    topic, partition, offset = str(message.topic()), str(message.partition() or 0), int(message.offset() or 0)
    error = message.error()
    if error is None:
        reached[topic][partition] = offset + 1
        records.append(read_message(message))
    elif error.code() == KafkaError._PARTITION_EOF:
        # The end of a partition stands at the high watermark, behind transaction markers that no message
        # ever shows.
        reached[topic][partition] = max(offset, reached[topic][partition])
    else:
        raise KafkaException(error)
