"""Retrieval as pure functions: the request for OpenSearch, and what is made of its answer.

The service (async) and the evaluation (sync) both use these, so that what is measured is what is served.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypedDict

from processors.retrieval.nearest import TextToEmbed, build_nearest_query
from processors.retrieval.question.time_window import TimeWindow

if TYPE_CHECKING:
    # The schema's module brings pyarrow, which the service has no use for.
    from processors.knowledge.chunk import Pipeline

DYNAMIC_KINDS: Final = frozenset(
    {
        "log_pattern", "metric_window", "alert", "k8s_event", "k8s_state", "ml_run", "ml_model",
        "pipeline_run", "incident", "action",
    }
)  # fmt: skip
KEYWORD_FILTERS: Final = (
    "source", "kind", "service", "severity", "cluster", "namespace", "doc_id", "chunk_id",
)  # fmt: skip
_IS_DOCUMENT: Final[dict[str, Any]] = {"bool": {"must_not": [{"terms": {"kind": sorted(DYNAMIC_KINDS)}}]}}
# Lines that the stack writes to itself, to see that it works.
CANARY_SERVICE: Final = "runlore-canary"

# Each sub-query offers this many candidates (or k, if more) to the normalisation.
_CANDIDATES: Final = 50
_RRF_CONSTANT: Final = 60
# People paste whole logs. OpenSearch refuses a query of more than 1,024 clauses, and each word makes several.
_SEARCHED_CHARACTERS: Final = 1_000
_TEXT_FIELDS: Final = ("title", "heading_path", "text")
_OTHER_FIELDS: Final = ("values", "title.ru", "heading_path.ru", "text.ru")
# Headings say in few words what a chunk is about. More weight than this costs questions in other words.
_TITLE_BOOST: Final = 0.25
HIT_FIELDS: Final = (
    "chunk_id", "doc_id", "kind", "title", "heading_path", "text", "cite", "observed_at", "severity",
    "procedure",
)  # fmt: skip
# What BM25 adds for a chunk of the very service or namespace that the question names.
_NAMED_BOOST: Final = 3.0
_MARKS: Final = "?!,;:\"'`()[]{}<>«»“”„"
# A request's number, a host, a DAG: words that are a name rather than a part of the language.
_IDENTIFIER: Final = re.compile(r"(?=.*[\d_./:@-])\w[\w./:@-]{2,}\w")
_DATE_OPERATORS: Final = frozenset({"gt", "gte", "lt", "lte"})
_WEIGHTS: Final = (0.55, 0.45)
# A chunk that holds an identifier of the question stands above all that only look alike.
_WEIGHTS_WITH_IDENTIFIERS: Final = (0.275, 0.225, 0.5)


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
    pipeline: "Pipeline" = "cag",
    namespaces: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the body of the search request: BM25 and nearest neighbours, normalised and averaged.

    Args:
        query: The question, as asked; the words after its first 1,000 characters are not searched for.
        vector: Its embedding, or the text for OpenSearch to embed; `None` when there is no embedder to ask,
            which leaves BM25 alone.
        k: How many hits are wanted. At least 50 are asked for, so that a page's chunks support each other.
        groups: Groups of the one who asks; only chunks that one of them may see are candidates.
        filters: Keyword fields with a value or a list of values, and `observed_at` with a range.
        window: Time asked about; what happened at other times is no candidate. Documents always are.
        pipeline: Whose version is searched. Events are asked for by names, which few of them share.
        namespaces: Asked about; what happened in others is no candidate. Documents always are.

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
    allowed = list_conditions(groups, filters, window, namespaces)
    words = [word.strip(_MARKS).rstrip(".") for word in query[:_SEARCHED_CHARACTERS].split()]
    by_words = _build_words_query([word for word in words if word], allowed)
    candidates = max(k, _CANDIDATES)
    request: dict[str, Any] = {"size": candidates, "_source": list(HIT_FIELDS)}
    if vector is None:
        return {**request, "query": by_words}
    queries = [by_words, build_nearest_query(vector, candidates, {"bool": {"filter": allowed}})]
    identifiers = [word for word in words if _IDENTIFIER.fullmatch(word)]
    if identifiers:
        queries.append(_build_identifiers_query(identifiers, allowed))
    hybrid = {"queries": queries, "pagination_depth": candidates}
    weights = _WEIGHTS_WITH_IDENTIFIERS if identifiers else _WEIGHTS
    return {
        **request,
        "query": {"hybrid": hybrid},
        "search_pipeline": _build_search_pipeline(weights, pipeline),
    }


def list_conditions(
    groups: Sequence[str],
    filters: Mapping[str, Any] | None = None,
    window: TimeWindow | None = None,
    namespaces: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Return what every chunk must fulfil to be shown to somebody, whatever is searched for.

    Args:
        groups: Of the one who asks.
        filters: Keyword fields with a value or a list of values, and `observed_at` with a range.
        window: Time asked about; what happened at other times is left out.
        namespaces: Asked about; what happened in others is left out.

    Raises:
        FilterError: A filter is not one of the known ones.
    """
    return [
        {"terms": {"acl": sorted(groups)}},
        {"bool": {"must_not": [{"term": {"service": CANARY_SERVICE}}]}},
        *_build_filters(filters or {}),
        *([_build_overlap(window)] if window else []),
        *([_build_place(namespaces)] if namespaces else []),
    ]


def _build_words_query(words: Sequence[str], allowed: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the query by words: headings and text as if they were one field, and the title once more."""
    asked = " ".join(words)
    others = {"query": asked, "type": "best_fields", "fields": list(_OTHER_FIELDS), "tie_breaker": 0.5}
    found = [
        {"combined_fields": {"query": asked, "fields": list(_TEXT_FIELDS)}},
        {"match": {"title": {"query": asked, "boost": _TITLE_BOOST}}},
        {"multi_match": others},
    ]
    names = sorted({word.lower() for word in words})
    named = [
        {"constant_score": {"filter": {"terms": {field: names}}, "boost": _NAMED_BOOST}}
        for field in ("service", "namespace")
    ]
    matches = {"bool": {"should": found, "minimum_should_match": 1}}
    return {"bool": {"must": [matches], "should": named, "filter": allowed}}


def _build_identifiers_query(identifiers: Sequence[str], allowed: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the query of what happened to any of the identifiers; that a page names one says less."""
    holds = [
        {"match": {"values": " ".join(identifiers)}},
        *(
            {"multi_match": {"query": identifier, "type": "phrase", "fields": ["title", "text"]}}
            for identifier in identifiers
        ),
    ]
    happened = [{"terms": {"kind": sorted(DYNAMIC_KINDS)}}, *allowed]
    return {
        "constant_score": {
            "filter": {"bool": {"should": holds, "minimum_should_match": 1, "filter": happened}}
        }
    }


def _build_overlap(window: TimeWindow) -> dict[str, Any]:
    """Return the filter of what happened in a window, be it in part; a chunk without a begin is a moment."""
    begin, end = (moment.isoformat() for moment in window)
    began = [
        {"range": {"began_at": {"lte": end}}},
        {
            "bool": {
                "must_not": [{"exists": {"field": "began_at"}}],
                "filter": [{"range": {"observed_at": {"lte": end}}}],
            }
        },
    ]
    happened = [{"range": {"observed_at": {"gte": begin}}}, {"bool": {"should": began}}]
    return {"bool": {"should": [_IS_DOCUMENT, {"bool": {"filter": happened}}]}}


def _build_place(namespaces: Sequence[str]) -> dict[str, Any]:
    """Return the filter of what happened in namespaces; what lies in none may name one in its text."""
    names = [
        {"multi_match": {"query": name, "type": "phrase", "fields": ["title", "text"]}} for name in namespaces
    ]
    lies_in_one = {"range": {"namespace": {"gt": ""}}}
    names_one = {"bool": {"should": names, "minimum_should_match": 1, "must_not": [lies_in_one]}}
    return {"bool": {"should": [_IS_DOCUMENT, {"terms": {"namespace": list(namespaces)}}, names_one]}}


def _build_search_pipeline(weights: Sequence[float], pipeline: "Pipeline") -> dict[str, Any]:
    """Return the search pipeline: the sub-queries' scores, each stretched to [0, 1], are averaged.

    They are stretched from the worst candidate's, but BM25 on events from 0: where three chunks alone hold a
    name, the third of them holds it too. On documents, which share their words, this was measured to lose.
    """
    bounds = [{"mode": "apply", "min_score": 0.0}, *({"mode": "ignore"} for _ in weights[1:])]
    from_nothing = {"parameters": {"lower_bounds": bounds}} if pipeline == "rag" else {}
    processor = {
        "normalization": {"technique": "min_max", **from_nothing},
        "combination": {"technique": "arithmetic_mean", "parameters": {"weights": list(weights)}},
    }
    return {"phase_results_processors": [{"normalization-processor": processor}]}


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
