"""What is compared of index versions before and after a restore."""

from typing import Any

import httpx
import redis
from opensearchpy import OpenSearch, helpers
from tenacity import retry, stop_after_attempt, wait_fixed

from evaluation.queries.query_sets import read_golden
from processors.settings import Settings

SAME_SCORE = 1e-5

Ranked = dict[str, list[tuple[str, float]]]
"""Query to ids and scores of what it finds, best first."""


def describe_indices(client: OpenSearch, pattern: str = "rag-v*,cag-v*") -> dict[str, Any]:
    """Aliases, `_meta` and every chunk's id and content of each index of a version."""
    client.indices.refresh(index=pattern)
    held = client.indices.get(index=pattern)
    return {
        index: (body["aliases"], body["mappings"].get("_meta"), read_contents(client, index))
        for index, body in held.items()
    }


def read_contents(client: OpenSearch, index: str) -> dict[str, tuple[Any, ...]]:
    fields = ["content_hash", "observed_at", "indexed_at", "embedding_model", "acl"]
    found = helpers.scan(client, index=index, query={"_source": fields})
    return {hit["_id"]: tuple(map(str, (hit["_source"].get(name) for name in fields))) for hit in found}


def find_top_ten(settings: Settings) -> Ranked:
    """Ids and scores of what a search finds for each golden query.

    Redis is emptied before each, for a question that is known in other words is answered by what those found.
    """
    key = settings.access.read_api_key()
    found = {}
    with (
        httpx.Client(base_url=settings.service.url, headers={"Authorization": f"Bearer {key}"}) as service,
        redis.Redis.from_url(settings.redis.url) as cache,
    ):
        for query in read_golden():
            cache.flushall()
            found[query["query"]] = _find_hits(service, query["query"])
    return found


# A busy machine, or one that has just had no OpenSearch, answers some late: by words alone, or not at all.
@retry(stop=stop_after_attempt(60), wait=wait_fixed(1), reraise=True)
def _find_hits(service: httpx.Client, query: str) -> list[tuple[str, float]]:
    body = {"query": query, "k": 10, "pipeline": "cag"}
    answer = service.post("/v1/retrieve", json=body, timeout=60).raise_for_status().json()
    assert "degraded" not in answer, answer["degraded"]
    return [(hit["chunk_id"], hit["score"]) for hit in answer["hits"]]


def assert_same_ranking(before: Ranked, after: Ranked) -> None:
    """The same chunks in the same order; scores are sums of 32-bit numbers, whose last digits may differ."""
    changed = {
        query: (hits, after[query])
        for query, hits in before.items()
        if [chunk for chunk, _ in hits] != [chunk for chunk, _ in after[query]]
        or any(abs(one - other) > SAME_SCORE for (_, one), (_, other) in zip(hits, after[query], strict=True))
    }
    assert not changed, f"{len(changed)} of {len(before)} golden queries find something else: {changed}"
