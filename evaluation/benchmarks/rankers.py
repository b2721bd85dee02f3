"""Simple rankings that others use, to compare ours with: BM25, nearest neighbours, a plain hybrid of both."""

from collections.abc import Sequence
from typing import Any, Final

# Chunks that a ranking may give to each query, and each side of a hybrid to the other.
DEPTH: Final = 50


def plain_index(dimension: int) -> dict[str, Any]:
    """Return settings and mapping of an index without anything of ours: OpenSearch's English analysis.

    Args:
        dimension: Length of the embedding vectors.
    """
    english = {"type": "text", "analyzer": "english"}
    method = {"name": "hnsw", "space_type": "cosinesimil", "engine": "lucene"}
    properties = {
        "doc_id": {"type": "keyword"},
        "title": english,
        "text": english,
        "embedding": {"type": "knn_vector", "dimension": dimension, "method": method},
    }
    index = {"knn": True, "number_of_shards": 1, "number_of_replicas": 0}
    return {"settings": {"index": index}, "mappings": {"dynamic": "strict", "properties": properties}}


def build_bm25_query(query: str) -> dict[str, Any]:
    """Return the body of the usual search by words: title and text, the better of them and half the other.

    Example:
        >>> build_bm25_query("disk full")["query"]["multi_match"]["fields"]
        ['title', 'text']
    """
    found = {"query": query, "type": "best_fields", "fields": ["title", "text"], "tie_breaker": 0.5}
    return _limit({"multi_match": found})


def build_dense_query(vector: Sequence[float]) -> dict[str, Any]:
    """Return the body of the search for the nearest neighbours of a question's embedding."""
    return _limit({"knn": {"embedding": {"vector": list(vector), "k": DEPTH}}})


def build_plain_hybrid_query(query: str, vector: Sequence[float]) -> dict[str, Any]:
    """Return the body of both, their scores stretched to [0, 1] and averaged."""
    parts = [build_bm25_query(query)["query"], build_dense_query(vector)["query"]]
    processor = {
        "normalization": {"technique": "min_max"},
        "combination": {"technique": "arithmetic_mean", "parameters": {"weights": [0.5, 0.5]}},
    }
    body = _limit({"hybrid": {"queries": parts, "pagination_depth": DEPTH}})
    pipeline = {"phase_results_processors": [{"normalization-processor": processor}]}
    return {**body, "search_pipeline": pipeline}


def _limit(query: dict[str, Any]) -> dict[str, Any]:
    return {"size": DEPTH, "_source": ["doc_id"], "query": query}
