"""The one chunk schema; the OpenSearch mapping is made from it, and in `chunk_tables` the Parquet schema."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Final, Literal, NotRequired, TypedDict

from processors.knowledge.blocks import Block

Pipeline = Literal["rag", "cag"]

ENDED: Final = "runlore:ended"
"""Among a chunk's `values`: it describes the state of what is gone, and leaves the index after a while."""


class Chunk(TypedDict):
    """A piece of knowledge that is embedded, searched and cited as one.

    Times are ISO 8601 strings in UTC. `labels`, `cite` and `blocks` are JSON; Parquet holds them as text.

    A page's chunk has its `blocks`, the tree that its text is written from, with the lines of the page, and
    `procedure`, an id that all chunks of one procedure share, or of a section that holds none.

    Dynamic chunks change while what they tell of goes on, and four fields are there for that. `began_at` to
    `observed_at` is the span that the chunk tells of. `gist` is what is embedded in place of the text: the
    part that stays when counts and last values change, so that a change costs no new vector. `values` are
    words that must be found although the text doesn't show them, such as request ids. `source_place` is the
    topic and partition, such as `runlore.logs/0`, and `source_offset` the Kafka position there behind the
    last record that the chunk tells of; `source_offsets` names every single offset of these, such as
    `12-980,990`. `write_version` orders the writes of a chunk, an earlier one never overwrites a later one;
    OpenSearch keeps it beside the document.
    """

    chunk_id: str
    doc_id: str
    source: str
    kind: str
    title: str
    heading_path: str
    text: str
    content_hash: str
    observed_at: str
    ingested_at: str
    cluster: str
    namespace: str
    service: str
    severity: str
    labels: dict[str, str]
    acl: list[str]
    cite: dict[str, Any]
    batch_id: str
    began_at: NotRequired[str]
    gist: NotRequired[str]
    values: NotRequired[list[str]]
    blocks: NotRequired[list[Block]]
    procedure: NotRequired[str]
    source_offset: NotRequired[int]
    source_offsets: NotRequired[str]
    source_place: NotRequired[str]
    write_version: NotRequired[int]
    embedding: NotRequired[list[float]]
    embedding_model: NotRequired[str]
    indexed_at: NotRequired[str]


KEYWORDS: Final = (
    "chunk_id", "doc_id", "source", "kind", "content_hash", "cluster", "namespace",
    "service", "severity", "batch_id", "embedding_model", "procedure",
)  # fmt: skip
TEXTS: Final = ("title", "heading_path", "text")
KEPT: Final = ("gist", "source_offsets", "source_place")
LISTS: Final = ("acl", "values")
DATES: Final = ("began_at", "observed_at", "ingested_at", "indexed_at")
JSON: Final = ("labels", "cite", "blocks")


def index_mapping(dimension: int) -> dict[str, Any]:
    """Return the OpenSearch mapping of an index of chunks.

    Args:
        dimension: Length of the embedding vectors.
    """
    properties: dict[str, Any] = {name: {"type": "keyword"} for name in (*KEYWORDS, "acl")}
    russian = {"ru": {"type": "text", "analyzer": "runlore_russian"}}
    properties |= {name: {"type": "text", "analyzer": "runlore_text", "fields": russian} for name in TEXTS}
    # An identifier is found as a whole; cut into parts it would be found by every number.
    properties["values"] = {"type": "text", "analyzer": "runlore_values", "norms": False}
    properties |= {name: {"type": "text", "index": False} for name in KEPT}
    properties["source_offset"] = {"type": "long"}
    properties |= {name: {"type": "date"} for name in DATES}
    properties |= {name: {"type": "object", "enabled": False} for name in JSON}
    # The distribution carries no faiss library, and faiss is the default engine.
    method = {"name": "hnsw", "space_type": "cosinesimil", "engine": "lucene"}
    properties["embedding"] = {"type": "knn_vector", "dimension": dimension, "method": method}
    return {"dynamic": "strict", "properties": properties}


def make_id(*parts: object) -> str:
    """Return a deterministic identifier: the same parts always give the same 32 hex digits.

    Example:
        >>> make_id("a", 1) == make_id("a", 1) != make_id("a1")
        True
    """
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:32]


def hash_content(title: str, heading_path: str, text: str) -> str:
    """Return the hash of what is embedded (the gist, where a chunk has one): equal hashes, equal vectors.

    Args:
        title: The chunk's.
        heading_path: The chunk's, empty for what is not a page.
        text: Its gist, or the text of one that has none.

    Example:
        >>> hash_content("t", "h", "x") == hash_content("t", "h", "x")
        True
    """
    return make_id(title, heading_path, text)


def embedding_text(chunk: Chunk) -> str:
    """Return the text that stands for the chunk in vector space: its headings, then its gist or its words."""
    return f"{chunk['heading_path'] or chunk['title']}\n{chunk.get('gist') or chunk['text']}"


def keep_last(chunks: Iterable[Chunk]) -> list[Chunk]:
    """Return each chunk as its latest write has it; one object's records may lie in several partitions."""
    ordered = sorted(chunks, key=lambda chunk: chunk.get("write_version", 0))
    return list({chunk["chunk_id"]: chunk for chunk in ordered}.values())
