"""Hours of one pattern of logs have one vector: a search must see what lies behind hundreds of them."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from opensearchpy import OpenSearch, helpers

from processors.knowledge.chunk import index_mapping
from processors.retrieval.nearest import build_nearest_query
from processors.stores.search import ANALYSIS
from processors.versions.corpus import find_by_vector

INDEX = "test-equal-vectors"
DIMENSION = 32
Vectors = npt.NDArray[np.float32]
HOURS = 400
PATTERNS = 12


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    """Return those of patterns that are much alike, as lines of many services are."""
    draw = np.random.default_rng(7)
    made = draw.normal(size=DIMENSION) + 0.2 * draw.normal(size=(PATTERNS, DIMENSION))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def index(client: OpenSearch, vectors: Vectors) -> Iterator[str]:
    client.indices.delete(index=INDEX, ignore_unavailable=True)
    settings = {"index": {"knn": True, "number_of_shards": 1, "number_of_replicas": 0}, "analysis": ANALYSIS}
    client.indices.create(index=INDEX, body={"settings": settings, "mappings": index_mapping(DIMENSION)})
    hours = (
        {
            "_index": INDEX,
            "_id": f"{pattern}-{hour}",
            "content_hash": str(pattern),
            "acl": ["public"],
            "embedding": vector.tolist(),
        }
        for pattern, vector in enumerate(vectors)
        for hour in range(HOURS)
    )
    helpers.bulk(client, hours)
    # All in one graph, as they are some minutes later.
    client.indices.forcemerge(index=INDEX, max_num_segments=1, request_timeout=120)
    client.indices.refresh(index=INDEX)
    yield INDEX
    client.indices.delete(index=INDEX)


def test_every_pattern_is_found_by_its_own_vector(client: OpenSearch, index: str, vectors: Vectors) -> None:
    found = find_by_vector(client, index, vectors, 5)
    assert found == [{str(pattern)} for pattern in range(PATTERNS)]


def test_a_search_with_the_conditions_of_a_reader_finds_it_too(
    client: OpenSearch, index: str, vectors: Vectors
) -> None:
    allowed = {"bool": {"filter": [{"terms": {"acl": ["public"]}}]}}
    for pattern, vector in enumerate(vectors):
        query = build_nearest_query(vector.tolist(), 50, allowed)
        hits = client.search(index=index, body={"size": 50, "query": query})["hits"]["hits"]
        assert {hit["_source"]["content_hash"] for hit in hits} == {str(pattern)}
