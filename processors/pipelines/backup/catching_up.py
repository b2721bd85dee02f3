"""What Kafka can give to restored versions, and what it can't any more."""

from confluent_kafka import KafkaException
from opensearchpy import OpenSearch

from processors.knowledge import topics
from processors.knowledge.actions.audit import AuditError
from processors.knowledge.positions import Positions
from processors.pipelines.backup.record import BackupRecord
from processors.settings import Settings
from processors.stores import kafka
from processors.stores.actions.audit_topic import fetch_records


def look_into_kafka(client: OpenSearch, settings: Settings, record: BackupRecord) -> list[str]:
    """Complete the record of actions, and return what a person should know of the catch-up.

    The versions are restored by then, so nothing of this fails it.

    Args:
        client: OpenSearch.
        settings: Name Kafka.
        record: Of the back-up that was restored.
    """
    try:
        return [*_complete_audit(client, settings), *_remark_on_positions(settings, record)]
    except (KafkaException, TimeoutError) as error:
        return [f"Kafka can't be asked what it still has: {error}"]


def _complete_audit(client: OpenSearch, settings: Settings) -> list[str]:
    """Bring records of actions back that came after the back-up; a copy that can't be believed stays away."""
    try:
        fetched = fetch_records(client, settings.kafka)
    except AuditError as error:
        return [f"the record of actions was not completed from Kafka: {error}"]
    return [f"{fetched} records of actions came from Kafka"] if fetched else []


def _remark_on_positions(settings: Settings, record: BackupRecord) -> list[str]:
    """Say which events Kafka can't give to the catch-up."""
    live = record.live.get("rag")
    held: Positions = record.versions[live].meta.get("positions", {}) if live else {}
    oldest, newest = kafka.find_kept(settings.kafka, topics.READ)
    return [remark for topic in held for remark in describe_gaps(topic, held[topic], oldest, newest)]


def describe_gaps(topic: str, held: dict[str, int], oldest: Positions, newest: Positions) -> list[str]:
    """Say of each partition whether events behind a version's positions are gone.

    Args:
        topic: Of the partitions.
        held: Partition to the next offset that the version wants.
        oldest: Oldest offsets that Kafka has.
        newest: The offsets behind the newest.

    Example:
        >>> describe_gaps("t", {"0": 5}, {"t": {"0": 9}}, {"t": {"0": 20}})
        ['t/0: 4 events are gone from Kafka; a rebuild from history finds them in staging']
        >>> describe_gaps("t", {"0": 5}, {"t": {"0": 0}}, {"t": {"0": 20}})
        []
    """
    remarks = []
    for partition, wanted in held.items():
        begin, end = (bounds.get(topic, {}).get(partition, 0) for bounds in (oldest, newest))
        if wanted < begin:
            remarks.append(
                f"{topic}/{partition}: {begin - wanted} events are gone from Kafka; a rebuild from history "
                "finds them in staging"
            )
        if wanted > end:
            remarks.append(
                f"{topic}/{partition}: Kafka ends at {end}, before position {wanted}, so the topic was made "
                "anew: rebuild the rag version from history, for its offsets mean other events now"
            )
    return remarks
