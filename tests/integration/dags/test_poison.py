"""What would stop all ingestion becomes dead letters, and topics grow while events flow."""

import base64
import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from confluent_kafka import Consumer
from opensearchpy import OpenSearch

from processors.knowledge import topics
from processors.settings import Settings
from processors.stores import kafka
from processors.stores.kafka import kafka_options
from tests.support.waiting import wait_for

pytestmark = pytest.mark.usefixtures("live_versions")

KILLERS = (
    (topics.LOGS, b'{"ts": 1e999, "message": "ERROR the time never ends MARK"}'),
    (topics.LOGS, b'{"message": "cut \\ud83d MARK", "service": {"name": "web\\udc00"}}'),
    (topics.LOGS, b'{"message": "MARK", "ctx": ' + b"[" * 5_000 + b"]" * 5_000 + b"}"),
    (topics.LOGS, b"\xff\xfe MARK " + b"token " * 20_000),
    (topics.KUBERNETES, b"[" * 5_000),
    (topics.METRICS, b'{"status": "success", "data": ' + b'{"a":' * 900 + b"1" + b"}" * 901),
    (topics.MLFLOW, b'{"run": "MARK"}'),
    (topics.AIRFLOW, b'{"dag_run": {"start_date": "0001-01-01T00:00:00Z"}}'),
)
LETTERS = 5
"""Of the killers: the nested ones, and the two that are no run."""

MOST_PARTITIONS = 8


def find(client: OpenSearch, text: str) -> list[dict[str, Any]]:
    # An incident quotes what it was found by.
    query = {
        "bool": {"must": {"match_phrase": {"text": text}}, "must_not": {"term": {"kind": "incident"}}},
    }
    body = {"size": 50, "query": query, "_source": {"excludes": ["embedding"]}}
    return [hit["_source"] for hit in client.search(index="rag", body=body)["hits"]["hits"]]


def find_letters(settings: Settings, key: str) -> list[dict[str, Any]]:
    records, _, _ = kafka.drain(settings.kafka, [topics.DEAD_LETTER], {}, 10_000_000)
    letters = (json.loads(record["value"] or "{}") for record in records)
    return [letter for letter in letters if letter.get("key") == key]


def test_records_that_stopped_all_ingestion_are_letters_and_the_next_line_is_found(
    settings: Settings, client: OpenSearch
) -> None:
    mark = uuid.uuid4().hex
    for topic, value in KILLERS:
        kafka.produce(settings.kafka, topic, [(mark, value.replace(b"MARK", mark.encode()), {})])
    line = {"message": f"ERROR afterwards {mark}", "service": {"name": f"after-{mark}"}}
    kafka.produce(settings.kafka, topics.LOGS, [(mark, json.dumps(line).encode(), {})])

    assert wait_for(lambda: find(client, f"afterwards {mark}"))
    assert find(client, f"never ends {mark}"), "an impossible time doesn't lose the line"
    # The letters of a batch are sent behind its chunks.
    mine = wait_for(lambda: len(found := find_letters(settings, mark)) >= LETTERS and found)
    assert len(mine) == LETTERS, [letter["error"] for letter in mine]
    assert all(letter["error"] and base64.b64decode(letter["original"]) for letter in mine)


def count_partitions(settings: Settings, topic: str) -> int:
    consumer = Consumer({**kafka_options(settings.kafka), "group.id": "count"})
    try:
        return len(consumer.list_topics(topic, timeout=20).topics[topic].partitions)
    finally:
        consumer.close()


def send_state(settings: Settings, name: str, ready: int) -> None:
    now = datetime.now(UTC).isoformat()
    deployment = {
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "namespace": "moved", "uid": f"u-{name}", "creationTimestamp": now},
        "spec": {"replicas": 3}, "status": {"replicas": 3, "readyReplicas": ready, "updatedReplicas": 3},
    }  # fmt: skip
    message = (f"Deployment/moved/{name}/", json.dumps(deployment).encode(), {"source": "kubernetes"})
    kafka.produce(settings.kafka, topics.KUBERNETES, [message])


def find_state(client: OpenSearch, name: str) -> list[dict[str, Any]]:
    body = {
        "query": {"bool": {"filter": [{"term": {"kind": "k8s_state"}}, {"term": {"namespace": "moved"}}]}},
        "size": 100,
    }
    hits = client.search(index="rag", body=body)["hits"]["hits"]
    return [hit["_source"] for hit in hits if name in hit["_source"]["title"]]


def test_a_state_goes_on_when_its_key_moves_to_a_new_partition(
    settings: Settings, client: OpenSearch
) -> None:
    """New partitions begin at offset 0, far behind the old ones' offsets."""
    mark = uuid.uuid4().hex[:8]
    names = [f"{mark}-{number}" for number in range(6)]
    for name in names * 3:
        send_state(settings, name, 0)
    wait_for(lambda: all(find_state(client, name) for name in names))
    partitions = count_partitions(settings, topics.KUBERNETES)
    if partitions < MOST_PARTITIONS:
        kafka.add_partitions(settings.kafka, topics.KUBERNETES, MOST_PARTITIONS)
    # A producer that doesn't know yet would send to the old partition.
    wait_for(lambda: count_partitions(settings, topics.KUBERNETES) == MOST_PARTITIONS)
    for name in names:
        send_state(settings, name, 3)
    wait_for(lambda: all(state["severity"] == "info" for name in names for state in find_state(client, name)))
    places = {state["source_place"] for name in names for state in find_state(client, name)}
    assert partitions == MOST_PARTITIONS or len(places) > partitions, f"no key moved: {places}"
