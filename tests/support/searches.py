"""What a service asked OpenSearch for questions, whichever pipeline's way it went."""

from collections.abc import Iterable, Iterator
from typing import Any

Search = tuple[str, dict[str, Any], dict[str, str]]


def list_subqueries(searches: Iterable[Search]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the index and query of each search by words, vector and identifiers; no others."""
    for index, body, _ in searches:
        if "hybrid" in body["query"]:
            yield from ((index, query) for query in body["query"]["hybrid"]["queries"])
        elif body.get("collapse") == {"field": "content_hash"} and "aggs" not in body:
            yield index, body["query"]
