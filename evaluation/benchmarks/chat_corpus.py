"""A hundred thousand chunks for `make bench-chat`: paragraphs of real pages, vectors near to real ones."""

import itertools
from collections.abc import Iterator
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
_BULK: Final = 1_000
# How far a made vector lies from the middle of the two that it is made of, in each dimension.
_NOISE: Final = 0.02
_READ_AT: Final = "2026-01-01T00:00:00+00:00"


@contextmanager
def hold_index(client: OpenSearch, name: str, data: Path, live: str) -> Iterator[int]:
    """Fill an index of this name, give the number of its chunks, and delete it in the end.

    Args:
        client: OpenSearch.
        name: Of the index; no alias leads to it.
        data: The folder with the pages, of which each paragraph is taken as often as it needs.
        live: The version whose vectors the new ones are made of.
    """
    vectors = read_vectors(client, live)
    settings = {"index": {"knn": True, "number_of_shards": 1, "number_of_replicas": 0}, "analysis": ANALYSIS}
    body = {"settings": settings, "mappings": index_mapping(vectors.shape[1])}
    client.indices.create(index=name, body=body)
    try:
        actions = _make_chunks(name, list(_read_paragraphs(data)), vectors)
        written, _ = helpers.bulk(client, actions, chunk_size=_BULK, request_timeout=120)
        client.indices.refresh(index=name)
        yield written
    finally:
        client.indices.delete(index=name)


def _read_paragraphs(data: Path) -> Iterator[tuple[str, str]]:
    """Yield title and text of pieces of pages, about as long as chunks."""
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


def _make_chunks(
    index: str, paragraphs: list[tuple[str, str]], vectors: npt.NDArray[np.float32]
) -> Iterator[dict[str, Any]]:
    endless = itertools.cycle(paragraphs)
    for start in range(0, CHUNKS, _BULK):
        for number, vector in enumerate(make_vectors(vectors, _BULK, start), start=start):
            title, text = next(endless)
            chunk_id = make_id("benchmark", str(number))
            chunk: dict[str, Any] = {
                "chunk_id": chunk_id,
                "doc_id": make_id("benchmark", title),
                "source": "benchmark",
            }
            chunk |= {"kind": "doc", "title": title, "heading_path": title, "text": text, "severity": ""}
            chunk |= {"acl": ["public"], "cite": {}, "observed_at": _READ_AT, "embedding": vector.tolist()}
            yield {"_index": index, "_id": chunk_id, "_source": chunk}
