"""Kafka: create topics, drain from positions, produce, and mirror positions for lag dashboards."""

import base64
import json
import re
import sys
import time
from collections.abc import Iterable
from typing import Any, Final

import structlog
from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewPartitions, NewTopic

from processors.knowledge import topics
from processors.knowledge.positions import Positions
from processors.knowledge.record import DeadLetter, Record
from processors.knowledge.redaction.masking import mask_named, mask_secrets
from processors.knowledge.times import AHEAD, EARLIEST
from processors.knowledge.untrusted import clean_text, decode_text
from processors.settings import load_settings

log = structlog.get_logger(__name__)

GROUP: Final = "runlore-rag-pipeline"
_ORIGIN: Final = re.compile(r"(?P<topic>.+)/(?P<partition>\d+)/(?P<offset>\d+)")
_TIMEOUT_S: Final = 20.0
_TRANSACTION_MS: Final = 30_000
# What a collector left open when it was killed holds readers up until its transaction times out.
_STALL_S: Final = _TRANSACTION_MS / 1000 + 15
# `consume` waits for a full batch until its timeout, even at the end of every partition.
_POLL_S: Final = 0.1


def create_topics(bootstrap: str, partitions: int = 2, replication: int = 1) -> list[str]:
    """Create the topics that are missing, each partition on so many brokers, and return their names."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    present = admin.list_topics(timeout=_TIMEOUT_S).topics
    missing = [topic for topic in topics.ALL if topic not in present]
    wanted = [_describe_topic(topic, partitions, replication) for topic in missing]
    for future in admin.create_topics(wanted).values() if wanted else ():
        try:
            future.result(timeout=_TIMEOUT_S)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise
    return missing


def add_partitions(bootstrap: str, topic: str, count: int) -> None:
    """Give a topic more partitions, while events flow.

    A key's records may then lie in two partitions; writes of what they tell are ordered by the broker's time.

    Args:
        bootstrap: Kafka's bootstrap servers.
        topic: An existing topic.
        count: How many partitions it has afterwards; fewer than now is an error.

    Raises:
        confluent_kafka.KafkaException: The broker refused.
    """
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for future in admin.create_partitions([NewPartitions(topic, count)]).values():
        future.result(timeout=_TIMEOUT_S)


def _describe_topic(topic: str, partitions: int, replication: int) -> NewTopic:
    if topic == topics.COLLECTED:
        # It is read from its beginning every time, and only closed segments are compacted.
        compact = {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.1"}
        segments = {"segment.bytes": "16777216", "segment.ms": "600000"}
        return NewTopic(topic, 1, replication, config={**compact, **segments})
    # Time slices are told by when the broker got an event: senders' clocks can't be trusted with that.
    return NewTopic(topic, partitions, replication, config={"message.timestamp.type": "LogAppendTime"})


def drain(
    bootstrap: str, topics: Iterable[str], start: Positions, limit: int
) -> tuple[list[Record], Positions, Positions]:
    """Read what is in the topics now, from `start` on, without joining a consumer group.

    Args:
        bootstrap: Kafka's bootstrap servers.
        topics: Topics to read; all of their partitions are read.
        start: Where to begin; a partition that is absent begins at its oldest event.
        limit: Read about this many events at most; the rest is left for the next run.

    Returns:
        The records, the positions really begun at, and the positions reached.

    Raises:
        confluent_kafka.KafkaException: The broker is unreachable or a partition can't be read.
        TimeoutError: The broker stopped sending.
    """
    consumer = _open_consumer(bootstrap)
    try:
        begin, high = _find_bounds(consumer, topics, start)
        consumer.assign([TopicPartition(t, int(p), o) for t, ps in begin.items() for p, o in ps.items()])
        records: list[Record] = []
        reached: Positions = {topic: dict(partitions) for topic, partitions in begin.items()}
        progress = time.monotonic()
        while len(records) < limit and not _is_at_end(reached, high):
            messages = consumer.consume(num_messages=min(1000, limit - len(records)), timeout=_POLL_S)
            for message in messages:
                _take(message, records, reached)
            progress = time.monotonic() if messages else progress
            if time.monotonic() - progress > _STALL_S:
                raise TimeoutError(f"Kafka at {bootstrap} sent nothing for {_STALL_S:.0f} s before {high}")
        return records, begin, reached
    finally:
        consumer.close()


def read_newest(bootstrap: str, topic: str, limit: int) -> list[Record]:
    """Return about the newest `limit` records of a topic, each partition's share of them.

    Raises:
        confluent_kafka.KafkaException: The broker is unreachable.
        TimeoutError: The broker stopped sending.
    """
    consumer = _open_consumer(bootstrap)
    try:
        oldest, newest = _find_bounds(consumer, [topic], {})
    finally:
        consumer.close()
    share = limit // max(len(newest[topic]), 1)
    start = {topic: {p: max(oldest[topic][p], end - share) for p, end in newest[topic].items()}}
    return drain(bootstrap, [topic], start, limit)[0]


def _open_consumer(bootstrap: str) -> Consumer:
    return Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": GROUP,
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
        }
    )


def _find_bounds(consumer: Consumer, topics: Iterable[str], start: Positions) -> tuple[Positions, Positions]:
    begin: Positions = {}
    high: Positions = {}
    for topic in topics:
        metadata = consumer.list_topics(topic, timeout=_TIMEOUT_S).topics[topic]
        if metadata.error is not None:
            raise KafkaException(metadata.error)
        for partition in metadata.partitions:
            oldest, newest = consumer.get_watermark_offsets(
                TopicPartition(topic, partition), timeout=_TIMEOUT_S
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
    topic, partition, offset = str(message.topic()), int(message.partition() or 0), int(message.offset() or 0)
    error = message.error()
    if error is not None and error.code() != KafkaError._PARTITION_EOF:
        raise KafkaException(error)
    if error is not None:
        # An end-of-partition event stands at the high watermark, behind transaction markers that no
        # message ever shows.
        reached[topic][str(partition)] = max(offset, reached[topic][str(partition)])
        return
    reached[topic][str(partition)] = offset + 1
    records.append(
        Record(
            topic=topic,
            partition=partition,
            offset=offset,
            timestamp_ms=_read_time_ms(message),
            key=_decode(message.key()) or "",
            headers=_decode_headers(message),
            value=_decode(message.value()),
        )
    )


def _decode_headers(message: Message) -> dict[str, str]:
    headers: list[tuple[str, bytes | str | None]] = list(message.headers() or [])  # type: ignore[arg-type]
    return {clean_text(name): _decode(value) or "" for name, value in headers}


def _decode(data: bytes | str | None) -> str | None:
    if data is None:
        return None
    return clean_text(data) if isinstance(data, str) else decode_text(data)


def _read_time_ms(message: Message) -> int:
    """The time of a message; where it is the sender's, and can't be true, the time at which it is read."""
    now_ms = time.time_ns() // 1_000_000
    stated: int = message.timestamp()[1]
    earliest, latest = EARLIEST.timestamp() * 1000, now_ms + AHEAD.total_seconds() * 1000
    return stated if earliest <= stated <= latest else now_ms


def produce(bootstrap: str, topic: str, messages: Iterable[tuple[str, bytes, dict[str, str]]]) -> int:
    """Send `(key, value, headers)` messages and wait until the broker holds all of them.

    Raises:
        RuntimeError: Some message was not acknowledged.
    """
    failures: list[str] = []
    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all", "enable.idempotence": True})
    count = 0
    for key, value, headers in messages:
        producer.produce(
            topic, value=value, key=key, headers=list(headers.items()),
            on_delivery=lambda error, _: failures.append(str(error)) if error else None,
        )  # fmt: skip
        producer.poll(0)
        count += 1
    unsent = producer.flush(_TIMEOUT_S)
    if failures or unsent:
        raise RuntimeError(f"{topic}: {unsent} of {count} messages unsent, errors: {failures[:3]}")
    return count


def send_collected(
    bootstrap: str,
    collector: str,
    topic: str,
    messages: Iterable[tuple[str, bytes, dict[str, str]]],
    position: dict[str, Any],
) -> int:
    """Send what a collector read together with its new position, in one transaction: both or neither.

    Args:
        bootstrap: Kafka's bootstrap servers.
        collector: Names the position, and fences off a forgotten run of the same collector.
        topic: Where the messages go.
        messages: `(key, value, headers)` each.
        position: Up to where the source was read, in the source's own terms.

    Returns:
        How many messages were sent.

    Raises:
        confluent_kafka.KafkaException: Nothing was sent; the next run reads the same again.
    """
    options = {
        "bootstrap.servers": bootstrap,
        "transactional.id": f"runlore-collect-{collector}",
        "transaction.timeout.ms": _TRANSACTION_MS,
        # Answers of APIs say the same words over and over.
        "compression.type": "gzip",
    }
    producer = Producer(options)
    producer.init_transactions(_TIMEOUT_S)
    producer.begin_transaction()
    count = 0
    for key, value, headers in messages:
        producer.produce(topic, value=value, key=key, headers=list(headers.items()))
        producer.poll(0)
        count += 1
    producer.produce(topics.COLLECTED, value=json.dumps(position).encode(), key=collector)
    producer.commit_transaction(_TIMEOUT_S)
    return count


def read_collected(bootstrap: str, collector: str) -> dict[str, Any] | None:
    """Return the position that a collector sent last, or None before its first time or after an empty one."""
    records, _, _ = drain(bootstrap, [topics.COLLECTED], {}, sys.maxsize)
    positions = [record["value"] for record in records if record["key"] == collector]
    # An empty value, which Kafka's compaction takes for a deletion, makes the collector begin anew.
    return json.loads(positions[-1]) if positions and positions[-1] else None


def send_dead_letters(
    bootstrap: str, letters: list[DeadLetter], since: Positions, reached: Positions
) -> Positions:
    """Copy the messages that could not be processed to the dead-letter topic, each once, secrets masked.

    A task that was killed after it had sent letters sends them again when it is tried again, and so does a
    version that was rolled back and catches up, in as many batches as that takes. The key names the origin,
    and a letter that the topic holds already is not sent a second time.

    Args:
        bootstrap: Kafka's bootstrap servers.
        letters: What to send.
        since: From where on the dead-letter topic may hold letters of events that the version hasn't read.
        reached: The positions that the version will have after this batch.

    Returns:
        The same place for those positions; `since`, which is not too late, when there was nothing to send.
    """
    if not letters:
        return since
    held, _, _ = drain(bootstrap, [topics.DEAD_LETTER], since, sys.maxsize)
    keys = {record["key"] for record in held}
    consumer = _open_consumer(bootstrap)
    try:
        copies = [_copy_letter(consumer, letter) for letter in letters if _name_origin(letter) not in keys]
        produce(bootstrap, topics.DEAD_LETTER, copies)
        _, ends = _find_bounds(consumer, [topics.DEAD_LETTER], {})
        return find_letters_ahead(held, reached, ends)
    finally:
        consumer.close()


def find_letters_ahead(held: list[Record], reached: Positions, ends: Positions) -> Positions:
    """Return where in the dead-letter topic the first letter stands whose event lies at or behind a position.

    Args:
        held: Dead letters, in the order of their offsets in each partition.
        reached: Positions of the topics that the events came from.
        ends: The dead-letter topic's ends, which stand for "there is none".

    Example:
        >>> letter = {"topic": topics.DEAD_LETTER, "partition": 0, "offset": 3, "key": "runlore.logs/1/70"}
        >>> find_letters_ahead([letter], {"runlore.logs": {"1": 70}}, {topics.DEAD_LETTER: {"0": 9}})
        {'runlore.dead-letter': {'0': 3}}
        >>> find_letters_ahead([letter], {"runlore.logs": {"1": 71}}, {topics.DEAD_LETTER: {"0": 9}})
        {'runlore.dead-letter': {'0': 9}}
    """
    ahead = dict(ends[topics.DEAD_LETTER])
    for record in held:
        origin = _ORIGIN.fullmatch(record["key"])
        if origin is None or origin["topic"] not in reached:
            continue
        if int(origin["offset"]) >= reached[origin["topic"]].get(origin["partition"], 0):
            partition = str(record["partition"])
            ahead[partition] = min(ahead[partition], record["offset"])
    return {topics.DEAD_LETTER: ahead}


def _name_origin(letter: DeadLetter) -> str:
    return f"{letter['topic']}/{letter['partition']}/{letter['offset']}"


def _copy_letter(consumer: Consumer, letter: DeadLetter) -> tuple[str, bytes, dict[str, str]]:
    place = TopicPartition(letter["topic"], letter["partition"], letter["offset"])
    found = []
    if place.offset >= 0:
        consumer.assign([place])
        message = consumer.poll(_TIMEOUT_S)
        found = [message] if message is not None and message.error() is None else []
    body = {**letter, "error": mask_secrets(letter["error"]), "original": "", "original_found": bool(found)}
    if found:
        headers = {name: mask_named(name, value) for name, value in _decode_headers(found[0]).items()}
        body |= {"key": mask_secrets(_decode(found[0].key()) or ""), "headers": headers}
        body["original"] = base64.b64encode(mask_bytes(found[0].value() or b"")).decode()
    return _name_origin(letter), json.dumps(body).encode(), {}


def mask_bytes(data: bytes) -> bytes:
    """Return bytes with the secrets in them masked.

    Bytes that are no UTF-8 are read with escapes for the odd ones. Only if a secret is found among them does
    that reading take their place; otherwise they stay byte for byte as they are.
    """
    text = data.decode(errors="backslashreplace")
    masked = mask_secrets(text)
    return data if masked == text else masked.encode()


def mirror_positions(bootstrap: str, positions: Positions) -> None:
    """Commit positions for the group that lag dashboards watch; nothing ever reads them back."""
    places = [TopicPartition(t, int(p), o) for t, ps in positions.items() for p, o in ps.items()]
    admin = AdminClient({"bootstrap.servers": bootstrap})
    request = [ConsumerGroupTopicPartitions(GROUP, places)]
    for future in admin.alter_consumer_group_offsets(request).values():
        future.result(timeout=_TIMEOUT_S)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["create-topics"]:
            settings = load_settings()
            created = create_topics(settings.kafka_bootstrap, replication=settings.kafka_replication)
            sys.stdout.write(f"created: {created}\n")
        case ["add-partitions", topic, count] if count.isdecimal():
            add_partitions(load_settings().kafka_bootstrap, topic, int(count))
            sys.stdout.write(f"{topic} has {count} partitions\n")
        case _:
            sys.exit("usage: python -m processors.stores.kafka create-topics | add-partitions TOPIC COUNT")
