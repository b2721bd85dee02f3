"""Waiting until what was sent to Kafka is in the live version."""

import time
from collections.abc import Callable

from opensearchpy import OpenSearch

from processors.knowledge import topics
from processors.knowledge.positions import Positions
from processors.settings import Settings
from processors.stores import kafka
from processors.versions import catalog

PATIENCE_S = 600


def wait_until_read(settings: Settings, client: OpenSearch, run_dag: Callable[..., object]) -> None:
    """Run `rag_pipeline` until the live version holds all that the topics hold now."""
    _, _, wanted = kafka.drain(settings.kafka.bootstrap, topics.DYNAMIC, {}, 10_000_000)
    deadline = time.monotonic() + PATIENCE_S
    while not _is_held(client, wanted):
        assert time.monotonic() < deadline, f"the live version doesn't hold {wanted} after {PATIENCE_S} s"
        run_dag("rag_pipeline")


def _is_held(client: OpenSearch, wanted: Positions) -> bool:
    live = catalog.find_live(client, "rag")
    held: Positions = catalog.read_meta(client, live).get("positions", {}) if live else {}
    return all(held.get(t, {}).get(p, 0) >= offset for t, ps in wanted.items() for p, offset in ps.items())
