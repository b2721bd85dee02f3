"""A leak by the label: a chunk carries other groups than its source has, counted over the whole version."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from opensearchpy import OpenSearch

from evaluation.measures.leak_groups import MOST_GROUPS, Groups, Leak, name_all

_EXAMPLES: Final = 5


def compare_groups(client: OpenSearch, index: str, groups: Groups) -> tuple[int, int, list[Leak]]:
    """Return how many chunks of known sources there are, how many have other groups, and some of these.

    Args:
        client: OpenSearch.
        index: A version's own name, with its slices where it has some.
        groups: Of each source; the chunks of others are not looked at.
    """
    if not groups:
        return 0, 0, []
    # A filter needs a name, and a source's address may hold what a name must not.
    named = {str(number): source for number, source in enumerate(sorted(groups))}
    parts = {
        name: {
            "filter": {"term": {"source": source}},
            "aggs": {"wrong": _count_other_groups(groups[source])},
        }
        for name, source in named.items()
    }
    found = client.search(index=index, body={"size": 0, "aggs": parts})["aggregations"]
    leaks = [
        Leak(doc_id=bucket["key"], reason=_tell_groups(bucket, source, groups[source]))
        for name, source in named.items()
        for bucket in found[name]["wrong"]["documents"]["buckets"]
    ]
    checked = sum(found[name]["doc_count"] for name in named)
    return checked, sum(found[name]["wrong"]["doc_count"] for name in named), leaks


def _count_other_groups(expected: Iterable[str]) -> dict[str, Any]:
    """Return the aggregation of the chunks that lack one of the groups or have one more."""
    wanted = sorted(expected)
    is_exact: list[dict[str, Any]] = [{"term": {"acl": group}} for group in wanted]
    # Keywords are sorted, so whatever is not wanted lies below, between or above those that are.
    gaps = [
        {"range": {"acl": {**({"gt": low} if low else {}), **({"lt": high} if high else {})}}}
        for low, high in zip(["", *wanted], [*wanted, ""], strict=True)
    ]
    wrong = {"bool": {"must_not": [{"bool": {"filter": is_exact, "must_not": gaps}}]}}
    held = {"groups": {"terms": {"field": "acl", "size": MOST_GROUPS}}}
    return {
        "filter": wrong,
        "aggs": {"documents": {"terms": {"field": "doc_id", "size": _EXAMPLES}, "aggs": held}},
    }


def _tell_groups(bucket: Mapping[str, Any], source: str, expected: Iterable[str]) -> str:
    held = sorted(group["key"] for group in bucket["groups"]["buckets"])
    return f"its chunks are for {name_all(held)}, but {source} is for {name_all(expected)}"
