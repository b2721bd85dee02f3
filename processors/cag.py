"""The stages of `cag_pipeline`, from documents to a new version and a warm cache.

Only what changed between the commit that the live version holds and the one to read is parsed and embedded;
the rest is carried over inside OpenSearch with its vectors. The commits belong to the version, so a version
that was taken back catches up by itself at the next run.
"""

from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa

from processors.chunk import Chunk, chunks_to_table, make_id, table_to_chunks
from processors.embedding import embed_chunks
from processors.markdown import CHUNKER, build_document_chunks, open_splitter, parse_document
from processors.redaction.masking import mask_secrets
from processors.settings import DocumentSource, Settings
from processors.stores import search, staging, versions
from processors.stores.repositories import diff_files, fetch_source, read_files

_FILE_SCHEMA: Final = pa.schema(
    [
        ("repository", pa.string()),
        ("branch", pa.string()),
        ("commit", pa.string()),
        ("path", pa.string()),
        ("groups", pa.list_(pa.string())),
        ("text", pa.string()),
    ]
)


def sync_documents(settings: Settings, run_id: str, *, force: bool = False) -> dict[str, Any] | None:
    """Fetch every source and stage what changed since the live version, secrets masked.

    Args:
        settings: Of the platform.
        run_id: Names the run's folder in staging.
        force: Read everything again, and make a version even if nothing changed.

    Returns:
        `{"run_url", "changed", "deleted"}`, or None when the live version holds all of it already.
    """
    client = search.open_search(settings.opensearch_url)
    live = versions.find_live(client, "cag")
    held: dict[str, Any] = versions.read_meta(client, live).get("positions", {}) if live and not force else {}
    files: list[dict[str, Any]] = []
    positions: dict[str, Any] = {}
    dropped: list[str] = []
    carried: list[str] = []
    for source in settings.docs:
        mirror, commit = fetch_source(source, settings.work_dir)
        signature = _sign_source(settings, source)
        old = held.get(source.url, {})
        since = old.get("commit") if old.get("signature") == signature else None
        changed, deleted = diff_files(mirror, since, commit, source.folder)
        files += [_stage_file(source, commit, file) for file in read_files(mirror, commit, changed)]
        positions[source.url] = {"commit": commit, "signature": signature}
        if since:
            carried.append(source.url)
            dropped += [make_id(source.url, path) for path in (*changed, *deleted)]
    if not files and not dropped and carried == list(held):
        return None
    url = staging.stage_url(settings.staging_url, "cag", run_id, "sync")
    staging.write_table(url, "files", pa.Table.from_pylist(files, schema=_FILE_SCHEMA))
    manifest = {
        "base": live,
        "positions": positions,
        "carried_sources": carried,
        "dropped_documents": dropped,
    }
    staging.write_manifest(url, manifest)
    return {"run_url": url.removesuffix("/sync"), "changed": len(files), "deleted": len(dropped) - len(files)}


def _sign_source(settings: Settings, source: DocumentSource) -> str:
    """Whatever decides how a source's pages become chunks: a change of it means reading all again."""
    model = (settings.embedding_model, settings.embedding_dimension)
    return make_id(CHUNKER, settings.chunk_tokens, *model, source.folder, sorted(source.groups))


def _stage_file(source: DocumentSource, commit: str, file: Any) -> dict[str, Any]:
    return {
        "repository": source.url,
        "branch": source.branch,
        "commit": commit,
        "path": file["path"],
        "groups": list(source.groups),
        "text": mask_secrets(file["text"]),
    }


def process_documents(settings: Settings, run_url: str) -> dict[str, Any]:
    """Parse the staged pages and cut them into chunks; what is odd about a page is reported, not fatal.

    Returns:
        Counts of pages and chunks, and the oddities as `path:line: what`.
    """
    splitter = open_splitter(settings.tokenizer_file, settings.chunk_tokens)
    now = datetime.now(UTC).isoformat()
    chunks: list[Chunk] = []
    oddities: list[str] = []
    rows = staging.read_table(f"{run_url}/sync/files.parquet").to_pylist()
    for row in rows:
        document = parse_document(row["path"], row["text"])
        oddities += document["oddities"]
        cite = {"type": "git", **{name: row[name] for name in ("repository", "commit", "path")}}
        chunks += build_document_chunks(document, cite, row["groups"], splitter, make_id(run_url), now)
    staging.write_table(f"{run_url}/markdown", "chunks", chunks_to_table(chunks))
    staging.write_manifest(f"{run_url}/markdown", {"pages": len(rows), "oddities": oddities})
    return {"pages": len(rows), "chunks": len(chunks), "oddities": oddities}


def build_version(settings: Settings, run_url: str) -> dict[str, Any]:
    """Build a candidate of the new chunks and of those that the live version holds unchanged.

    Returns:
        The candidate's index and counts of written, embedded and carried-over chunks.

    Raises:
        RuntimeError: OpenSearch refuses a chunk.
    """
    client = search.open_search(settings.opensearch_url)
    manifest = staging.read_manifest(f"{run_url}/sync")
    chunks = table_to_chunks(staging.read_table(f"{run_url}/markdown/chunks.parquet"))
    embedded = embed_chunks(client, settings, chunks, manifest["base"])
    origin = {
        "parent": manifest["base"],
        "embedding_model": _name_model(client, settings, chunks, manifest["base"]),
        "dimension": settings.embedding_dimension,
        "chunker": CHUNKER,
        "chunk_tokens": settings.chunk_tokens,
        "code_commit": settings.code_commit,
    }
    index = versions.create_version(client, "cag", origin)
    carried = _carry_over(client, manifest, index)
    refused = search.write_chunks(client, index, chunks)
    if refused:
        raise RuntimeError(f"{index}: {len(refused)} chunks were refused, the first: {refused[0]}")
    versions.update_meta(client, index, positions=manifest["positions"], state="candidate")
    return {"index": index, "written": len(chunks), "embedded": embedded, "carried_over": carried}


def _name_model(client: Any, settings: Settings, chunks: list[Chunk], base: str | None) -> str:
    """The model with its revision, from the new chunks or, if all are carried over, from their version."""
    if chunks:
        return chunks[0]["embedding_model"]
    return str(versions.read_meta(client, base)["embedding_model"]) if base else settings.embedding_model


def _carry_over(client: Any, manifest: dict[str, Any], index: str) -> int:
    if not manifest["carried_sources"]:
        return 0
    sources, dropped = manifest["carried_sources"], manifest["dropped_documents"]
    return search.carry_over(client, manifest["base"], index, sources, dropped)
