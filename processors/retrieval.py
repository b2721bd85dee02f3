"""Retrieval as pure functions: the request for OpenSearch, and what is made of its answer.

The service (async) and the evaluation (sync) both use these, so that what is measured is what is served.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypedDict

DYNAMIC_KINDS: Final = frozenset(
    {"log_pattern", "metric_window", "alert", "k8s_event", "k8s_state", "ml_run", "ml_model", "pipeline_run"}
)
KEYWORD_FILTERS: Final = (
    "source", "kind", "service", "severity", "cluster", "namespace", "doc_id", "chunk_id",
)  # fmt: skip
RECENCY_HALF_LIFE: Final = timedelta(hours=1)

# An old event keeps this share of its score, so that "what happened last week" can still be answered.
_RECENCY_FLOOR: Final = 0.5
# Each sub-query offers this many candidates (or k, if more) to the normalisation.
_CANDIDATES: Final = 50
_RRF_CONSTANT: Final = 60
_SIBLINGS: Final = 500
# People paste whole logs. OpenSearch refuses a query of more than 1,024 clauses, and each word makes several.
_SEARCHED_CHARACTERS: Final = 1_000
_SEARCHED_FIELDS: Final = ("title", "heading_path", "text", "values")
_HIT_FIELDS: Final = ("chunk_id", "doc_id", "kind", "title", "heading_path", "text", "cite", "observed_at")
_DATE_OPERATORS: Final = frozenset({"gt", "gte", "lt", "lte"})
# The scores of the two sub-queries have different scales: each is stretched to [0, 1], then averaged.
_NORMALISATION: Final = {
    "normalization-processor": {
        "normalization": {"technique": "min_max"},
        "combination": {"technique": "arithmetic_mean", "parameters": {"weights": [0.5, 0.5]}},
    }
}


class FilterError(ValueError):
    """A filter is not one of the known ones."""


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
    """A retrieved chunk with the two fields more that ranking and prompt need."""

    kind: str
    heading_path: str


def build_hybrid_query(
    query: str,
    vector: Sequence[float] | None,
    k: int,
    groups: Sequence[str],
    filters: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the body of the search request: BM25 and nearest neighbours, normalised and averaged.

    Args:
        query: The question, as asked; the words after its first 1,000 characters are not searched for.
        vector: Its embedding; `None` when there is no embedder to ask, which leaves BM25 alone.
        k: How many hits to return.
        groups: Groups of the one who asks; only chunks that one of them may see are candidates.
        filters: Keyword fields with a value or a list of values, and `observed_at` with a range.

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
    allowed = [{"terms": {"acl": sorted(groups)}}, *_build_filters(filters or {})]
    searched = query[:_SEARCHED_CHARACTERS]
    words = {"query": searched, "type": "best_fields", "fields": list(_SEARCHED_FIELDS), "tie_breaker": 0.5}
    by_words = {"bool": {"must": [{"multi_match": words}], "filter": allowed}}
    request: dict[str, Any] = {"size": k, "_source": list(_HIT_FIELDS)}
    if vector is None:
        return {**request, "query": by_words}
    candidates = max(k, _CANDIDATES)
    nearest = {"vector": list(vector), "k": candidates, "filter": {"bool": {"filter": allowed}}}
    hybrid = {"queries": [by_words, {"knn": {"embedding": nearest}}], "pagination_depth": candidates}
    pipeline = {"phase_results_processors": [_NORMALISATION]}
    return {**request, "query": {"hybrid": hybrid}, "search_pipeline": pipeline}


def _build_filters(filters: Mapping[str, Any]) -> list[dict[str, Any]]:
    clauses: list[dict[str, Any]] = []
    for name, value in filters.items():
        if name in KEYWORD_FILTERS:
            clauses.append({"terms": {name: value if isinstance(value, list) else [value]}})
        elif name == "observed_at" and isinstance(value, dict) and value.keys() <= _DATE_OPERATORS:
            clauses.append({"range": {"observed_at": value}})
        else:
            known = ", ".join(KEYWORD_FILTERS)
            raise FilterError(
                f"filter {name!r} must be one of {known} with a value or a list of values, "
                "or observed_at with gt, gte, lt or lte"
            )
    return clauses


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
    )


def apply_recency(hits: Iterable[Hit], now: datetime, half_life: timedelta = RECENCY_HALF_LIFE) -> list[Hit]:
    """Return the hits re-ranked so that, among dynamic ones, what just happened wins.

    The score of a dynamic hit is multiplied by `0.5 + 0.5 * 2 ** (-age / half_life)`: 1 for a new event,
    0.75 after one half-life, 0.5 in the end. Documents do not age.

    Args:
        hits: Hits with `observed_at` in ISO 8601.
        now: The time of the question, with a time zone.
        half_life: Age at which half of the bonus is gone.

    Example:
        >>> hit = {"kind": "log_pattern", "score": 1.0, "observed_at": "2026-01-01T00:00:00Z"}
        >>> now = datetime.fromisoformat("2026-01-01T01:00:00Z")
        >>> apply_recency([hit], now)[0]["score"]
        0.75
    """
    weighted = [_weigh(hit, now, half_life) for hit in hits]
    return sorted(weighted, key=lambda hit: -hit["score"])


def _weigh(hit: Hit, now: datetime, half_life: timedelta) -> Hit:
    if hit["kind"] not in DYNAMIC_KINDS or not hit["observed_at"]:
        return hit
    age = max(now - datetime.fromisoformat(hit["observed_at"]), timedelta(0))
    weight: float = _RECENCY_FLOOR + (1 - _RECENCY_FLOOR) * 2 ** -(age / half_life)
    return {**hit, "score": hit["score"] * weight}


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


def build_siblings_query(hits: Iterable[Hit], groups: Sequence[str]) -> dict[str, Any]:
    """Return the body of the search for all chunks of the documents among some hits."""
    documents = sorted({hit["doc_id"] for hit in hits})
    of_documents = [{"terms": {"doc_id": documents}}, {"terms": {"acl": sorted(groups)}}]
    return {"size": _SIBLINGS, "_source": list(_HIT_FIELDS), "query": {"bool": {"filter": of_documents}}}


def complete_sections(hits: Iterable[Hit], siblings: Iterable[Hit], limit: int) -> list[Hit]:
    """Return the hits with each document's hit grown to its whole section, each section once.

    A procedure that was cut into chunks is one procedure to the reader: steps 5 to 8 alone mislead.

    Args:
        hits: Hits, best first; a section stands at its best one.
        siblings: The chunks of the documents that the hits are from.
        limit: A section with more characters than this stays as the hit that was found.

    Example:
        >>> cite = {"start_line": 1, "end_line": 2}
        >>> first = {"doc_id": "d", "heading_path": "h", "text": "1. a", "cite": cite}
        >>> second = {**first, "text": "2. b", "cite": {"start_line": 3, "end_line": 4}}
        >>> (whole,) = complete_sections([second], [second, first], limit=99)
        >>> whole["text"].splitlines(), whole["cite"]["end_line"]
        (['1. a', '2. b'], 4)
    """
    sections: dict[tuple[str, str], list[Hit]] = {}
    for sibling in sorted(siblings, key=lambda hit: int(hit["cite"].get("start_line", 0))):
        sections.setdefault((sibling["doc_id"], sibling["heading_path"]), []).append(sibling)
    seen: set[tuple[str, str]] = set()
    completed: list[Hit] = []
    for hit in hits:
        section = (hit["doc_id"], hit["heading_path"])
        parts = sections.get(section, [])
        if section in seen:
            continue
        if len(parts) > 1 and sum(len(part["text"]) for part in parts) <= limit:
            seen.add(section)
            lines = {"start_line": parts[0]["cite"]["start_line"], "end_line": parts[-1]["cite"]["end_line"]}
            text = "\n".join(part["text"] for part in parts)
            completed.append({**hit, "text": text, "cite": {**hit["cite"], **lines}})
        else:
            completed.append(hit)
    return completed


def normalise_query(text: str) -> str:
    """Return the form under which equal questions share a cache entry.

    Example:
        >>> normalise_query("  Why is the  Cluster RED?! ")
        'why is the cluster red'
    """
    words = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return words.rstrip("?!. ")
