"""`quality_validation_task` of a micro-batch: its chunks are found by the read alias, and how soon."""

from datetime import UTC, datetime
from typing import Final

from processors.knowledge.canaries import CANARY, measure_freshness
from processors.knowledge.positions import count_between
from processors.pipelines.rag.index import read_written
from processors.settings import Settings
from processors.stores import search, staging
from processors.versions import catalog

_FRESHNESS_SAMPLE: Final = 50


def check_searchable(settings: Settings, run_url: str, index: str) -> dict[str, float]:
    """See that a micro-batch can be found through the read alias, and how long its newest event was in Kafka.

    Args:
        settings: Of the platform.
        run_url: Folder of the run in staging, or of its first share.
        index: The version that the batch was written to.

    Returns:
        Freshness in seconds, also that of each canary, and the number of chunks looked for.

    Raises:
        RuntimeError: A written chunk is not found although its version is live.
    """
    client = search.open_search(settings.opensearch)
    chunks = sorted(read_written(run_url), key=lambda chunk: chunk["service"] != CANARY)[:_FRESHNESS_SAMPLE]
    if not chunks or catalog.find_live(client, "rag") != index:
        return {"sampled_chunks": 0.0}
    missing = {chunk["chunk_id"] for chunk in chunks} - search.find_present(
        client, "rag", [chunk["chunk_id"] for chunk in chunks]
    )
    if missing and catalog.find_live(client, "rag") != index:
        # It was taken back while it was looked at.
        return {"sampled_chunks": 0.0}
    if missing:
        raise RuntimeError(f"{len(missing)} written chunks can't be found in {index}: {sorted(missing)[:3]}")
    now = datetime.now(UTC)
    age = now.timestamp() - staging.read_manifest(f"{run_url}/index")["newest_ms"] / 1000
    sampled = float(len(chunks))
    return {"freshness_seconds": age, **measure_freshness(chunks, now), "sampled_chunks": sampled}


def count_events(run_url: str) -> int:
    """Return how many offsets the version holds after this run: a step that only grows."""
    return count_between({}, staging.read_manifest(f"{run_url}/index")["end"])
