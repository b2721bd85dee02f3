"""Sends messages and waits until the broker holds all of them."""

from collections.abc import Iterable

from confluent_kafka import Producer

from processors.settings.stores import Kafka
from processors.stores.kafka.connection import open_client
from processors.stores.kafka.limits import TIMEOUT_S

Message = tuple[str, bytes, dict[str, str]]
"""Key, value and headers."""


def produce(broker: Kafka, topic: str, messages: Iterable[Message]) -> int:
    """Send messages, wait until the broker holds all of them, and return how many they were.

    Args:
        broker: Address and login of Kafka.
        topic: Where they go.
        messages: In this order.

    Raises:
        RuntimeError: Some message was not acknowledged.
        confluent_kafka.KafkaException: Kafka takes neither login nor certificate.
    """
    failures: list[str] = []
    count = 0
    with open_client(Producer, broker, {"acks": "all", "enable.idempotence": True}) as producer:
        for key, value, headers in messages:
            producer.produce(
                topic, value=value, key=key, headers=list(headers.items()),
                on_delivery=lambda error, _: failures.append(str(error)) if error else None,
            )  # fmt: skip
            producer.poll(0)
            count += 1
        unsent = producer.flush(TIMEOUT_S)
        if failures or unsent:
            raise RuntimeError(f"{topic}: {unsent} of {count} messages unsent, errors: {failures[:3]}")
    return count
