"""Gives chunks their vectors, and asks the model only for content that no version holds yet."""

import httpx
import numpy as np
import numpy.typing as npt
import structlog
from opensearchpy import OpenSearch

from processors.knowledge.chunk import Chunk, embedding_text
from processors.settings import Settings
from processors.stores.model_server import embed_in_process, embed_texts, is_away
from processors.stores.search import find_embeddings

log = structlog.get_logger(__name__)


def embed_chunks(client: OpenSearch, settings: Settings, chunks: list[Chunk], base: str | None) -> int:
    """Set `embedding` and `embedding_model` on every chunk.

    Args:
        client: OpenSearch.
        settings: Names the embedding model and its server.
        chunks: Changed in place.
        base: Version whose vectors may be used for equal content, or None.

    Returns:
        How many different contents had to be embedded.
    """
    hashes = list({chunk["content_hash"] for chunk in chunks})
    known = find_embeddings(client, base, hashes, settings.embedding.identity) if base and hashes else {}
    fresh = {
        chunk["content_hash"]: settings.embedding.passage_prefix + embedding_text(chunk)
        for chunk in chunks
        if chunk["content_hash"] not in known
    }
    if fresh:
        vectors, served = _embed(settings, list(fresh.values()))
        model = f"{settings.embedding.identity}@{served.rpartition('@')[2]}"
        known |= {key: (vector.tolist(), model) for key, vector in zip(fresh, vectors, strict=True)}
    for chunk in chunks:
        chunk["embedding"], chunk["embedding_model"] = known[chunk["content_hash"]]
    return len(fresh)


def _embed(settings: Settings, texts: list[str]) -> tuple[npt.NDArray[np.float32], str]:
    """Ask the warm model server; when it stays away, the model is loaded in a process of its own."""
    try:
        return embed_texts(settings.kserve.url, settings.embedding.model, texts)
    except httpx.HTTPError as error:
        if not settings.embedding.fallback or not is_away(error):
            raise
        log.warning("model server is down, embedding in a process", url=settings.kserve.url, error=str(error))
        return embed_in_process(settings.embedding.fallback, texts)
