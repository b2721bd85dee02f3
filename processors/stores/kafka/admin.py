"""Topics and their partitions, and positions mirrored for dashboards of lag."""

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewPartitions, NewTopic

from processors.knowledge import topics
from processors.knowledge.positions import Positions
from processors.settings.stores import Kafka
from processors.stores.kafka.connection import open_client
from processors.stores.kafka.consumer import GROUP
from processors.stores.kafka.limits import TIMEOUT_S


def create_topics(broker: Kafka, partitions: int = 2, replication: int = 1) -> list[str]:
    """Create the topics that are missing, and return their names.

    Args:
        broker: Address and login of Kafka.
        partitions: How many each has, but for the compacted one and the audit, which have one.
        replication: On how many brokers each partition is kept.

    Raises:
        confluent_kafka.KafkaException: The broker is unreachable or refuses.
    """
    with open_client(AdminClient, broker) as admin:
        present = admin.list_topics(timeout=TIMEOUT_S).topics
        missing = [topic for topic in topics.ALL if topic not in present]
        wanted = [_describe_topic(topic, partitions, replication) for topic in missing]
        for future in admin.create_topics(wanted).values() if wanted else ():
            try:
                future.result(timeout=TIMEOUT_S)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise
    return missing


def add_partitions(broker: Kafka, topic: str, count: int) -> None:
    """Give a topic more partitions, while events flow.

    A key's records may then lie in two partitions; writes of what they tell are ordered by the broker's time.

    Args:
        broker: Address and login of Kafka.
        topic: An existing topic.
        count: How many partitions it has afterwards; fewer than now is an error.

    Raises:
        confluent_kafka.KafkaException: The broker refused.
    """
    with open_client(AdminClient, broker) as admin:
        for future in admin.create_partitions([NewPartitions(topic, count)]).values():
            future.result(timeout=TIMEOUT_S)


def _describe_topic(topic: str, partitions: int, replication: int) -> NewTopic:
    if topic == topics.COLLECTED:
        # It is read from its beginning every time, and only closed segments are compacted.
        compact = {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.1"}
        segments = {"segment.bytes": "16777216", "segment.ms": "600000"}
        return NewTopic(topic, 1, replication, config={**compact, **segments})
    if topic == topics.AUDIT:
        kept = {"retention.ms": "-1", "retention.bytes": "-1", "message.timestamp.type": "LogAppendTime"}
        return NewTopic(topic, 1, replication, config=kept)
    # Time slices are told by when the broker got an event: senders' clocks can't be trusted with that.
    return NewTopic(topic, partitions, replication, config={"message.timestamp.type": "LogAppendTime"})


def mirror_positions(broker: Kafka, positions: Positions) -> None:
    """Commit positions for the group that lag dashboards watch; nothing ever reads them back."""
    places = [TopicPartition(t, int(p), o) for t, ps in positions.items() for p, o in ps.items()]
    request = [ConsumerGroupTopicPartitions(GROUP, places)]
    with open_client(AdminClient, broker) as admin:
        for future in admin.alter_consumer_group_offsets(request).values():
            future.result(timeout=TIMEOUT_S)
