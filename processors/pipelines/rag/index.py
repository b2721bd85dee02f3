"""`vector_indexing_task`: a run's chunks into the version, then the version's positions."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any

from processors.knowledge.chunk import Chunk
from processors.knowledge.incidents.evidence import is_evidence
from processors.knowledge.kubernetes.differences import note_differences
from processors.knowledge.logs.offsets import read_offsets
from processors.knowledge.record import DeadLetter
from processors.pipelines.rag.embed import read_batch
from processors.settings import Settings
from processors.stores import kafka, search, staging
from processors.versions import builds, catalog, retention, slices


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
        The index, whether it is a candidate, and how many chunks were written, refused, and are evidence of
        what is wrong or right.

    Raises:
        WritesBlockedError: OpenSearch refuses all writes, as on a disk that is nearly full; nothing is lost.
    """
    client = search.open_search(settings.opensearch)
    manifest = staging.read_manifest(f"{run_url}/{'heavy' if from_history else 'light'}")
    chunks = read_batch(run_url)
    letters: list[Any] = staging.read_table(f"{run_url}/light/dead_letters.parquet").to_pylist()
    is_candidate = manifest["version"] is None or from_history
    version = _begin_version(client, settings, manifest, chunks, run_url, record) if is_candidate else None
    with search.explain_blocks(client), version or nullcontext(manifest["version"]) as index:
        meta = catalog.read_meta(client, index)
        if not is_candidate:
            _require_positions(index, meta, manifest)
            states = [chunk["chunk_id"] for chunk in chunks if chunk["kind"] == "k8s_state"]
            chunks = note_differences(chunks, search.find_labels(client, index, states))
        refused = slices.write_chunks(client, index, meta.get("slice", 1), chunks)
        # Positions move last: a try that was killed after that has sent all, and `dead_letters` is past it.
        is_sent = not is_candidate and meta.get("positions") == manifest["end"] != manifest["held"]
        sent = kafka.send_dead_letters(
            settings.kafka,
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
        kafka.mirror_positions(settings.kafka, manifest["end"])
    return {
        "index": index,
        "candidate": is_candidate,
        "written": len(chunks),
        "refused": len(refused),
        "evidence": sum(map(is_evidence, chunks)),
    }


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
    # What reads logs compiles hundreds of patterns, and a micro-batch makes no version.
    from processors.knowledge.logs.partition_state import METHOD

    revision = chunks[0]["embedding_model"] if chunks else settings.embedding.model
    model = {"embedding_model": revision, "dimension": settings.embedding.dimension}
    origin = {
        "parent": catalog.find_live(client, "rag"),
        "history": manifest.get("history"),
        "chunker": METHOD,
        "slice": 1,
        "code_commit": settings.versions.code_commit,
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


def read_written(run_url: str) -> list[Chunk]:
    """Return the chunks of a run that OpenSearch took; those that it refused for good are dead letters."""
    refused = set(staging.read_manifest(f"{run_url}/index")["refused"])
    return [chunk for chunk in read_batch(run_url) if chunk["chunk_id"] not in refused]
