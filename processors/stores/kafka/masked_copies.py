"""What a dead-letter record holds: why a message could not be processed, and the message, masked."""

import base64
import json

from confluent_kafka import Consumer, TopicPartition

from processors.knowledge.record import DeadLetter, name_origin
from processors.knowledge.redaction.masking import mask_named, mask_secrets
from processors.stores.kafka.limits import TIMEOUT_S
from processors.stores.kafka.messages import decode, decode_headers
from processors.stores.kafka.producer import Message


def copy_original(consumer: Consumer, dead: DeadLetter) -> Message:
    """Return what the dead-letter topic is to hold: the reason, and the original if Kafka still has it.

    Args:
        consumer: Of the cluster.
        dead: What could not be processed, and why.
    """
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
