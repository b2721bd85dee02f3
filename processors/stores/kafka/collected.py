"""Positions of collectors: how far each has read its source, sent together with what it read there."""

import json
import sys
from collections.abc import Iterable
from typing import Any

from confluent_kafka import Producer

from processors.knowledge import topics
from processors.settings.stores import Kafka
from processors.stores.kafka.connection import open_client
from processors.stores.kafka.consumer import drain
from processors.stores.kafka.limits import TIMEOUT_S, TRANSACTION_MS
from processors.stores.kafka.producer import Message


def send_collected(
    broker: Kafka,
    collector: str,
    topic: str,
    messages: Iterable[Message],
    position: dict[str, Any],
) -> int:
    """Send what a collector read together with its new position, in one transaction: both or neither.

    Args:
        broker: Address and login of Kafka.
        collector: Names the position, and fences off a forgotten run of the same collector.
        topic: Where the messages go.
        messages: In this order.
        position: Up to where the source was read, in the source's own terms.

    Returns:
        How many messages were sent.

    Raises:
        confluent_kafka.KafkaException: Nothing was sent; the next run reads the same again.
    """
    options = {
        "transactional.id": f"runlore-collect-{collector}",
        "transaction.timeout.ms": TRANSACTION_MS,
        # Answers of APIs say the same words over and over.
        "compression.type": "gzip",
    }
    count = 0
    with open_client(Producer, broker, options) as producer:
        producer.init_transactions(TIMEOUT_S)
        producer.begin_transaction()
        for key, value, headers in messages:
            producer.produce(topic, value=value, key=key, headers=list(headers.items()))
            producer.poll(0)
            count += 1
        producer.produce(topics.COLLECTED, value=json.dumps(position).encode(), key=collector)
        producer.commit_transaction(TIMEOUT_S)
    return count


def read_collected(broker: Kafka, collector: str) -> dict[str, Any] | None:
    """Return the position that a collector sent last, or None before its first time or after an empty one."""
    records, _, _ = drain(broker, [topics.COLLECTED], {}, sys.maxsize)
    positions = [record["value"] for record in records if record["key"] == collector]
    # An empty value, which Kafka's compaction takes for a deletion, makes the collector begin anew.
    return json.loads(positions[-1]) if positions and positions[-1] else None
