"""The scripted afternoon as records of all topics, as their sources write them."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from evaluation.oncall import telemetry
from evaluation.oncall.cluster import list_objects
from processors.knowledge import topics
from processors.knowledge.record import Record

FAULTS = {
    "checkout": "shop", "payment": "shop", "invoices": "billing", "encoder": "media",
    "recommender": "ml", "worker-3": "", "nightly_billing": "",
}  # fmt: skip
"""What is wrong, each with its namespace."""


class Message(NamedTuple):
    """What is sent into a topic."""

    topic: str
    key: str
    value: bytes
    headers: dict[str, str]


def list_messages(now: datetime, seed: int = 1) -> list[Message]:
    """Return all that is sent.

    Args:
        now: The end of the afternoon.
        seed: Equal ones give equal messages.

    Example:
        >>> from datetime import UTC
        >>> noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
        >>> list_messages(noon, 1) == list_messages(noon, 1) != list_messages(noon, 2)
        True
    """
    cluster = {"cluster": "prod"}
    told: list[tuple[str, Iterable[tuple[Any, dict[str, str]]]]] = [
        (topics.KUBERNETES, ((one, cluster) for one in list_objects(now, seed))),
        (topics.METRICS, telemetry.list_series(now, seed)),
        (topics.METRICS, ((one, {}) for one in telemetry.list_alerts(now))),
        (topics.LOGS, ((one, {}) for one in telemetry.list_lines(now))),
        (topics.AIRFLOW, ((one, {}) for one in telemetry.list_dag_runs(now))),
        (topics.MLFLOW, ((one, {}) for one in telemetry.list_training_runs(now))),
    ]
    return [
        Message(topic, f"{topic}-{number}", json.dumps(body).encode(), headers)
        for topic, bodies in told
        for number, (body, headers) in enumerate(bodies)
    ]


def list_records(messages: Iterable[Message], now: datetime) -> dict[str, list[Record]]:
    """Return messages as the processors read them, by topic."""
    records: dict[str, list[Record]] = {}
    for message in messages:
        of_topic = records.setdefault(message.topic, [])
        record = Record(
            topic=message.topic,
            partition=0,
            offset=len(of_topic),
            timestamp_ms=int(now.timestamp() * 1000),
            key=message.key,
            headers=message.headers,
            value=message.value.decode(),
        )
        of_topic.append(record)
    return records
