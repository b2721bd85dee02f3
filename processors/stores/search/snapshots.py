"""Many chunks of one moment: pages of a snapshot, what matters most first, and never more than asked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from opensearchpy import OpenSearch

_PAGE: Final = 2_000
_KEPT_ALIVE: Final = "2m"


class Reading(NamedTuple):
    """What is read of a snapshot.

    Attributes:
        conditions: Every chunk meets all of them.
        first: What meets this one is read before the rest; None where there is no such difference.
        most: How many chunks at most.
    """

    conditions: list[dict[str, Any]]
    first: dict[str, Any] | None
    most: int


@contextmanager
def open_snapshot(client: OpenSearch, index: str) -> Iterator[str]:
    """Yield the id of a snapshot: whatever is read of it is as it was when it was opened.

    Without it a chunk that is written anew between two pages stands on neither.

    Args:
        client: OpenSearch.
        index: An index, an alias, or an expression for a version's family.

    Raises:
        opensearchpy.exceptions.TransportError: A part of it can't be read.
    """
    options = {"keep_alive": _KEPT_ALIVE, "allow_partial_pit_creation": "false"}
    snapshot: str = client.create_pit(index=index, params=options)["pit_id"]
    try:
        yield snapshot
    finally:
        client.delete_pit(body={"pit_id": [snapshot]})


def read_newest(
    client: OpenSearch, snapshot: str, reading: Reading, fields: Sequence[str]
) -> list[dict[str, Any]]:
    """Return chunks of a snapshot, the newest first.

    Args:
        client: OpenSearch.
        snapshot: Its id.
        reading: Which chunks, which of them first, and how many.
        fields: Of each chunk.

    Raises:
        opensearchpy.exceptions.TransportError: A part of it can't be read; what is left out would seem gone.
    """
    found: list[dict[str, Any]] = []
    body = {
        "query": {"bool": {"filter": reading.conditions, "should": _boost(reading.first)}},
        "sort": [{"_score": "desc"}, {"observed_at": "desc"}, {"chunk_id": "asc"}],
        "pit": {"id": snapshot, "keep_alive": _KEPT_ALIVE},
        "_source": list(fields),
    }
    while len(found) < reading.most:
        size = min(_PAGE, reading.most - len(found))
        options = {"allow_partial_search_results": "false"}
        hits = client.search(body={**body, "size": size}, params=options)["hits"]["hits"]
        found += [hit["_source"] for hit in hits]
        if len(hits) < size:
            break
        body["search_after"] = hits[-1]["sort"]
    return found


def _boost(first: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [{"constant_score": {"filter": first, "boost": 1.0}}] if first else []
