"""`make bench-quality`: how well pages are found, by simple rankings and through `/v1/retrieve`.

Runs on a stack of its own, whose documents it makes: alerts ask for runbooks among the pages of Kubernetes,
people ask for those pages in their own words, and SciFact shows that the measuring is right. A page stands at
its best chunk. What was tuned was tuned on half of the runbooks: `quality_corpus.is_held_out` tells which.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import redis
from opensearchpy import OpenSearch

from evaluation.benchmarks.quality_corpus import (
    KUBERNETES,
    RUNBOOKS,
    find_answer,
    is_held_out,
    load_alerts,
    name_alerts,
    prepare,
    read_pages,
)
from evaluation.benchmarks.rankers import DEPTH, build_bm25_query, build_dense_query, build_plain_hybrid_query
from evaluation.benchmarks.rows import Row, compare_times, emit, tell_load
from evaluation.benchmarks.scifact import read_abstracts, read_claims
from evaluation.measures.ranking import compute_measures
from evaluation.measures.statistics import compare_paired
from evaluation.queries.query_sets import Query, locate_documents, read_golden
from processors.knowledge.markdown.cutting import open_splitter
from processors.settings import Settings, load_settings
from processors.stores.model_server import embed_texts
from processors.stores.search import apply_templates, open_search

USERS_FILE: Final = Path(__file__).parents[1] / "queries" / "kubernetes_users.jsonl"
_SHOWN: Final = ("ndcg_at_10", "recall_at_10", "mrr_at_10")

Run = dict[str, float]
Measured = dict[str, dict[str, float]]


class Rankings(NamedTuple):
    """What each ranking reached for each query, and how long the service took, in milliseconds."""

    measured: dict[str, Measured]
    latencies: list[float]


def rank_pages(hits: Iterable[tuple[str, float]]) -> Run:
    """Return each page's score: that of its best chunk.

    Example:
        >>> rank_pages([("a", 0.9), ("b", 0.8), ("a", 0.1)])
        {'a': 0.9, 'b': 0.8}
    """
    best: Run = {}
    for doc_id, score in hits:
        best[doc_id] = max(score, best.get(doc_id, score))
    return best


def measure(
    client: OpenSearch, settings: Settings, service: httpx.Client, plain: str, queries: list[Query]
) -> Rankings:
    """Ask the simple rankings and the service for every query.

    Args:
        client: OpenSearch.
        settings: Name the embedding model and its server.
        service: HTTP client of the service.
        plain: Index of the same chunks that the simple rankings search.
        queries: At least one.
    """
    vectors, _ = embed_texts(
        settings.kserve.url,
        settings.embedding.model,
        [settings.embedding.query_prefix + query["query"] for query in queries],
    )
    by_id = {query["query_id"]: vector.tolist() for query, vector in zip(queries, vectors, strict=True)}
    latencies: list[float] = []

    def search(body: dict[str, Any]) -> Run:
        hits = client.search(index=plain, body=body)["hits"]["hits"]
        return rank_pages((hit["_source"]["doc_id"], hit["_score"]) for hit in hits)

    def retrieve(query: Query) -> Run:
        body = {"query": query["query"], "k": DEPTH, "pipeline": "cag"}
        began = time.perf_counter()
        answer = service.post("/v1/retrieve", json=body).raise_for_status().json()
        latencies.append((time.perf_counter() - began) * 1000)
        return rank_pages((hit["doc_id"], hit["score"]) for hit in answer["hits"])

    rankings: dict[str, Callable[[Query], Run]] = {
        "BM25": lambda query: search(build_bm25_query(query["query"])),
        "dense": lambda query: search(build_dense_query(by_id[query["query_id"]])),
        "plain hybrid": lambda query: search(
            build_plain_hybrid_query(query["query"], by_id[query["query_id"]])
        ),
        "`/v1/retrieve`": retrieve,
    }
    measured = {
        name: compute_measures(queries, {query["query_id"]: rank(query) for query in queries})
        for name, rank in rankings.items()
    }
    return Rankings(measured, latencies)


def report(title: str, rankings: Rankings, chosen: set[str]) -> str:
    """Return a table of the rankings over some of the queries, and ours against the plain hybrid.

    Args:
        title: Names the queries.
        rankings: Measured of each query, by the ranking's name.
        chosen: Ids of the queries that count; at least one.
    """
    lines = [
        f"\n{title}, {len(chosen)} queries",
        "| ranking | nDCG@10 | recall@10 | MRR@10 |",
        "|---|---|---|---|",
    ]
    for name, measured in rankings.measured.items():
        means = [sum(measured[key][what] for key in chosen) / len(chosen) for what in _SHOWN]
        lines.append(f"| {name} | " + " | ".join(f"{mean:.3f}" for mean in means) + " |")
    order = sorted(chosen)
    ours, plain = (
        [rankings.measured[name][key]["ndcg_at_10"] for key in order]
        for name in ("`/v1/retrieve`", "plain hybrid")
    )
    told = compare_paired(ours, plain)
    lines.append(
        f"nDCG@10 of /v1/retrieve less that of the plain hybrid: {told['difference']:+.3f} "
        f"[{told['low']:+.3f}, {told['high']:+.3f}], p = {told['p_value']:.4f}"
    )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure all query sets on the stack that the environment names."""
    if "RUNLORE_TEST_DATA" not in os.environ:
        sys.exit("RUNLORE_TEST_DATA must name the folder with runbooks/, kubernetes-docs/ and scifact/")
    data, settings = Path(os.environ["RUNLORE_TEST_DATA"]), load_settings()
    client = open_search(settings.opensearch)
    apply_templates(client, settings.embedding.dimension)
    key = settings.access.read_api_key()
    began = datetime.now(UTC)
    with httpx.Client(
        base_url=settings.service.url, headers={"Authorization": f"Bearer {key}"}, timeout=60
    ) as service:
        _measure_pages(client, settings, service, data)
        _measure_scifact(client, settings, service, data)
    sys.stdout.write(f"\n{tell_load()}, {datetime.now(UTC) - began} in all\n")


def _measure_pages(client: OpenSearch, settings: Settings, service: httpx.Client, data: Path) -> None:
    splitter = open_splitter(settings.embedding.tokenizer_file, settings.documents.chunk_tokens)
    chunks = read_pages(data, splitter)
    prepare(client, settings, "pages", chunks)
    _forget_cached(settings)
    known = {chunk["doc_id"] for chunk in chunks}
    alerts = load_alerts(data, hard=False)
    hard = {query["query_id"] for query in load_alerts(data, hard=True)}
    held_out = {query["query_id"] for query in alerts if is_held_out(find_answer(query))}
    rankings = measure(client, settings, service, "plain-pages", locate_documents(alerts, [RUNBOOKS], known))
    everything = {query["query_id"] for query in alerts}
    names = locate_documents(name_alerts(alerts), [RUNBOOKS], known)
    named = measure(client, settings, service, "plain-pages", names)
    users = locate_documents(read_golden(USERS_FILE), [KUBERNETES], known)
    asked = measure(client, settings, service, "plain-pages", users)
    took = [*rankings.latencies, *asked.latencies]
    groups = {
        "Alerts, the half not tuned on": (rankings, held_out),
        "Alerts, the half not tuned on, hard ones": (rankings, held_out & hard),
        "Alerts, the half tuned on": (rankings, everything - held_out),
        "Alerts, the half tuned on, hard ones": (rankings, hard - held_out),
        "Alerts, all": (rankings, everything),
        "Alerts, all hard ones": (rankings, hard),
        "Names of alerts alone": (named, {query["query_id"] for query in names}),
        "Questions in a user's own words": (asked, {query["query_id"] for query in users}),
    }
    sys.stdout.write(f"{len(chunks)} chunks of {len(known)} pages\n")
    emit(compare_times("/v1/retrieve, embedded and searched", took))
    _tell(groups)


def _measure_scifact(client: OpenSearch, settings: Settings, service: httpx.Client, data: Path) -> None:
    prepare(client, settings, "scifact", read_abstracts(data / "scifact"))
    _forget_cached(settings)
    claims = read_claims(data / "scifact")
    rankings = measure(client, settings, service, "plain-scifact", claims)
    _tell({"SciFact": (rankings, {query["query_id"] for query in claims})})


def _tell(groups: Mapping[str, tuple[Rankings, set[str]]]) -> None:
    for title, (rankings, chosen) in groups.items():
        sys.stdout.write(report(title, rankings, chosen))
        ours, plain = (
            sum(rankings.measured[name][key]["ndcg_at_10"] for key in chosen) / len(chosen)
            for name in ("`/v1/retrieve`", "plain hybrid")
        )
        emit(Row(title, ours, "nDCG@10", "more", beside="plain hybrid", bare=plain))


def _forget_cached(settings: Settings) -> None:
    """So that every query is embedded and searched."""
    with redis.Redis.from_url(settings.redis.url) as cache:
        cache.flushdb()


if __name__ == "__main__":
    main()
