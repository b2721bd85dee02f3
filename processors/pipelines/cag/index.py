"""`knowledge_indexing_task`: a candidate version of the new chunks and of those that the live one holds.

Only what changed is embedded; the rest is carried over inside OpenSearch with its vectors. A version that
was built is sealed: what is measured is what people are answered from, and the next begins with its files.
"""

from typing import Any

from processors.knowledge.chunk import Chunk
from processors.knowledge.chunk_tables import table_to_chunks
from processors.knowledge.markdown import CHUNKER
from processors.knowledge.markdown.chunking import hash_chunker
from processors.pipelines.embed import embed_chunks
from processors.settings import Settings
from processors.stores import search, staging
from processors.stores.search import clones
from processors.versions import builds, carrying, catalog


def build_version(
    settings: Settings, run_url: str, record: builds.RunRecord = builds.NO_RECORD
) -> dict[str, Any]:
    """Build a candidate of the new chunks and of those that the live version holds unchanged.

    Args:
        settings: Of the platform.
        run_url: Folder of the run in staging.
        record: How the version's run in MLflow is kept.

    Returns:
        The candidate's index and counts of written, embedded and carried-over chunks.

    Raises:
        RuntimeError: OpenSearch refuses a chunk, or another build is under way.
    """
    client = search.open_search(settings.opensearch)
    manifest = staging.read_manifest(f"{run_url}/sync")
    chunks = table_to_chunks(staging.read_table(f"{run_url}/markdown/chunks.parquet"))
    embedded = embed_chunks(client, settings, chunks, manifest["base"])
    origin = {
        "parent": manifest["base"],
        "embedding_model": _name_model(client, settings, chunks, manifest["base"]),
        "dimension": settings.embedding.dimension,
        "chunker": CHUNKER,
        "chunk_tokens": settings.documents.chunk_tokens,
        "chunker_hash": hash_chunker(settings.documents.chunk_tokens, settings.embedding.model),
        "code_commit": settings.versions.code_commit,
    }
    with builds.begin_build(client, "cag", origin, record, run=run_url) as index:
        carried = _carry_over(client, manifest, index)
        refused = search.write_chunks(client, index, chunks)
        if refused:
            raise RuntimeError(f"{index}: {len(refused)} chunks were refused, the first: {refused[0]}")
        records = staging.read_manifest(f"{run_url}/markdown")["page_records"]
        read = {"positions": manifest["positions"], "held_pages": manifest["held_pages"]}
        catalog.update_meta(client, index, **read, page_records=records)
        clones.expunge_deleted(client, index)
        clones.seal_index(client, index)
    return {"index": index, "written": len(chunks), "embedded": embedded, "carried_over": carried}


def _name_model(client: Any, settings: Settings, chunks: list[Chunk], base: str | None) -> str:
    """The model with its revision, from the new chunks or, if all are carried over, from their version."""
    if chunks:
        return chunks[0]["embedding_model"]
    return str(catalog.read_meta(client, base)["embedding_model"]) if base else settings.embedding.identity


def _carry_over(client: Any, manifest: dict[str, Any], index: str) -> int:
    if not manifest["carried_sources"]:
        return 0
    sources, dropped = manifest["carried_sources"], manifest["dropped_documents"]
    return carrying.carry_over(client, manifest["base"], index, sources, dropped)
