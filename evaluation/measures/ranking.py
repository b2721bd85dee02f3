"""How well an index version answers a set of queries, measured through the retrieval that is served."""

import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypedDict

import ir_measures
import numpy as np
import numpy.typing as npt
from ir_measures import RR, P, R, nDCG
from opensearchpy import OpenSearch

from evaluation.measures.served import search_as_served
from evaluation.queries.query_sets import Query, tell_language
from processors.knowledge.chunk import Pipeline
from processors.retrieval.glossary import add_translation
from processors.settings import Settings
from processors.stores.model_server import embed_texts

MEASURES: Final = {
    "ndcg_at_10": nDCG @ 10,
    "mrr_at_10": RR @ 10,
    "recall_at_10": R @ 10,
    "recall_at_50": R @ 50,
    "precision_at_5": P @ 5,
}
_CHUNKS_PER_QUERY: Final = 50


class QueryResult(TypedDict):
    """What one query found: its measures by name, and the titles on top.

    `latency_ms` is that of the search in milliseconds, without the embedding of the question.
    """

    query_id: str
    query: str
    language: str
    measures: dict[str, float]
    latency_ms: float
    found: list[str]


class AskedQueries(NamedTuple):
    """Queries as they are searched for: with the translation of their words, and their vectors."""

    queries: list[Query]
    texts: list[str]
    vectors: npt.NDArray[np.float32]


def embed_queries(queries: list[Query], settings: Settings) -> AskedQueries:
    """Return queries with their vectors, once for all versions that are asked them.

    Args:
        queries: At least one query.
        settings: Names the embedding model and its server.
    """
    embedding = settings.embedding
    texts = [add_translation(query["query"], reads_russian=embedding.reads_russian) for query in queries]
    asked = [embedding.query_prefix + text for text in texts]
    vectors, _ = embed_texts(settings.kserve.url, embedding.model, asked)
    return AskedQueries(queries, texts, vectors)


def measure_index(
    client: OpenSearch,
    pipeline: Pipeline,
    index: str,
    asked: AskedQueries,
    groups: Sequence[str],
    stand_ins: Mapping[str, str] = MappingProxyType({}),
) -> list[QueryResult]:
    """Ask an index all queries and measure the ranking of documents, each standing at its best chunk.

    As many chunks are asked for as the service ranks, so `recall_at_50` is of the documents that these 50
    chunks belong to.

    Args:
        client: OpenSearch.
        pipeline: Whose version it is.
        index: A version's own name, so that a candidate is measured before anybody is answered from it.
        asked: What is asked.
        groups: Of the one who asks.
        stand_ins: Which document stands for another one that says the same.
    """
    runs: dict[str, dict[str, float]] = {}
    titles: dict[str, list[str]] = {}
    latencies: dict[str, float] = {}
    for query, text, vector in zip(*asked, strict=True):
        started = time.perf_counter()
        hits = search_as_served(client, pipeline, index, text, vector.tolist(), _CHUNKS_PER_QUERY, groups)
        latencies[query["query_id"]] = (time.perf_counter() - started) * 1_000
        best: dict[str, float] = {}
        for hit in hits:
            best.setdefault(stand_ins.get(hit["doc_id"], hit["doc_id"]), hit["score"])
        runs[query["query_id"]] = best
        titles[query["query_id"]] = list(dict.fromkeys(hit["title"] for hit in hits))[:3]
    measured = compute_measures(asked.queries, runs)
    return [
        QueryResult(
            query_id=query["query_id"],
            query=query["query"],
            language=tell_language(query["query"]),
            measures=measured[query["query_id"]],
            latency_ms=latencies[query["query_id"]],
            found=titles[query["query_id"]],
        )
        for query in asked.queries
    ]


def compute_measures(queries: list[Query], runs: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Return the measures of each query; one that found nothing has 0 in all.

    Args:
        queries: Queries with at least one relevant document each.
        runs: Query id to document id to score.

    Example:
        >>> query = Query(query_id="q", query="", relevant={"a": 1})
        >>> compute_measures([query], {"q": {"b": 2.0, "a": 1.0}})["q"]["mrr_at_10"]
        0.5
    """
    qrels = {query["query_id"]: dict(query["relevant"]) for query in queries}
    names = {measure: name for name, measure in MEASURES.items()}
    results: dict[str, dict[str, float]] = {query_id: dict.fromkeys(MEASURES, 0.0) for query_id in qrels}
    for entry in ir_measures.iter_calc(list(names), qrels, runs):
        results[entry.query_id][names[entry.measure]] = float(entry.value)
    return results


def average(results: list[QueryResult]) -> dict[str, float]:
    """Return the mean of each measure over the queries.

    Raises:
        ValueError: There is no query to average over.
    """
    if not results:
        raise ValueError("no query was measured")
    return {name: sum(r["measures"][name] for r in results) / len(results) for name in MEASURES}


def to_table(results: list[QueryResult], live: list[QueryResult] | None) -> dict[str, list[Any]]:
    """Return the per-query table, with what the live version reached beside it, as columns."""
    before = {result["query_id"]: result["measures"] for result in live or []}
    return {
        "query_id": [result["query_id"] for result in results],
        "query": [result["query"] for result in results],
        "language": [result["language"] for result in results],
        **{name: [round(result["measures"][name], 4) for result in results] for name in MEASURES},
        "latency_ms": [round(result["latency_ms"], 1) for result in results],
        "live_ndcg_at_10": [before.get(r["query_id"], {}).get("ndcg_at_10") for r in results],
        "found": [" | ".join(result["found"]) for result in results],
    }
