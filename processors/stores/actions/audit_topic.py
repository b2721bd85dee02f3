"""The audit's second copy, in Kafka: everything behind its last record is sent, once."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

import structlog
from confluent_kafka import KafkaError, KafkaException, Producer
from pydantic import ValidationError
from tenacity import retry, retry_if_exception, stop_after_attempt, wait_fixed

from processors.knowledge import topics
from processors.knowledge.actions.audit import BEGIN, AuditError, Record, hash_record, verify_records
from processors.settings.stores import Kafka
from processors.stores.actions.audit import INDEX, Last, find_last, read_kept
from processors.stores.kafka import drain, open_client, read_newest
from processors.stores.kafka.limits import TIMEOUT_S, TRANSACTION_MS

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

log = structlog.get_logger(__name__)

# A transaction leaves a mark behind its messages, which no reader is shown: the last record stands a little
# before the end.
_NEAR_THE_END: Final = 1_000


def publish_records(client: OpenSearch, broker: Kafka, index: str = INDEX, topic: str = topics.AUDIT) -> Last:
    """Send every record that the topic doesn't hold yet, and return the last one that is kept.

    What a crash kept from the topic is sent by whoever comes next. Two who send at once can't double a
    record: the second one fences the first one off, and then sends what that one would have sent.

    Args:
        client: OpenSearch.
        broker: Address and login of Kafka.
        index: Of the records.
        topic: Of one partition.

    Raises:
        AuditError: OpenSearch's copy isn't as it was written; nothing of it was sent.
        confluent_kafka.KafkaException: Nothing was sent, or nobody knows; the next call settles it.
    """
    sent = _find_last_sent(broker, topic)
    # Read behind that one, so it can't be shorter unless somebody cut it off.
    kept = find_last(client, index)
    if kept.seq < sent.seq:
        raise AuditError(f"{sent.seq - kept.seq} records were cut off behind record {kept.seq}")
    if kept.seq > sent.seq:
        try:
            _send_new(client, broker, index, topic)
        except KafkaException as error:
            if error.args[0].code() not in _FENCED:
                raise
            log.info("another task sends the audit", topic=topic, code=error.args[0].name())
    return kept


def fetch_records(client: OpenSearch, broker: Kafka, index: str = INDEX, topic: str = topics.AUDIT) -> int:
    """Write the records that only the topic holds into OpenSearch, and return how many they were.

    An index that was restored ends where its back-up did, while the topic goes on.

    Args:
        client: OpenSearch.
        broker: Address and login of Kafka.
        index: Of the records.
        topic: Of one partition.

    Raises:
        AuditError: The topic isn't as it was written, or doesn't follow what OpenSearch keeps; nothing of it
            was written.
    """
    sent = read_sent(broker, topic)
    hashes = verify_records(sent)
    kept = find_last(client, index)
    if 0 < kept.seq <= len(hashes) and hashes[kept.seq - 1] != kept.hash:
        raise AuditError(f"record {kept.seq} isn't the same in both copies: one of them was written anew")
    missing = sent[kept.seq :]
    for number, told in enumerate(missing, start=kept.seq + 1):
        client.index(index=index, id=str(number), body=told, op_type="create", refresh=True)
    return len(missing)


def read_sent(broker: Kafka, topic: str = topics.AUDIT) -> list[Any]:
    """Return what the topic holds, from its oldest message on; nothing of it is believed.

    Args:
        broker: Address and login of Kafka.
        topic: Of one partition.

    Raises:
        confluent_kafka.KafkaException: The broker is unreachable, or there is no such topic.
    """
    return [_parse(record["value"]) for record in drain(broker, [topic], {}, sys.maxsize)[0]]


def _is_unsettled(error: BaseException) -> bool:
    """Tell whether the broker doesn't know what became of it, as when two begin and end in one moment."""
    return isinstance(error, KafkaException) and error.args[0].code() == KafkaError.UNKNOWN


# Each try has a producer of its own, and settles what the one before has begun.
@retry(
    retry=retry_if_exception(_is_unsettled), stop=stop_after_attempt(5), wait=wait_fixed(0.2), reraise=True
)
def _send_new(client: OpenSearch, broker: Kafka, index: str, topic: str) -> None:
    options = {"transactional.id": f"{topic}-of-{index}", "transaction.timeout.ms": TRANSACTION_MS}
    with open_client(Producer, broker, options) as producer:
        _send_in_one(producer, client, broker, index, topic)


def _send_in_one(producer: Producer, client: OpenSearch, broker: Kafka, index: str, topic: str) -> None:
    """Send what the topic lacks, all of it or nothing."""
    # Only behind this is the topic's end certain: whoever was sending can't end it any more.
    producer.init_transactions(TIMEOUT_S)
    last = _find_last_sent(broker, topic)
    new = list(read_kept(client, last.seq, index))
    verify_records(new, last.seq, last.hash)
    producer.begin_transaction()
    for told in new:
        producer.produce(topic, value=json.dumps(told, ensure_ascii=False).encode())
        producer.poll(0)
    producer.commit_transaction(TIMEOUT_S)


def _find_last_sent(broker: Kafka, topic: str) -> Last:
    newest = read_newest(broker, topic, _NEAR_THE_END)
    told = [_parse(record["value"]) for record in newest] or read_sent(broker, topic)
    if not told:
        return Last(0, BEGIN)
    try:
        record = Record.model_validate(told[-1])
    except ValidationError as error:
        raise AuditError(f"{topic}: the last message is no record") from error
    return Last(record.seq, hash_record(record))


def _parse(value: str | None) -> Any:
    try:
        return json.loads(value or "")
    except ValueError:
        return None


_FENCED: Final = frozenset(
    {KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH}
)
"""Whoever began to send later is the only one who can end it."""
