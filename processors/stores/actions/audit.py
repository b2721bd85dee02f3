"""The audit's two copies: an OpenSearch document for each record, and Kafka's topic behind it.

A record's number is its document's id, which can be created once only. So an append is whole or isn't there,
and two tasks never write the same number: who comes second reads on and takes the next.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import structlog
from opensearchpy import ConflictError, NotFoundError, OpenSearch

from processors.knowledge.actions.audit import BEGIN, Entry, Event, Record, hash_record, seal_entry
from processors.stores.indices import create_index

if TYPE_CHECKING:
    from collections.abc import Iterator

INDEX: Final = "runlore-audit"

_PAGE: Final = 200
_MOST: Final = 1_000
_TRIES: Final = 100
_MAPPINGS: Final = {
    # Whatever an action is given or finds is kept as it is, and only these are searched.
    "dynamic": False,
    "properties": {
        "seq": {"type": "long"},
        "at": {"type": "date"},
        "event": {"type": "keyword"},
        "key": {"type": "keyword"},
        "action": {"type": "keyword"},
    },
}

log = structlog.get_logger(__name__)


class Last(NamedTuple):
    """Where a copy ends."""

    seq: int
    hash: str


def append_entry(client: OpenSearch, entry: Entry, index: str = INDEX) -> Record:
    """Append an entry to the record, in OpenSearch and in the log; `publish_records` sends it on.

    Args:
        client: OpenSearch.
        entry: What is told.
        index: Of the records.

    Raises:
        opensearchpy.exceptions.OpenSearchException: Whether it was written isn't known.
        RuntimeError: Others were first each time.
    """
    for _ in range(_TRIES):
        last = find_last(client, index)
        record = seal_entry(entry, last.seq + 1, last.hash)
        body = record.model_dump(mode="json")
        try:
            client.index(index=index, id=str(record.seq), body=body, op_type="create", refresh=True)
        except ConflictError:
            # Its answer may have been lost, and the client sent it again: then the one there is this one.
            if client.get(index=index, id=str(record.seq))["_source"] != body:
                time.sleep(random.uniform(0, 0.05))  # noqa: S311  # only that two don't go in step
                continue
        log.info("audit", record=body, record_hash=hash_record(record))
        return record
    raise RuntimeError(f"{index}: others were first {_TRIES} times; nothing was written")


def append_once(client: OpenSearch, entry: Entry, index: str = INDEX) -> Record | None:
    """Append an entry unless the same event of its action is recorded, as where a person cleared a task.

    Args:
        client: OpenSearch.
        entry: What is told.
        index: Of the records.

    Returns:
        What was appended; None if it was recorded before.
    """
    return None if find_entry(client, entry.key, entry.event, index) else append_entry(client, entry, index)


def find_last(client: OpenSearch, index: str = INDEX) -> Last:
    """Return the number and hash of the last record; 0 and `BEGIN` before the first."""
    _make_searchable(client, index)
    found = _search(client, index, {"size": 1, "sort": [{"seq": "desc"}]})
    if not found:
        return Last(0, BEGIN)
    record = Record.model_validate(found[0])
    return Last(record.seq, hash_record(record))


def _make_searchable(client: OpenSearch, index: str) -> None:
    """See that the index is there, and that all that was written to it is found."""
    try:
        refreshed = client.indices.refresh(index=index)
    except NotFoundError:
        settings = {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}}
        create_index(client, index, {"settings": settings, "mappings": _MAPPINGS})
    else:
        if refreshed["_shards"]["successful"]:
            return
    # Made a moment ago, by this task or another one: its shard is just starting, which is called yellow, too.
    client.cluster.health(index=index, wait_for_active_shards=1)


def find_entry(client: OpenSearch, key: str, event: Event, index: str = INDEX) -> Record | None:
    """Return the newest record of an event of an action, None if there is none.

    Args:
        client: OpenSearch.
        key: Of the request.
        event: What happened.
        index: Of the records.
    """
    wanted = [{"term": {"key": key}}, {"term": {"event": event}}]
    query = {"size": 1, "sort": [{"seq": "desc"}], "query": {"bool": {"filter": wanted}}}
    try:
        found = _search(client, index, query)
    except NotFoundError:
        return None
    return Record.model_validate(found[0]) if found else None


def list_entries(client: OpenSearch, key: str, index: str = INDEX) -> list[Record]:
    """Return all records of an action, the first one first.

    Args:
        client: OpenSearch.
        key: Of the request.
        index: Of the records.
    """
    query = {"size": _PAGE, "sort": [{"seq": "asc"}], "query": {"term": {"key": key}}}
    try:
        return [Record.model_validate(told) for told in _search(client, index, query)]
    except NotFoundError:
        return []


def list_verified(client: OpenSearch, action: str, index: str = INDEX) -> list[Record]:
    """Return the newest records of what an action's verification found, on whatever object.

    Args:
        client: OpenSearch.
        action: Name in the catalogue.
        index: Of the records.
    """
    wanted = [{"term": {"action": action}}, {"term": {"event": "verified"}}]
    query = {"size": _MOST, "sort": [{"seq": "desc"}], "query": {"bool": {"filter": wanted}}}
    try:
        return [Record.model_validate(told) for told in _search(client, index, query)]
    except NotFoundError:
        return []


def read_kept(client: OpenSearch, after: int = 0, index: str = INDEX) -> Iterator[dict[str, Any] | None]:
    """Yield what OpenSearch keeps under the numbers 1, 2, … in their order; nothing of it is believed.

    There are as many numbers as documents, so one that is missing is None, as is one that has no number.

    Args:
        client: OpenSearch.
        after: The number behind which to begin.
        index: Of the records.
    """
    find_last(client, index)
    count = client.count(index=index)["count"]
    for begin in range(after + 1, count + 1, _PAGE):
        numbers = [str(number) for number in range(begin, min(begin + _PAGE, count + 1))]
        for found in client.mget(index=index, body={"ids": numbers})["docs"]:
            yield found.get("_source")


def _search(client: OpenSearch, index: str, query: dict[str, Any]) -> list[dict[str, Any]]:
    return [hit["_source"] for hit in client.search(index=index, body=query)["hits"]["hits"]]
