"""`vector_indexing_task`: a run's chunks into the version, then the version's positions."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any

from processors.knowledge.chunk import Chunk, keep_last
from processors.knowledge.incidents.evidence import is_evidence
from processors.knowledge.kubernetes.differences import note_differences
from processors.pipelines.rag.embed import read_batch
from processors.pipelines.rag.refusals import note_refused
from processors.pipelines.rag.shares import join_shares
from processors.settings import Settings
from processors.stores import kafka, search, staging
from processors.versions import builds, catalog, retention, slices


def index_chunks(
    settings: Settings, run_urls: Sequence[str], *, record: builds.RunRecord = builds.NO_RECORD
) -> dict[str, Any]:
    """Write a run's chunks, then move the version's positions.

    A micro-batch is appended to the version whose positions it was read from, by that version's own name:
    a rollback in between can't redirect it. The first version becomes a candidate.

    The slice that new chunks go to changes with the positions and never without them: see `slices`.

    Args:
        settings: Of the platform.
        run_urls: Folders of the run's shares in staging, at least one; the first tells of all in the end.
        record: How a new version's run in MLflow is kept.

    Returns:
        The index, whether it is a candidate, and how many chunks were written, refused, and are evidence of
        what is wrong or right.

    Raises:
        WritesBlockedError: OpenSearch refuses all writes, as on a disk that is nearly full; nothing is lost.
    """
    client = search.open_search(settings.opensearch)
    taken, manifest = join_shares(run_urls)
    # One object's records may lie in partitions of several shares.
    chunks = keep_last(chunk for url in taken for chunk in read_batch(url))
    letters = [letter for url in taken for letter in read_letters(url)]
    is_candidate = manifest["version"] is None
    model = chunks[0]["embedding_model"] if chunks else None
    version = begin_version(client, settings, manifest, model, taken[0], record) if is_candidate else None
    with search.explain_blocks(client), version or nullcontext(manifest["version"]) as index:
        meta = catalog.read_meta(client, index)
        if not is_candidate:
            _require_positions(index, meta, manifest)
            states = [chunk["chunk_id"] for chunk in chunks if chunk["kind"] == "k8s_state"]
            chunks = note_differences(chunks, search.find_labels(client, index, states))
        refused = slices.write_chunks(client, index, meta.get("slice", 1), chunks)
        # Positions move last: a try that was killed after that has sent all, and `dead_letters` is past it.
        is_sent = not is_candidate and meta.get("positions") == manifest["end"] != manifest["held"]
        letters = [] if is_sent else [*letters, *note_refused(chunks, refused)]
        written = {name: manifest[name] for name in ("end", "newest_ms")}
        refused_ids = [chunk_id for chunk_id, _ in refused]
        staging.write_manifest(f"{taken[0]}/index", {**written, "shares": taken, "refused": refused_ids})
        move_positions(client, settings, index, meta, {**manifest, "letters": letters})
    return {
        "index": index,
        "candidate": is_candidate,
        "written": len(chunks),
        "refused": len(refused),
        "evidence": sum(map(is_evidence, chunks)),
    }


def read_letters(run_url: str) -> list[Any]:
    """Return the dead letters of the events that a run has read."""
    return list(staging.read_table(f"{run_url}/light/dead_letters.parquet").to_pylist())


def move_positions(
    client: Any, settings: Settings, index: str, meta: dict[str, Any], reached: dict[str, Any]
) -> None:
    """Send dead letters, then move a version's positions, and what changes with them.

    Args:
        client: OpenSearch.
        settings: Of the platform.
        index: The version, which holds all chunks up to the new positions.
        meta: What it says of itself.
        reached: `end`, the new positions, `log_state`, what is known of the logs up to them, and `letters`
            of what could not be processed or written up to there.
    """
    held, end = meta.get("dead_letters", {}), reached["end"]
    sent = kafka.send_dead_letters(settings.kafka, reached["letters"], held, end)
    now = datetime.now(UTC)
    sliced = retention.check_slices(client, index, meta, settings, now)
    changes: dict[str, Any] = {"positions": end, "log_state": reached["log_state"], **sliced}
    catalog.update_meta(client, index, **changes, dead_letters=sent, indexed_at=now.isoformat())
    if sliced:
        retention.drop_old_slices(client, index, sliced["slice"], settings, now)
    if meta.get("state") not in catalog.UNFINISHED:
        kafka.mirror_positions(settings.kafka, end)


def _require_positions(index: str, meta: dict[str, Any], manifest: dict[str, Any]) -> None:
    """Stop a run whose events another run has written meanwhile, such as one that outlived its scheduler."""
    if meta.get("positions", {}) not in (manifest["held"], manifest["end"]):
        raise RuntimeError(
            f"{index} moved on from {manifest['held']} to {meta['positions']} since this run read its "
            "events. Nothing was written; the next run reads on from there."
        )


def begin_version(
    client: Any,
    settings: Settings,
    manifest: dict[str, Any],
    model: str | None,
    run_url: str,
    record: builds.RunRecord,
) -> AbstractContextManager[str]:
    """Begin the next version of events; see `builds.begin_build`.

    Args:
        client: OpenSearch.
        settings: Of the platform.
        manifest: Says which `history` it is made from, if it is a rebuild.
        model: `model@revision` of its vectors, if there are any.
        run_url: Folder of the run in staging.
        record: How its run in MLflow is kept.
    """
    # What reads logs compiles hundreds of patterns, and a micro-batch makes no version.
    from processors.knowledge.logs.partition_state import METHOD

    revision = model or settings.embedding.model
    made = {"embedding_model": revision, "dimension": settings.embedding.dimension}
    origin = {
        "parent": catalog.find_live(client, "rag"),
        "history": manifest.get("history"),
        "chunker": METHOD,
        "slice": 1,
        "code_commit": settings.versions.code_commit,
    }
    # quality_validation_task is another process.
    return builds.begin_build(client, "rag", {**made, **origin}, record, run=run_url, other_task_gates=True)


def read_written(run_url: str) -> list[Chunk]:
    """Return the chunks of a run that OpenSearch took; those that it refused for good are dead letters."""
    manifest = staging.read_manifest(f"{run_url}/index")
    refused = set(manifest["refused"])
    chunks = keep_last(chunk for url in manifest["shares"] for chunk in read_batch(url))
    return [chunk for chunk in chunks if chunk["chunk_id"] not in refused]
