"""What is asked of the live version now and then: does it find its own chunks, and do new ones look alike."""

from typing import Final

import numpy as np
import numpy.typing as npt
from opensearchpy import OpenSearch

from processors.knowledge.chunk import Chunk
from processors.versions.corpus import find_by_vector, read_vectors

_PROBED: Final = 10
_NEIGHBOURS: Final = 10


def probe_version(client: OpenSearch, index: str, chunks: list[Chunk]) -> dict[str, float]:
    """Return the self-retrieval rate of some chunks of a batch, and how far the batch has drifted.

    Args:
        client: OpenSearch.
        index: The live version, which holds the chunks.
        chunks: Of the batch, with embeddings; at least one.
    """
    probed = chunks[:_PROBED]
    batch = np.array([chunk["embedding"] for chunk in chunks], dtype=np.float32)
    nearest = find_by_vector(client, index, batch[:_PROBED], _NEIGHBOURS)
    found = [chunk["content_hash"] in hashes for chunk, hashes in zip(probed, nearest, strict=True)]
    drift = measure_drift(read_vectors(client, index), batch)
    return {"self_retrieval": sum(found) / len(found), "embedding_drift": drift}


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
