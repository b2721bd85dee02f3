"""Dead-letter records: what could not be processed, copied with its masked original, once for each event."""

import base64
import json
import re
import sys
from collections.abc import Mapping
from typing import Final

from confluent_kafka import Consumer, TopicPartition

from processors.knowledge import topics
from processors.knowledge.positions import Positions
from processors.knowledge.record import DeadLetter, Record
from processors.knowledge.redaction.masking import mask_named, mask_secrets
from processors.settings.stores import Kafka
from processors.stores.kafka.consumer import drain, find_bounds, open_consumer
from processors.stores.kafka.limits import TIMEOUT_S
from processors.stores.kafka.messages import decode, decode_headers
from processors.stores.kafka.producer import Message, produce

_ORIGIN: Final = re.compile(r"(?P<topic>.+)/(?P<partition>\d+)/(?P<offset>\d+)")


def send_dead_letters(
    broker: Kafka, dead: list[DeadLetter], since: Positions, reached: Positions
) -> Positions:
    """Copy the messages that could not be processed to the dead-letter topic, each once, secrets masked.

    A task that was killed after it had sent records sends them again when it is tried again, and so does a
    version that was rolled back and catches up, in as many batches as that takes. The key names the origin,
    and a record that the topic holds already is not sent a second time.

    Args:
        broker: Address and login of Kafka.
        dead: What could not be processed, and why.
        since: From where on the dead-letter topic may hold records of events that the version hasn't read.
        reached: The positions that the version will have after this batch.

    Returns:
        The same place for those positions; `since`, which is not too late, when there was nothing to send.
    """
    if not dead:
        return since
    held, _, _ = drain(broker, [topics.DEAD_LETTER], since, sys.maxsize)
    keys = {record["key"] for record in held}
    with open_consumer(broker) as consumer:
        copies = [_copy_original(consumer, each) for each in dead if name_origin(each) not in keys]
        produce(broker, topics.DEAD_LETTER, copies)
        _, ends = find_bounds(consumer, [topics.DEAD_LETTER], {})
        return find_ahead(held, reached, ends)


def find_ahead(held: list[Record], reached: Positions, ends: Positions) -> Positions:
    """Return where in the dead-letter topic the first record stands whose event lies at or behind a position.

    Args:
        held: Dead-letter records, in the order of their offsets in each partition.
        reached: Positions of the topics that the events came from.
        ends: The dead-letter topic's ends, which stand for "there is none".

    Example:
        >>> record = {"topic": topics.DEAD_LETTER, "partition": 0, "offset": 3, "key": "runlore.logs/1/70"}
        >>> find_ahead([record], {"runlore.logs": {"1": 70}}, {topics.DEAD_LETTER: {"0": 9}})
        {'runlore.dead-letter': {'0': 3}}
        >>> find_ahead([record], {"runlore.logs": {"1": 71}}, {topics.DEAD_LETTER: {"0": 9}})
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


def name_origin(dead: Mapping[str, object]) -> str:
    """Return where what a dead letter or its record is about stands in Kafka.

    Example:
        >>> name_origin({"topic": "runlore.logs", "partition": 1, "offset": 70})
        'runlore.logs/1/70'
    """
    return f"{dead['topic']}/{dead['partition']}/{dead['offset']}"


def _copy_original(consumer: Consumer, dead: DeadLetter) -> Message:
    """Return what the dead-letter topic is to hold: the reason, and the original if Kafka still has it."""
    place = TopicPartition(dead["topic"], dead["partition"], dead["offset"])
    found = []
    if place.offset >= 0:
        consumer.assign([place])
        message = consumer.poll(TIMEOUT_S)
        found = [message] if message is not None and message.error() is None else []
    body = {**dead, "error": mask_secrets(dead["error"]), "original": "", "original_found": bool(found)}
    if found:
        headers = {name: mask_named(name, value) for name, value in decode_headers(found[0]).items()}
        body |= {"key": mask_secrets(decode(found[0].key()) or ""), "headers": headers}
        body["original"] = base64.b64encode(mask_bytes(found[0].value() or b"")).decode()
    return name_origin(dead), json.dumps(body).encode(), {}


def mask_bytes(data: bytes) -> bytes:
    """Return bytes with the secrets in them masked.

    Bytes that are no UTF-8 are read with escapes for the odd ones. Only if a secret is found among them does
    that reading take their place; otherwise they stay byte for byte as they are.
    """
    text = data.decode(errors="backslashreplace")
    masked = mask_secrets(text)
    return data if masked == text else masked.encode()
