"""Search for what happened: what says the same is one candidate, and the newest of it is shown.

A line that is logged all week is a window of each hour, with one vector and nearly one text. Fifty candidates
would be fifty such hours, of any day. So OpenSearch collapses chunks whose embedded text is the same (their
`content_hash`), each sub-query for itself; their scores are averaged here, as its hybrid query would, which
mixes up collapsed hits. A second search reads the newest chunk of each, and how many others say the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from processors.retrieval.conditions import list_conditions
from processors.retrieval.hybrid import CANDIDATES, HIT_FIELDS, Hit, parse_hits
from processors.retrieval.nearest import SEARCH_BEAM, TextToEmbed
from processors.retrieval.question.time_window import TimeWindow
from processors.retrieval.subqueries import SubQueries, ask_in_parts, build_identifiers_query

_CONTENT: Final = "content_hash"
# Words that are looked for among the values of what says the same; OpenSearch takes 1,024 clauses in all.
_MOST_NAMED: Final = 50
_NEWEST_FIRST: Final = ({"_score": "desc"}, {"observed_at": "desc"})


def ask_for_events(
    query: str,
    vector: Sequence[float] | TextToEmbed | None,
    groups: Sequence[str],
    filters: Mapping[str, Any] | None = None,
    window: TimeWindow | None = None,
    namespaces: Sequence[str] = (),
) -> SubQueries:
    """Return what OpenSearch is asked about what happened.

    Args:
        query: The question, as asked; the words after its first 1,000 characters are not searched for.
        vector: Its embedding, or the text for OpenSearch to embed; `None` when there is no embedder to ask,
            which leaves BM25 alone.
        groups: Groups of the one who asks; only chunks that one of them may see are candidates.
        filters: Keyword fields with a value or a list of values, and `observed_at` with a range.
        window: Time asked about; what happened at other times is no candidate.
        namespaces: Asked about; what happened in others is no candidate.

    Raises:
        FilterError: A filter is not one of the known ones.
    """
    # All that is looked at on the way: hundreds of the nearest chunks may say the same.
    return ask_in_parts(query, vector, SEARCH_BEAM, list_conditions(groups, filters, window, namespaces))


def build_content_queries(asked: SubQueries) -> list[dict[str, Any]]:
    """Return the body of a search for each sub-query, whose hits differ in what they say.

    Example:
        >>> asked = ask_for_events("redis is down", [0.5], ["public"])
        >>> [body["collapse"]["field"] for body in build_content_queries(asked)]
        ['content_hash', 'content_hash']
    """
    return [
        {"size": CANDIDATES, "_source": False, "query": query, "collapse": {"field": _CONTENT}}
        for query in asked.queries
    ]


def rank_contents(
    responses: Sequence[Mapping[str, Any]], weights: Sequence[float], size: int
) -> dict[str, float]:
    """Return the score of the best contents, best first: the average of their scores in each search.

    Scores are stretched to [0, 1] before: those by words, which come first, from 0, for where three chunks
    alone hold a name, the third of them holds it too; all others from the worst candidate's.

    Args:
        responses: To the searches of `build_content_queries`, in their order.
        weights: What each counts.
        size: How many are wanted.

    Example:
        >>> def respond(**scores):
        ...     found = scores.items()
        ...     return {"hits": {"hits": [{"_score": s, "fields": {"content_hash": [c]}} for c, s in found]}}
        >>> rank_contents([respond(a=4.0, b=2.0), respond(b=0.9, c=0.5)], (0.5, 0.5), 2)
        {'b': 0.75, 'a': 0.5}
    """
    total: dict[str, float] = {}
    for place, (response, weight) in enumerate(zip(responses, weights, strict=True)):
        found = {
            hit["fields"][_CONTENT][0]: float(hit["_score"])
            for hit in response["hits"]["hits"]
            if hit.get("fields", {}).get(_CONTENT)
        }
        for content, score in _stretch(found, from_zero=place == 0).items():
            total[content] = total.get(content, 0.0) + weight * score
    best = sorted(total, key=lambda content: -total[content])[:size]
    return {content: total[content] for content in best}


def _stretch(scores: Mapping[str, float], *, from_zero: bool) -> dict[str, float]:
    if not scores:
        return {}
    least, most = 0.0 if from_zero else min(scores.values()), max(scores.values())
    if most <= least:
        return dict.fromkeys(scores, 1.0)
    return {content: (score - least) / (most - least) for content, score in scores.items()}


def build_newest_query(asked: SubQueries, contents: Sequence[str]) -> dict[str, Any]:
    """Return the body of the search for the newest chunk of each content, and how often there is one.

    Of chunks that say the same, one may hold what the question names: an order, a user. It goes before newer
    ones that don't.

    Args:
        asked: Its conditions hold for the newest, too.
        contents: At least one.
    """
    words = list(dict.fromkeys(asked.words))[:_MOST_NAMED]
    named: list[dict[str, Any]] = [
        {"constant_score": {"filter": {"match": {"values": word}}}} for word in words
    ]
    if identifiers := [word for word in words if word in asked.identifiers]:
        named.append(build_identifiers_query(identifiers, []))
    conditions = [*asked.allowed, {"terms": {_CONTENT: list(contents)}}]
    since = {"since": {"min": {"field": "began_at"}}}
    return {
        "size": len(contents),
        "_source": [*HIT_FIELDS, _CONTENT],
        "query": {"bool": {"filter": conditions, "should": named}},
        "collapse": {"field": _CONTENT},
        "sort": list(_NEWEST_FIRST),
        "aggs": {"contents": {"terms": {"field": _CONTENT, "size": len(contents)}, "aggs": since}},
    }


def parse_newest(
    response: Mapping[str, Any], scores: Mapping[str, float], *, is_timed: bool = False
) -> list[Hit]:
    """Return the newest hit of each content, best first; one of log lines tells how often they recur.

    Args:
        response: To the search of `build_newest_query`.
        scores: From `rank_contents`.
        is_timed: Only those of some time were counted.
    """
    counted = {bucket["key"]: bucket for bucket in response["aggregations"]["contents"]["buckets"]}
    contents = [hit["_source"][_CONTENT] for hit in response["hits"]["hits"]]
    hits: list[Hit] = [
        {**hit, "score": scores[content], "text": _tell_recurrence(hit, counted[content], is_timed=is_timed)}
        for hit, content in zip(parse_hits(response), contents, strict=True)
    ]
    return sorted(hits, key=lambda hit: -hit["score"])


def _tell_recurrence(hit: Hit, counted: Mapping[str, Any], *, is_timed: bool) -> str:
    """Return the text of a hit; the first line of a window whose lines recur says so."""
    text, others = hit["text"], counted["doc_count"] - 1
    first, _, lines = text.partition("\n")
    if hit["kind"] != "log_pattern" or not others or not first.endswith(" UTC:"):
        return text
    windows = "another window" if others == 1 else f"{others} other windows"
    since = str(counted["since"].get("value_as_string", ""))[:19]
    if not since:
        return text
    told = f"{windows} within that time, the first from {since}" if is_timed else f"{windows} since {since}"
    return f"{first[:-1]}, and in {told} UTC:\n{lines}"
