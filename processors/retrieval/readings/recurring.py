"""Since when a line has been logged, and in how many windows: what is wrong today may be so every day."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple


class History(NamedTuple):
    """In how many windows lines of one pattern were logged, and when the first was."""

    windows: int
    since: datetime


def build_history_query(documents: Collection[str], conditions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of the search for how often the lines of some patterns were logged.

    Args:
        documents: Ids of the patterns' documents, at least one.
        conditions: What every chunk must fulfil; of any time.
    """
    asked = [{"terms": {"doc_id": sorted(documents)}}, {"terms": {"kind": ["log_pattern"]}}, *conditions]
    since = {"since": {"min": {"field": "began_at"}}}
    of_each = {"terms": {"field": "doc_id", "size": len(documents)}, "aggs": since}
    return {"size": 0, "query": {"bool": {"filter": asked}}, "aggs": {"documents": of_each}}


def parse_histories(response: Mapping[str, Any]) -> dict[str, History]:
    """Return the history of each document that the response to `build_history_query` tells of."""
    buckets = response.get("aggregations", {}).get("documents", {}).get("buckets", [])
    return {
        bucket["key"]: History(
            int(bucket["doc_count"]), datetime.fromtimestamp(bucket["since"]["value"] / 1000, UTC)
        )
        for bucket in buckets
        if bucket["since"]["value"] is not None
    }
