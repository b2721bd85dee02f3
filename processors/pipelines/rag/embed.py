"""`embedding_generation_task`: a vector for every chunk of a run."""

from processors.knowledge.chunk import Chunk
from processors.knowledge.chunk_tables import chunks_to_table, table_to_chunks
from processors.pipelines.embed import embed_chunks
from processors.settings import Settings
from processors.stores import search, staging
from processors.versions import catalog
from processors.versions.names import cover_family


def embed_events(settings: Settings, run_url: str) -> dict[str, int]:
    """Give every chunk its vector: the one that the live version holds for equal content, or a new one.

    Args:
        settings: Of the platform.
        run_url: Folder of the run in staging.

    Returns:
        Counts of chunks and of those that had to be embedded.
    """
    chunks = table_to_chunks(staging.read_table(f"{run_url}/light/chunks.parquet"))
    client = search.open_search(settings.opensearch)
    live = catalog.find_live(client, "rag")
    embedded = embed_chunks(client, settings, chunks, cover_family(live) if live else None)
    staging.write_table(f"{run_url}/embed", "chunks", chunks_to_table(chunks))
    return {"chunks": len(chunks), "embedded": embedded}


def read_batch(run_url: str) -> list[Chunk]:
    """Return the chunks of a run, with their embeddings."""
    return table_to_chunks(staging.read_table(f"{run_url}/embed/chunks.parquet"))
