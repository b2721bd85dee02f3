"""What readings ask of the index: observations of some kinds, and how many of each there are."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from processors.knowledge.severities import CALM
from processors.retrieval.conditions import DYNAMIC_KINDS
from processors.retrieval.question.time_window import TimeWindow
from processors.retrieval.readings.places import build_place_conditions
from processors.retrieval.readings.seen import SEEN_FIELDS

if TYPE_CHECKING:
    from processors.retrieval.question.scope import Place

MOST_SEEN: Final = 300
MOST_COUNTED: Final = 5_000
"""So much is read where it is counted; a day's windows of some two hundred patterns."""
_LASTING: Final = ("incident", "k8s_state", "alert")
# Names of services and namespaces that are told to somebody who asked for another.
_MOST_NAMES: Final = 500
_MOST_TITLES: Final = 50
_MOST_SHOWING: Final = 20
_PLACE_FIELDS: Final = ("service", "namespace", "cluster")


def build_seen_query(
    conditions: Sequence[dict[str, Any]],
    kinds: Collection[str] = DYNAMIC_KINDS,
    *,
    is_wrong: bool = False,
    since: datetime | None = None,
    size: int = MOST_SEEN,
) -> dict[str, Any]:
    """Return the body of the search for what was observed, the newest first.

    Args:
        conditions: What every chunk must fulfil.
        kinds: Of the chunks.
        is_wrong: Whether only what isn't as it should be is asked for.
        since: What was seen last before it is left out.
        size: At most so many.
    """
    asked: list[dict[str, Any]] = [{"terms": {"kind": sorted(kinds)}}, *conditions]
    if since is not None:
        asked.append({"range": {"observed_at": {"gte": since.isoformat()}}})
    without: list[dict[str, Any]] = [{"terms": {"severity": sorted(CALM)}}] if is_wrong else []
    return {
        "size": size,
        "_source": list(SEEN_FIELDS),
        "query": {"bool": {"filter": asked, "must_not": without}},
        "sort": [{"observed_at": "desc"}, {"chunk_id": "asc"}],
    }


def build_first_query(conditions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of the search for the first lines of logs that are kept.

    Args:
        conditions: What every chunk must fulfil, at any time.
    """
    body = build_seen_query(conditions, ("log_pattern",), size=1)
    return {**body, "sort": [{"began_at": "asc"}]}


def build_survey_query(conditions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of the search for how much was observed of each kind, and the newest of each.

    Args:
        conditions: What every chunk must fulfil.
    """
    newest = {"size": 1, "_source": list(SEEN_FIELDS), "sort": [{"observed_at": "desc"}]}
    of_kind = {"terms": {"field": "kind", "size": 20}, "aggs": {"newest": {"top_hits": newest}}}
    observed = {"terms": {"kind": sorted(DYNAMIC_KINDS)}}
    return {
        "size": 0,
        "query": {"bool": {"filter": [observed, *conditions]}},
        "aggs": {"kinds": of_kind, "as_of": {"max": {"field": "ingested_at"}}},
    }


def build_known_query(place: "Place", conditions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of the search that shows whether a place is known: what is of it stands first.

    Args:
        place: As the question names it.
        conditions: What every chunk must fulfil, without the place.
    """
    named = [{"terms": {field: [place.name, place.name.lower()]}} for field in _PLACE_FIELDS]
    first = [{"constant_score": {"filter": one, "boost": 10}} for one in named]
    titled = {"match_phrase": {"title": {"query": place.name, "boost": 2}}}
    observed = {"terms": {"kind": sorted(DYNAMIC_KINDS)}}
    return {
        "size": _MOST_SHOWING,
        "_source": list(SEEN_FIELDS),
        "query": {
            "bool": {
                "filter": [observed, *conditions, *build_place_conditions([place])],
                "should": [*first, titled],
            }
        },
    }


def build_metrics_query(
    words: Sequence[Sequence[str]], conditions: Sequence[dict[str, Any]], since: datetime | None
) -> dict[str, Any]:
    """Return the body of the search for windows of metrics that are called by some words, best first.

    Args:
        words: Each with the other words that metrics use for it.
        conditions: What every chunk must fulfil.
        since: What was seen last before it is left out.
    """
    asked = " ".join(form for forms in words for form in forms)
    body = build_seen_query(conditions, ("metric_window",), since=since)
    named = [{"match": {"title": {"query": asked, "boost": 2}}}, {"match": {"text": asked}}]
    body["query"]["bool"]["should"] = named if asked else []
    return {**body, "sort": ["_score", {"observed_at": "desc"}]}


def build_names_query(name: str, conditions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of the search for names that may be meant by one that isn't known.

    Args:
        name: As the question has it.
        conditions: What every chunk must fulfil, without the place.
    """
    observed = {"terms": {"kind": sorted(DYNAMIC_KINDS)}}
    alike = {"match": {"title": {"query": name, "fuzziness": "AUTO"}}}
    named = {field: {"terms": {"field": field, "size": _MOST_NAMES}} for field in ("service", "namespace")}
    return {
        "size": _MOST_TITLES,
        "_source": ["title"],
        "query": {"bool": {"filter": [observed, *conditions], "should": [alike]}},
        "aggs": named,
    }


def build_mentioned_query(words: Sequence[str], conditions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of the search for which of some words are names of services or namespaces.

    Args:
        words: In small letters, at least one.
        conditions: What every chunk must fulfil, without a place.
    """
    named = [{"terms": {field: list(words)}} for field in ("service", "namespace")]
    of_any = {"bool": {"should": named, "minimum_should_match": 1}}
    observed = {"terms": {"kind": sorted(DYNAMIC_KINDS)}}
    names = {field: {"terms": {"field": field, "size": _MOST_NAMES}} for field in ("service", "namespace")}
    return {"size": 0, "query": {"bool": {"filter": [observed, *conditions, of_any]}}, "aggs": names}


def build_chunks_query(chunk_ids: Collection[str], conditions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of the search for chunks by their ids.

    Args:
        chunk_ids: At least one.
        conditions: What every chunk must fulfil.
    """
    asked = [{"terms": {"chunk_id": sorted(chunk_ids)}}, *conditions]
    return {
        "size": len(chunk_ids),
        "_source": list(SEEN_FIELDS),
        "query": {"bool": {"filter": asked}},
    }


def build_states_query(documents: Collection[str], conditions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of the search for the states of objects by the ids of their documents.

    Args:
        documents: Of the objects.
        conditions: What every chunk must fulfil.
    """
    return build_seen_query([{"terms": {"doc_id": sorted(documents)}}, *conditions], ("k8s_state",))


def build_time_condition(window: TimeWindow) -> dict[str, Any]:
    """Return the filter of what happened in a window, or was still so in it.

    A state that is wrong, an alert that fires and an open incident last until another word of them comes,
    however long ago that was said.
    """
    begin, end = (moment.isoformat() for moment in window)
    begun = {
        "bool": {
            "should": [
                {"range": {"began_at": {"lte": end}}},
                {
                    "bool": {
                        "must_not": [{"exists": {"field": "began_at"}}],
                        "filter": [{"range": {"observed_at": {"lte": end}}}],
                    }
                },
            ],
            "minimum_should_match": 1,
        }
    }
    lasts = {
        "bool": {
            "filter": [{"terms": {"kind": list(_LASTING)}}],
            "must_not": [{"terms": {"severity": sorted(CALM)}}],
        }
    }
    seen = {"range": {"observed_at": {"gte": begin}}}
    happened = {"bool": {"should": [seen, lasts], "minimum_should_match": 1}}
    return {"bool": {"filter": [begun, happened]}}
