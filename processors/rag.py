"""The stages of `rag_pipeline`, from Kafka to a searchable version, each a transaction over staging.

A stage reads the folder that the stage before wrote and writes its own; what travels between tasks is the
run's URL and counts. Only `index_chunks` changes what people are answered from, and it moves the version's
positions last: whatever is killed before that is simply done again, with the same chunk ids.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final

import pyarrow as pa

from processors.access_policy import load_policy
from processors.chunk import Chunk, chunks_to_table, make_id, table_to_chunks
from processors.knowledge import topics
from processors.knowledge.canaries import CANARY, measure_freshness
from processors.knowledge.logs.offsets import read_offsets
from processors.knowledge.logs.partition_state import METHOD
from processors.knowledge.positions import Positions, count_between
from processors.knowledge.record import DeadLetter, Record, place_of, read_rows
from processors.knowledge.redaction.masking import mask_named, mask_secrets
from processors.knowledge.untrusted import clean_text
from processors.light import build_chunks
from processors.pipelines.embed import embed_chunks
from processors.settings import Settings
from processors.stores import kafka, search, staging
from processors.versions import builds, catalog, retention, slices
from processors.versions.names import cover_family

_RECORD_SCHEMA: Final = pa.schema(
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
_LETTER_SCHEMA: Final = pa.schema(
    [("topic", pa.string()), ("partition", pa.int32()), ("offset", pa.int64()), ("error", pa.string())]
)
_FRESHNESS_SAMPLE: Final = 50


def ingest_events(settings: Settings, run_id: str, *, even_if_empty: bool = False) -> dict[str, Any] | None:
    """Drain Kafka from the live version's positions into staging, secrets masked.

    Args:
        settings: Of the platform.
        run_id: Names the run's folder in staging.
        even_if_empty: Go on without events, as a rebuild from history does.

    Returns:
        `{"run_url", "version", "events", "is_full"}`, or None when there is nothing to do. A full run may
        have left events behind.
    """
    client = search.open_search(settings.opensearch_url)
    live = catalog.find_live(client, "rag")
    meta = catalog.read_meta(client, live) if live else {}
    start: Positions = meta.get("positions", {})
    limit = settings.max_events_per_run
    records, begin, reached = kafka.drain(settings.kafka_bootstrap, topics.DYNAMIC, start, limit)
    if not records and not even_if_empty:
        return None
    url = staging.stage_url(settings.staging_url, "rag", run_id, "ingest")
    masked = [_mask_record(record) for record in records]
    staging.write_table(url, "records", pa.Table.from_pylist(masked, schema=_RECORD_SCHEMA))
    manifest = {"version": live, "held": start, "start": begin, "end": reached, "events": len(records)}
    newest_ms = max((record["timestamp_ms"] for record in records), default=None)
    staging.write_manifest(url, {**manifest, "newest_ms": newest_ms, "log_state": meta.get("log_state")})
    count = len(records)
    return {
        "run_url": url.removesuffix("/ingest"), "version": live, "events": count, "is_full": count >= limit,
    }  # fmt: skip


def _mask_record(record: Record) -> Record:
    """Return the record without secrets; masking decodes JSON, which may bring odd text to light."""
    return {
        **record,
        "key": clean_text(mask_secrets(record["key"])),
        "headers": {name: clean_text(mask_named(name, value)) for name, value in record["headers"].items()},
        "value": None if record["value"] is None else clean_text(mask_secrets(record["value"])),
    }


def process_events(settings: Settings, run_url: str) -> dict[str, int]:
    """Parse, normalise and aggregate a run's events into chunks; note the ones that can't be processed.

    What the log patterns were up to the run's positions is read from the state that the version names, and
    what they are after it is written beside the chunks: the version takes it over with its new positions.

    Returns:
        Counts of chunks, dead letters and lines that were left out as noise.
    """
    manifest = staging.read_manifest(f"{run_url}/ingest")
    records = read_records(f"{run_url}/ingest/records.parquet")
    states = staging.read_json(manifest["log_state"]) if manifest["log_state"] else {}
    now = datetime.now(UTC).isoformat()
    batch_id = make_id(manifest["version"], manifest["start"])
    policy = load_policy(settings.access_policy_file)
    chunks: list[Chunk] = []
    letters: list[DeadLetter] = []
    noise = 0
    for place, of_place in groupby(records, key=place_of):
        built = build_chunks(list(of_place), states.get(place), settings.noise, batch_id, now, policy)
        chunks += built["chunks"]
        letters += built["letters"]
        noise += built["noise"]
        if built["state"] is not None:
            states[place] = built["state"]
    url = f"{run_url}/light"
    staging.write_table(url, "chunks", chunks_to_table(_keep_last(chunks)))
    staging.write_table(url, "dead_letters", pa.Table.from_pylist(list(letters), schema=_LETTER_SCHEMA))
    log_state = staging.write_json(url, "log_state", states)
    staging.write_manifest(url, {**manifest, "log_state": log_state, "finished_at": now})
    return {"chunks": len(chunks), "dead_letters": len(letters), "noise": noise}


def read_records(url: str) -> list[Record]:
    """Return staged records, those of each partition together and in the order of their offsets."""
    records = read_rows(staging.read_table(url).to_pylist())
    return sorted(records, key=lambda r: (r["topic"], r["partition"], r["offset"]))


def _keep_last(chunks: list[Chunk]) -> list[Chunk]:
    """Return each chunk as its latest write has it; one object's records may lie in several partitions."""
    ordered = sorted(chunks, key=lambda chunk: chunk["write_version"])
    return list({chunk["chunk_id"]: chunk for chunk in ordered}.values())


def embed_events(settings: Settings, run_url: str, *, from_history: bool) -> dict[str, int]:
    """Give every chunk its vector: the one that the live version holds for equal content, or a new one.

    Args:
        settings: Of the platform.
        run_url: Folder of the run in staging.
        from_history: The chunks are those of a rebuild.

    Returns:
        Counts of chunks and of those that had to be embedded.
    """
    stage = "heavy" if from_history else "light"
    chunks = table_to_chunks(staging.read_table(f"{run_url}/{stage}/chunks.parquet"))
    client = search.open_search(settings.opensearch_url)
    live = catalog.find_live(client, "rag")
    embedded = embed_chunks(client, settings, chunks, cover_family(live) if live else None)
    staging.write_table(f"{run_url}/embed", "chunks", chunks_to_table(chunks))
    return {"chunks": len(chunks), "embedded": embedded}


def index_chunks(
    settings: Settings, run_url: str, *, from_history: bool, record: builds.RunRecord = builds.NO_RECORD
) -> dict[str, Any]:
    """Write a run's chunks, then move the version's positions.

    A micro-batch is appended to the version whose positions it was read from, by that version's own name:
    a rollback in between can't redirect it. The first version and a rebuild from history become a candidate.

    The slice that new chunks go to changes with the positions and never without them: see `slices`.

    Args:
        settings: Of the platform.
        run_url: Folder of the run in staging.
        from_history: The chunks come from Spark, and a new version is made of them.
        record: How a new version's run in MLflow is kept.

    Returns:
        The index, whether it is a candidate, and how many chunks were written and refused.

    Raises:
        WritesBlockedError: OpenSearch refuses all writes, as on a disk that is nearly full; nothing is lost.
    """
    client = search.open_search(settings.opensearch_url)
    manifest = staging.read_manifest(f"{run_url}/{'heavy' if from_history else 'light'}")
    chunks = read_batch(run_url)
    letters: list[Any] = staging.read_table(f"{run_url}/light/dead_letters.parquet").to_pylist()
    is_candidate = manifest["version"] is None or from_history
    version = _begin_version(client, settings, manifest, chunks, run_url, record) if is_candidate else None
    with search.explain_blocks(client), version or nullcontext(manifest["version"]) as index:
        meta = catalog.read_meta(client, index)
        if not is_candidate:
            _require_positions(index, meta, manifest)
        refused = slices.write_chunks(client, index, meta.get("slice", 1), chunks)
        # Positions move last: a try that was killed after that has sent all, and `dead_letters` is past it.
        is_sent = not is_candidate and meta.get("positions") == manifest["end"] != manifest["held"]
        sent = kafka.send_dead_letters(
            settings.kafka_bootstrap,
            [] if is_sent else [*letters, *note_refused(chunks, refused)],
            meta.get("dead_letters", {}),
            manifest["end"],
        )
        staging.write_manifest(f"{run_url}/index", {"refused": [chunk_id for chunk_id, _ in refused]})
        now = datetime.now(UTC)
        sliced = retention.check_slices(client, index, meta, settings, now)
        changes: dict[str, Any] = {"positions": manifest["end"], "log_state": manifest["log_state"], **sliced}
        changes |= {"dead_letters": sent, "indexed_at": now.isoformat()}
        catalog.update_meta(client, index, **changes)
    if sliced:
        retention.drop_old_slices(client, index, sliced["slice"], settings, now)
    if not is_candidate:
        kafka.mirror_positions(settings.kafka_bootstrap, manifest["end"])
    return {"index": index, "candidate": is_candidate, "written": len(chunks), "refused": len(refused)}


def _require_positions(index: str, meta: dict[str, Any], manifest: dict[str, Any]) -> None:
    """Stop a run whose events another run has written meanwhile, such as one that outlived its scheduler."""
    if meta.get("positions", {}) not in (manifest["held"], manifest["end"]):
        raise RuntimeError(
            f"{index} moved on from {manifest['held']} to {meta['positions']} since this run read its "
            "events. Nothing was written; the next run reads on from there."
        )


def _begin_version(
    client: Any,
    settings: Settings,
    manifest: dict[str, Any],
    chunks: list[Chunk],
    run_url: str,
    record: builds.RunRecord,
) -> AbstractContextManager[str]:
    revision = chunks[0]["embedding_model"] if chunks else settings.embedding_model
    model = {"embedding_model": revision, "dimension": settings.embedding_dimension}
    origin = {
        "parent": catalog.find_live(client, "rag"),
        "history": manifest.get("history"),
        "chunker": METHOD,
        "slice": 1,
        "code_commit": settings.code_commit,
    }
    # quality_validation_task is another process.
    return builds.begin_build(client, "rag", {**model, **origin}, record, run=run_url, other_task_gates=True)


def note_refused(chunks: Iterable[Chunk], refused: Iterable[tuple[str, str]]) -> list[DeadLetter]:
    """Return a dead letter for each record of which OpenSearch refused a chunk, with all that it said.

    A chunk that was folded from many records names the first: that one made the window.

    Args:
        chunks: Of a batch.
        refused: Chunk id and error of those that were refused.
    """
    by_id = {chunk["chunk_id"]: chunk for chunk in chunks}
    errors: dict[tuple[str, int], list[str]] = {}
    for chunk_id, error in refused:
        chunk = by_id[chunk_id]
        offset = min(read_offsets(chunk.get("source_offsets", "")), default=chunk["source_offset"] - 1)
        told = f"OpenSearch refused chunk {chunk_id}: {error}"
        errors.setdefault((chunk["source_place"], offset), []).append(told)
    return [
        DeadLetter(
            topic=place.rpartition("/")[0],
            partition=int(place.rpartition("/")[2]),
            offset=offset,
            error="; ".join(told),
        )
        for (place, offset), told in errors.items()
    ]


def check_searchable(settings: Settings, run_url: str, index: str) -> dict[str, float]:
    """See that a micro-batch can be found through the read alias, and how long its newest event was in Kafka.

    Args:
        settings: Of the platform.
        run_url: Folder of the run in staging.
        index: The version that the batch was written to.

    Returns:
        Freshness in seconds, also that of each canary, and the number of chunks looked for.

    Raises:
        RuntimeError: A written chunk is not found although its version is live.
    """
    client = search.open_search(settings.opensearch_url)
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
    age = now.timestamp() - staging.read_manifest(f"{run_url}/ingest")["newest_ms"] / 1000
    sampled = float(len(chunks))
    return {"freshness_seconds": age, **measure_freshness(chunks, now), "sampled_chunks": sampled}


def read_batch(run_url: str) -> list[Chunk]:
    """Return the chunks of a run, with their embeddings."""
    return table_to_chunks(staging.read_table(f"{run_url}/embed/chunks.parquet"))


def read_written(run_url: str) -> list[Chunk]:
    """Return the chunks of a run that OpenSearch took; those that it refused for good are dead letters."""
    refused = set(staging.read_manifest(f"{run_url}/index")["refused"])
    return [chunk for chunk in read_batch(run_url) if chunk["chunk_id"] not in refused]


def count_events(run_url: str) -> int:
    """Return how many offsets the version holds after this run: a step that only grows."""
    return count_between({}, staging.read_manifest(f"{run_url}/light")["end"])
