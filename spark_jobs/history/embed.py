"""Vectors for the chunks of a rebuild, file by file; a file that has its vectors is left as it is."""

from functools import partial
from typing import Any

from processors.knowledge.chunk_tables import chunks_to_table, table_to_chunks
from processors.pipelines.embed import embed_chunks
from processors.settings import Settings
from processors.stores import search, staging
from spark_jobs.history.warm_model import embed_warm

CHUNKS = "chunks.parquet"


def embed_file(settings: Settings, run_url: str, base: str, name: str) -> dict[str, Any]:
    """Give the chunks of a file their vectors: those that a version holds for equal content, or new ones.

    Args:
        settings: Of the platform.
        run_url: Folder of the run in staging.
        base: Family of the version whose vectors may be used; empty: none.
        name: Of the file.

    Returns:
        Counts of chunks and of contents that had to be embedded, and `model@revision`.
    """
    url = f"{run_url}/embed/{CHUNKS}"
    target = f"{url}/{name}"
    if staging.is_present(target):
        table = staging.read_table(target)
        return {"chunks": len(table), "embedded": 0, "model": table["embedding_model"][0].as_py()}
    chunks = table_to_chunks(staging.read_table(f"{run_url}/heavy/{CHUNKS}/{name}"))
    command = settings.embedding.spark
    embed = partial(embed_warm, command) if command else None
    client = search.open_search(settings.opensearch)
    embedded = embed_chunks(client, settings, chunks, base or None, embed)
    begun = staging.write_table(
        f"{run_url}/embed/begun", name.removesuffix(".parquet"), chunks_to_table(chunks)
    )
    staging.move_file(begun, target)
    return {"chunks": len(chunks), "embedded": embedded, "model": chunks[0]["embedding_model"]}
