"""Reads Kafka and OpenSearch for the figures that Prometheus is told."""

import time
from collections.abc import Callable, Iterable
from typing import Final

import structlog
from confluent_kafka import KafkaException
from opensearchpy import OpenSearch, OpenSearchException
from prometheus_client import Gauge

from processors.knowledge import topics
from processors.knowledge.chunk import ENDED
from processors.monitoring import metrics
from processors.settings.stores import Kafka
from processors.stores.kafka import find_waiting
from processors.stores.search import PIPELINES, count_chunks
from processors.versions.catalog import find_live, list_versions, read_meta

_SEVERITIES: Final = ("critical", "error", "warning", "info")
_OF_KAFKA: Final = (metrics.WAITING_RECORDS, metrics.WAITING_SECONDS)
_OF_VERSIONS: Final = (
    metrics.VERSION_NUMBER,
    metrics.VERSION_AGE,
    metrics.VERSION_CHUNKS,
    metrics.REFUSED_VERSIONS,
)

log = structlog.get_logger(__name__)


def measure(broker: Kafka, client: OpenSearch) -> None:
    """Set every figure; what can't be read is counted and told as absent, never as it was.

    Args:
        broker: Address and login of Kafka.
        client: OpenSearch.
    """
    _try("kafka", _OF_KAFKA, lambda: measure_waiting(broker, client))
    _try("versions", _OF_VERSIONS, lambda: measure_versions(client))
    _try("incidents", (metrics.OPEN_INCIDENTS,), lambda: measure_incidents(client))


def measure_waiting(broker: Kafka, client: OpenSearch) -> None:
    """Tell how far the live version is behind Kafka, by the positions that are stored with it."""
    live = find_live(client, "rag")
    if live is None:
        return
    positions = read_meta(client, live).get("positions", {})
    now_ms = time.time() * 1000
    for topic, waiting in find_waiting(broker, topics.READ, positions).items():
        metrics.WAITING_RECORDS.labels(topic).set(waiting.records)
        oldest = waiting.oldest_ms
        metrics.WAITING_SECONDS.labels(topic).set(max(0.0, now_ms - oldest) / 1000 if oldest else 0)


def measure_versions(client: OpenSearch, pipelines: Iterable[str] = PIPELINES) -> None:
    """Tell how the live version of each pipeline is, and whether a newer one was refused."""
    for pipeline in pipelines:
        versions = list_versions(client, pipeline)
        live = next((version for version in versions if version["live"]), None)
        number = live["number"] if live else 0
        refused = [v for v in versions if v["meta"].get("state") == "refused" and v["number"] > number]
        metrics.REFUSED_VERSIONS.labels(pipeline).set(len(refused))
        if live is None:
            continue
        index = live["index"]
        held = client.indices.get_settings(index=index, name="index.creation_date")[index]
        created_ms = int(held["settings"]["index"]["creation_date"])
        metrics.VERSION_NUMBER.labels(pipeline).set(number)
        metrics.VERSION_AGE.labels(pipeline).set(time.time() - created_ms / 1000)
        metrics.VERSION_CHUNKS.labels(pipeline).set(count_chunks(client, pipeline))


def measure_incidents(client: OpenSearch) -> None:
    """Tell how many incidents are open, by severity."""
    is_open = {"filter": [{"term": {"kind": "incident"}}], "must_not": [{"term": {"values": ENDED}}]}
    by_severity = {"severity": {"terms": {"field": "severity", "size": 10}}}
    body = {"size": 0, "query": {"bool": is_open}, "aggs": by_severity}
    found = client.search(index="rag", body=body, params={"ignore_unavailable": "true"})
    buckets = found.get("aggregations", {}).get("severity", {}).get("buckets", [])
    counts = {bucket["key"]: bucket["doc_count"] for bucket in buckets}
    for severity in {*_SEVERITIES, *counts}:
        metrics.OPEN_INCIDENTS.labels(severity).set(counts.get(severity, 0))


def _try(part: str, gauges: Iterable[Gauge], read: Callable[[], None]) -> None:
    """Read a part; where that fails, its figures are gone until it can be read again."""
    try:
        read()
    except (KafkaException, OpenSearchException, TimeoutError) as error:
        log.warning("not measured", part=part, error=str(error))
        metrics.FAILED_READINGS.labels(part).inc()
        for gauge in gauges:
            gauge.clear()
