"""Asks Prometheus for the hour so far of the configured series and hands the answers to Kafka as they are."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import yaml

from processors.settings import Settings
from processors.stores import kafka, prometheus

QUERIES_FILE: Final = Path(__file__).parent / "queries.yaml"


def load_queries(path: Path = QUERIES_FILE) -> list[str]:
    """Return the PromQL expressions to collect.

    Raises:
        ValueError: The file does not hold a list of texts under `queries`.
    """
    queries: Any = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("queries")
    if not isinstance(queries, list) or not all(isinstance(query, str) for query in queries):
        raise ValueError(f"{path}: expected a list of PromQL texts under 'queries'")
    return queries


def collect_metrics(settings: Settings) -> dict[str, int]:
    """Send the hour so far of every configured query to `runlore.metrics`.

    An answer replaces the one before in the index, because a chunk is named after its series and hour. A
    query that Prometheus refuses is left out, the others go on.

    Returns:
        Counts of sent answers and of queries that were refused.

    Raises:
        httpx.TransportError: Prometheus is unreachable.
    """
    end = datetime.now(UTC)
    start = end.replace(minute=0, second=0, microsecond=0)
    messages, refused = [], 0
    for query in load_queries():
        try:
            answer = prometheus.query_range(settings.prometheus_url, query, start, end)
        except httpx.HTTPStatusError:
            refused += 1
            continue
        messages.append((query, answer, {"query": query}))
    return {"sent": kafka.produce(settings.kafka_bootstrap, kafka.METRICS, messages), "refused": refused}
