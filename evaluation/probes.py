"""What is asked of the live version now and then: does it find its own chunks, and do new ones look alike."""

from typing import Final

import numpy as np
import numpy.typing as npt
from opensearchpy import OpenSearch

from processors.chunk import Chunk

_PROBED: Final = 10
_NEIGHBOURS: Final = 10
_REFERENCE: Final = 200


def probe_version(client: OpenSearch, index: str, chunks: list[Chunk]) -> dict[str, float]:
    """Return the self-retrieval rate of some chunks of a batch, and how far the batch has drifted.

    Args:
        client: OpenSearch.
        index: The live version, which holds the chunks.
        chunks: Of the batch, with embeddings; at least one.
    """
    probed = chunks[:_PROBED]
    found = [chunk["content_hash"] in _find_nearest(client, index, chunk["embedding"]) for chunk in probed]
    reference = _read_vectors(client, index)
    batch = np.array([chunk["embedding"] for chunk in chunks], dtype=np.float32)
    return {"self_retrieval": sum(found) / len(found), "embedding_drift": measure_drift(reference, batch)}


def measure_drift(reference: npt.NDArray[np.float32], batch: npt.NDArray[np.float32]) -> float:
    """Return the cosine distance of two sets' mean vectors: 0 for the same direction, 2 for the opposite.

    Args:
        reference: Unit vectors, shape (n_reference, dim).
        batch: Unit vectors, shape (n_batch, dim).

    Example:
        >>> one, other = np.array([[1.0, 0.0]], np.float32), np.array([[0.0, 1.0]], np.float32)
        >>> measure_drift(one, one), measure_drift(one, other)
        (0.0, 1.0)
    """
    means = reference.mean(axis=0), batch.mean(axis=0)
    lengths = np.linalg.norm(means[0]) * np.linalg.norm(means[1])
    return float(1 - np.dot(*means) / lengths) if lengths else 0.0


def _find_nearest(client: OpenSearch, index: str, vector: list[float]) -> set[str]:
    nearest = {"knn": {"embedding": {"vector": vector, "k": _NEIGHBOURS}}}
    body = {"size": _NEIGHBOURS, "query": nearest, "_source": ["content_hash"]}
    hits = client.search(index=index, body=body)["hits"]["hits"]
    return {hit["_source"]["content_hash"] for hit in hits}


def _read_vectors(client: OpenSearch, index: str) -> npt.NDArray[np.float32]:
    # Hashes are spread evenly, so the first of them are a fair sample, and the same one each time.
    body = {"size": _REFERENCE, "sort": [{"content_hash": "asc"}], "_source": ["embedding"]}
    hits = client.search(index=index, body=body)["hits"]["hits"]
    return np.array([hit["_source"]["embedding"] for hit in hits], dtype=np.float32)
