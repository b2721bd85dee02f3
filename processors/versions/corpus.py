"""What an index version is made of: its documents, sources, groups and models, and where its vectors are."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypedDict

import numpy as np
import numpy.typing as npt
from opensearchpy import OpenSearch

from processors.retrieval.nearest import build_nearest_query

# Buckets a request; OpenSearch allows 65,536.
_PAGE: Final = 10_000
_VECTORS: Final = 200


class Document(TypedDict):
    """A document of an index: where it is from, and how many chunks it has."""

    source: str
    chunks: int


def read_documents(client: OpenSearch, index: str) -> dict[str, Document]:
    """Return all documents by id."""
    return {
        bucket["key"]["doc_id"]: Document(source=bucket["key"]["source"], chunks=bucket["doc_count"])
        for bucket in read_buckets(client, index, ("source", "doc_id"))
    }


def read_models(client: OpenSearch, index: str) -> dict[str, int]:
    """Return how many chunks have vectors of each model, `model@revision`."""
    return {
        bucket["key"]["embedding_model"]: bucket["doc_count"]
        for bucket in read_buckets(client, index, ("embedding_model",))
    }


def read_dimension(client: OpenSearch, version: str) -> int:
    """Return the length of the vectors that a version takes."""
    mapping = client.indices.get_mapping(index=version)[version]["mappings"]
    return int(mapping["properties"]["embedding"]["dimension"])


def find_by_vector(
    client: OpenSearch, index: str, vectors: npt.NDArray[np.float32], neighbours: int
) -> list[set[str]]:
    """Return the content hashes of each vector's nearest chunks, by the vectors alone.

    Args:
        client: OpenSearch.
        index: A version, or an expression for its family.
        vectors: Shape (n_questions, dim).
        neighbours: How many chunks of each.
    """
    found = []
    for vector in vectors:
        nearest = build_nearest_query(vector.tolist(), neighbours)
        body = {"size": neighbours, "query": nearest, "_source": ["content_hash"]}
        hits = client.search(index=index, body=body)["hits"]["hits"]
        found.append({hit["_source"]["content_hash"] for hit in hits})
    return found


def read_vectors(client: OpenSearch, index: str, source: str | None = None) -> npt.NDArray[np.float32]:
    """Return the vectors of a fair sample of an index's chunks, or of a source's; the same one each time.

    Args:
        client: OpenSearch.
        index: An index, an alias, or a version with its slices.
        source: Whose chunks; None for those of all sources.
    """
    body = {
        "size": _VECTORS,
        "query": {"term": {"source": source}} if source else {"match_all": {}},
        # Hashes are spread evenly.
        "sort": [{"content_hash": "asc"}],
        "_source": ["embedding"],
    }
    hits = client.search(index=index, body=body)["hits"]["hits"]
    return np.array([hit["_source"]["embedding"] for hit in hits], dtype=np.float32)


def read_buckets(
    client: OpenSearch, index: str, fields: Sequence[str], *, with_missing: bool = False
) -> Iterator[dict[str, Any]]:
    """Yield the combinations of fields' values with their numbers of chunks, sorted by the values.

    Args:
        client: OpenSearch.
        index: A version, or an expression for its family.
        fields: Keyword fields.
        with_missing: Whether a chunk without a value counts, as None; else it is left out.
    """
    composite: dict[str, Any] = {
        "sources": [{field: {"terms": {"field": field, "missing_bucket": with_missing}}} for field in fields],
        "size": _PAGE,
    }
    while True:
        body = {"size": 0, "aggs": {"buckets": {"composite": composite}}}
        page = client.search(index=index, body=body)["aggregations"]["buckets"]
        yield from page["buckets"]
        if "after_key" not in page:
            return
        composite["after"] = page["after_key"]
