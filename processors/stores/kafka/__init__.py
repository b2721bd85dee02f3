"""Kafka: topics, records from positions on, messages sent, collectors' positions, dead-letter records."""

from processors.stores.kafka.admin import add_partitions, create_topics, mirror_positions
from processors.stores.kafka.collected import read_collected, send_collected
from processors.stores.kafka.connection import explain_refusal, kafka_options, open_client
from processors.stores.kafka.consumer import drain, find_ends, find_kept, read_newest
from processors.stores.kafka.dead_letters import send_dead_letters
from processors.stores.kafka.producer import Message, produce
from processors.stores.kafka.waiting import Waiting, find_waiting

__all__ = [
    "Message",
    "Waiting",
    "add_partitions",
    "create_topics",
    "drain",
    "explain_refusal",
    "find_ends",
    "find_kept",
    "find_waiting",
    "kafka_options",
    "mirror_positions",
    "open_client",
    "produce",
    "read_collected",
    "read_newest",
    "send_collected",
    "send_dead_letters",
]
