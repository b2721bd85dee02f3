"""`data_ingestion_task`: Kafka from the live version's positions on, into staging, secrets masked."""

from typing import Any, Final

import pyarrow as pa

from processors.knowledge import topics
from processors.knowledge.positions import Positions
from processors.knowledge.record import Record, read_rows
from processors.knowledge.redaction.masking import mask_named, mask_secrets
from processors.knowledge.untrusted import clean_text
from processors.pipelines.rag.shares import WHOLE, Share, is_of, name_run
from processors.settings import Settings
from processors.stores import kafka, search, staging
from processors.versions import catalog

RECORD_SCHEMA: Final = pa.schema(
    [
        ("topic", pa.string()),
        ("partition", pa.int32()),
        ("offset", pa.int64()),
        ("timestamp_ms", pa.int64()),
        ("key", pa.string()),
        ("headers", pa.map_(pa.string(), pa.string())),
        ("value", pa.string()),
    ]
)


def ingest_events(
    settings: Settings,
    run_id: str,
    *,
    even_if_empty: bool = False,
    version: str | None = None,
    share: Share = WHOLE,
) -> dict[str, Any] | None:
    """Drain Kafka from the live version's positions into staging, secrets masked.

    Args:
        settings: Of the platform.
        run_id: Names the run's folder in staging.
        even_if_empty: Go on without events, as a rebuild from history does.
        version: Whose positions are read from; None: those of the live one.
        share: Whose partitions are read.

    Returns:
        `{"run_url", "version", "events", "is_full"}`, or None when there is nothing to do. A full run may
        have left events behind.
    """
    client = search.open_search(settings.opensearch)
    live = version or catalog.find_live(client, "rag")
    meta = catalog.read_meta(client, live) if live else {}
    start: Positions = meta.get("positions", {})
    limit = -(-settings.events.max_per_run // share.of)
    records, begin, reached = kafka.drain(
        settings.kafka, topics.READ, start, limit, lambda *place: is_of(share, *place)
    )
    if not records and not even_if_empty:
        return None
    url = staging.stage_url(settings.storage.staging_url, "rag", name_run(run_id, share), "ingest")
    masked = [mask_record(record) for record in records]
    staging.write_table(url, "records", pa.Table.from_pylist(masked, schema=RECORD_SCHEMA))
    manifest = {"version": live, "held": start, "start": begin, "end": reached, "events": len(records)}
    newest_ms = max((record["timestamp_ms"] for record in records), default=None)
    held_state = meta.get("log_state")
    staging.write_manifest(
        url, {**manifest, "share": share, "newest_ms": newest_ms, "held_log_state": held_state}
    )
    count = len(records)
    return {
        "run_url": url.removesuffix("/ingest"), "version": live, "events": count, "is_full": count >= limit,
    }  # fmt: skip


def mask_record(record: Record) -> Record:
    """Return the record without secrets; masking decodes JSON, which may bring odd text to light."""
    return {
        **record,
        "key": clean_text(mask_secrets(record["key"])),
        "headers": {name: clean_text(mask_named(name, value)) for name, value in record["headers"].items()},
        "value": None if record["value"] is None else clean_text(mask_secrets(record["value"])),
    }


def read_records(url: str) -> list[Record]:
    """Return staged records, those of each partition together and in the order of their offsets."""
    records = read_rows(staging.read_table(url).to_pylist())
    return sorted(records, key=lambda r: (r["topic"], r["partition"], r["offset"]))
