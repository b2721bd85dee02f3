"""Waiting until what was sent to Kafka is in the live version."""

import time
from collections.abc import Callable

from opensearchpy import OpenSearch

from evaluation.benchmarks.oncall_over_http import count_unread
from processors.knowledge import topics
from processors.settings import Settings
from processors.stores import kafka

PATIENCE_S = 600


def wait_until_read(settings: Settings, client: OpenSearch, run_dag: Callable[..., object]) -> None:
    """Run `rag_pipeline` until the live version holds all that the topics hold now."""
    wanted = kafka.find_ends(settings.kafka, topics.DYNAMIC)
    deadline = time.monotonic() + PATIENCE_S
    while count_unread(client, wanted):
        assert time.monotonic() < deadline, f"the live version doesn't hold {wanted} after {PATIENCE_S} s"
        run_dag("rag_pipeline")
