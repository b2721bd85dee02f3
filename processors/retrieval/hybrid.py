"""Retrieval as pure functions: the request for OpenSearch, and what is made of its answer.

The service (async) and the evaluation (sync) both use these, so that what is measured is what is served.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypedDict

from processors.retrieval.conditions import list_conditions
from processors.retrieval.nearest import TextToEmbed
from processors.retrieval.question.time_window import TimeWindow
from processors.retrieval.subqueries import ask_in_parts

CANDIDATES: Final = 50
"""Each sub-query offers so many (or k, if more) to the normalisation."""
_RRF_CONSTANT: Final = 60
HIT_FIELDS: Final = (
    "chunk_id", "doc_id", "kind", "title", "heading_path", "text", "cite", "observed_at", "severity",
    "procedure",
)  # fmt: skip


class RetrievedHit(TypedDict):
    """A retrieved chunk as `/v1/retrieve` shows it."""

    chunk_id: str
    doc_id: str
    score: float
    title: str
    text: str
    cite: dict[str, Any]
    observed_at: str
    index: str


class Hit(RetrievedHit):
    """A retrieved chunk with the fields more that ranking and prompt need."""

    kind: str
    heading_path: str
    severity: str
    procedure: str


def build_hybrid_query(
    query: str,
    vector: Sequence[float] | TextToEmbed | None,
    k: int,
    groups: Sequence[str],
    filters: Mapping[str, Any] | None = None,
    window: TimeWindow | None = None,
) -> dict[str, Any]:
    """Return the body of the search for documents: BM25 and nearest neighbours, normalised and averaged.

    Args:
        query: The question, as asked; the words after its first 1,000 characters are not searched for.
        vector: Its embedding, or the text for OpenSearch to embed; `None` when there is no embedder to ask,
            which leaves BM25 alone.
        k: How many hits are wanted. At least 50 are asked for, so that a page's chunks support each other.
        groups: Groups of the one who asks; only chunks that one of them may see are candidates.
        filters: Keyword fields with a value or a list of values, and `observed_at` with a range.
        window: Time asked about, of which documents know nothing.

    Raises:
        ValueError: `k` is below 1.
        FilterError: A filter is not one of the known ones.

    Example:
        >>> body = build_hybrid_query("red cluster", [0.1, 0.2], 3, ["public"])
        >>> [next(iter(part)) for part in body["query"]["hybrid"]["queries"]]
        ['bool', 'knn']
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    candidates = max(k, CANDIDATES)
    asked = ask_in_parts(query, vector, candidates, list_conditions(groups, filters, window))
    request: dict[str, Any] = {"size": candidates, "_source": list(HIT_FIELDS)}
    if len(asked.queries) == 1:
        return {**request, "query": asked.queries[0]}
    hybrid = {"queries": asked.queries, "pagination_depth": candidates}
    return {**request, "query": {"hybrid": hybrid}, "search_pipeline": _build_search_pipeline(asked.weights)}


def _build_search_pipeline(weights: Sequence[float]) -> dict[str, Any]:
    """Return the search pipeline: the sub-queries' scores, each stretched to [0, 1], are averaged."""
    processor = {
        "normalization": {"technique": "min_max"},
        "combination": {"technique": "arithmetic_mean", "parameters": {"weights": list(weights)}},
    }
    return {"phase_results_processors": [{"normalization-processor": processor}]}


def parse_hits(response: Mapping[str, Any]) -> list[Hit]:
    """Return the hits of a search response, best first.

    Example:
        >>> source = {"chunk_id": "a", "title": "T", "text": "x", "kind": "doc"}
        >>> found = {"_id": "a", "_index": "cag-v000001", "_score": 1, "_source": source}
        >>> parse_hits({"hits": {"hits": [found]}})[0]["index"]
        'cag-v000001'
    """
    return [_parse_hit(hit) for hit in response["hits"]["hits"]]


def _parse_hit(hit: Mapping[str, Any]) -> Hit:
    source = hit["_source"]
    return Hit(
        chunk_id=source.get("chunk_id", hit["_id"]),
        doc_id=source.get("doc_id", ""),
        score=float(hit["_score"] or 0.0),
        title=source.get("title", ""),
        text=source.get("text", ""),
        cite=source.get("cite", {}),
        observed_at=source.get("observed_at", ""),
        index=hit["_index"],
        kind=source.get("kind", ""),
        heading_path=source.get("heading_path", ""),
        severity=source.get("severity", ""),
        procedure=source.get("procedure", ""),
    )


def fuse(lists: Iterable[Sequence[Hit]], k: int) -> list[Hit]:
    """Return the best `k` of several rankings by reciprocal rank fusion.

    Scores of different indices cannot be compared, ranks can. Each ranking gives a hit `1 / (60 + rank)`
    (Cormack, Clarke, Büttcher: "Reciprocal rank fusion outperforms Condorcet and individual rank learning
    methods", SIGIR 2009). The sum is the hit's new score; ties keep the order of the rankings.

    Args:
        lists: Rankings, each best first.
        k: How many hits to return.

    Example:
        >>> first, second = [{"chunk_id": "a"}], [{"chunk_id": "b"}, {"chunk_id": "a"}]
        >>> [hit["chunk_id"] for hit in fuse([first, second], 2)]
        ['a', 'b']
    """
    scores: dict[str, float] = {}
    by_id: dict[str, Hit] = {}
    for ranking in lists:
        for rank, hit in enumerate(ranking, start=1):
            identity = hit["chunk_id"]
            by_id.setdefault(identity, hit)
            scores[identity] = scores.get(identity, 0.0) + 1 / (_RRF_CONSTANT + rank)
    best = sorted(scores, key=lambda identity: -scores[identity])[:k]
    return [{**by_id[identity], "score": scores[identity]} for identity in best]
