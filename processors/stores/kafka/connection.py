"""How Kafka is reached: the options that every client of it begins with."""

from typing import Any

from processors.settings.stores import Kafka


def kafka_options(broker: Kafka) -> dict[str, Any]:
    """Return librdkafka's options of a connection, for a producer, a consumer or an admin client."""
    return {"bootstrap.servers": broker.bootstrap}
