"""Any number of chunks for benchmarks of search: paragraphs of real pages, vectors near to real ones."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from opensearchpy import OpenSearch, helpers

from processors.knowledge.chunk import index_mapping, make_id
from processors.stores.search import ANALYSIS
from processors.versions.corpus import read_vectors

CHUNKS: Final = 100_000
FOLDERS: Final = ("kubernetes-docs/content/en", "opensearch-docs")
_PARAGRAPH: Final = 900
BLOCK: Final = 1_000
"""Chunks that are made at once."""
# How far a made vector lies from the middle of the two that it is made of, in each dimension.
_NOISE: Final = 0.02
_READ_AT: Final = "2026-01-01T00:00:00+00:00"


@contextmanager
def open_index(
    client: OpenSearch, name: str, dimension: int, method: dict[str, Any] | None = None
) -> Iterator[None]:
    """Make an index of chunks that no alias leads to, and delete it in the end.

    Args:
        client: OpenSearch.
        name: Of the index.
        dimension: Length of the vectors.
        method: What is changed of how vectors are kept; None: as in every version.
    """
    mappings = index_mapping(dimension)
    mappings["properties"]["embedding"]["method"] |= method or {}
    settings = {"index": {"knn": True, "number_of_shards": 1, "number_of_replicas": 0}, "analysis": ANALYSIS}
    client.indices.create(index=name, body={"settings": settings, "mappings": mappings})
    try:
        yield
    finally:
        client.indices.delete(index=name, params={"ignore_unavailable": "true"})


@contextmanager
def hold_index(client: OpenSearch, name: str, data: Path, live: str) -> Iterator[int]:
    """Fill an index of this name, give the number of its chunks, and delete it in the end.

    Args:
        client: OpenSearch.
        name: Of the index; no alias leads to it.
        data: The folder with the pages, of which each paragraph is taken as often as it needs.
        live: The version whose vectors the new ones are made of.
    """
    vectors, paragraphs = read_vectors(client, live), list(read_paragraphs(data))
    with open_index(client, name, vectors.shape[1]):
        for first in range(0, CHUNKS, BLOCK):
            made = make_vectors(vectors, BLOCK, first)
            helpers.bulk(client, make_chunks(name, paragraphs, made, first), request_timeout=120)
        client.indices.refresh(index=name)
        yield CHUNKS


def read_paragraphs(data: Path) -> Iterator[tuple[str, str]]:
    """Yield title and text of pieces of the pages in a folder of corpora, about as long as chunks."""
    for folder in FOLDERS:
        for file in sorted((data / folder).rglob("*.md")):
            title = file.stem.replace("-", " ")
            yield from ((title, text) for text in cut_text(file.read_text(encoding="utf-8"), _PARAGRAPH))


def cut_text(text: str, size: int) -> Iterator[str]:
    """Yield paragraphs joined up to a size in characters.

    Example:
        >>> list(cut_text("one two\\n\\nthree\\n\\nfour five", 13))
        ['one two three', 'four five']
    """
    piece = ""
    for paragraph in text.split("\n\n"):
        words = " ".join(paragraph.split())
        if piece and len(piece) + len(words) >= size:
            yield piece
            piece = words
        else:
            piece = f"{piece} {words}".strip()
    if piece:
        yield piece


def make_vectors(vectors: npt.NDArray[np.float32], number: int, seed: int) -> npt.NDArray[np.float32]:
    """Return vectors of length 1, each between two of the given ones and a little beside.

    Args:
        vectors: Of length 1, shape (n, dim); at least one.
        number: How many to make.
        seed: The same seed makes the same vectors.
    """
    draw = np.random.default_rng(seed)
    pairs = draw.integers(len(vectors), size=(2, number))
    share = draw.random((number, 1), dtype=np.float32)
    mixed = vectors[pairs[0]] * share + vectors[pairs[1]] * (1 - share)
    mixed += draw.normal(0, _NOISE, mixed.shape)
    lengths = np.linalg.norm(mixed, axis=1, keepdims=True)
    return np.asarray(mixed / lengths, dtype=np.float32)


def make_chunks(
    index: str, paragraphs: Sequence[tuple[str, str]], vectors: npt.NDArray[np.float32], first: int
) -> Iterator[dict[str, Any]]:
    """Yield a bulk's actions: a chunk for each vector.

    Args:
        index: That they go to.
        paragraphs: Title and text, of which each is taken as often as it needs.
        vectors: Shape (n, dim).
        first: Number of the first; a citation holds it.
    """
    for number, vector in enumerate(vectors, start=first):
        title, text = paragraphs[number % len(paragraphs)]
        chunk_id = make_id("benchmark", str(number))
        chunk: dict[str, Any] = {
            "chunk_id": chunk_id,
            "doc_id": make_id("benchmark", title),
            "source": "benchmark",
        }
        chunk |= {"kind": "doc", "title": title, "heading_path": title, "text": text, "severity": ""}
        chunk |= {"acl": ["public"], "cite": {"number": number}, "observed_at": _READ_AT}
        yield {"_index": index, "_id": chunk_id, "_source": {**chunk, "embedding": vector.tolist()}}
