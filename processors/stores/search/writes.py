"""Bulk writes in which every item is checked, copies between versions, deletion of what has ended."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from opensearchpy import OpenSearch, helpers

from processors.knowledge.chunk import ENDED, Chunk
from processors.stores.search.blocks import explain_block, is_block

# OpenSearch takes 65,536 terms in one clause.
_TERMS: Final = 65_536


def write_chunks(
    client: OpenSearch, index: str, chunks: Iterable[Chunk], places: Mapping[str, str] | None = None
) -> list[tuple[str, str]]:
    """Write chunks by id and make them searchable.

    Args:
        client: OpenSearch.
        index: The version's own name, never an alias, so that a swap can't redirect the write.
        chunks: Chunks with their embeddings.
        places: Chunk id to the index that it goes to, for those that don't go to `index`.

    Returns:
        `(chunk_id, error)` of every chunk that OpenSearch refuses for good.

    Raises:
        WritesBlockedError: OpenSearch writes nothing now, as on a disk that is nearly full.
        RuntimeError: Some chunk could not be written for a reason that may pass; nothing is lost by a retry.
    """
    places = places or {}
    refused: list[tuple[str, str]] = []
    results = helpers.streaming_bulk(
        client,
        _to_actions(index, chunks, places),
        chunk_size=500,
        max_retries=4,
        initial_backoff=1,
        raise_on_error=False,
    )
    for written, item in results:
        result = item["index"]
        if result["status"] == 409:
            # The version holds this chunk from a later write already.
            continue
        if not written and is_block(result.get("error")):
            # The chunk is as good as before: a block must not make a dead letter of it.
            raise explain_block(client, result["error"]["reason"])
        if not written and 400 <= result["status"] < 500 and result["status"] not in (404, 429):
            refused.append((result["_id"], str(result["error"])))
        elif not written:
            raise RuntimeError(f"{index}: chunk {result['_id']} was not written: {result['error']}")
    client.indices.refresh(index=",".join(sorted({index, *places.values()})))
    return refused


def _to_actions(index: str, chunks: Iterable[Chunk], places: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    now = datetime.now(UTC).isoformat()
    for chunk in chunks:
        chunk_id = chunk["chunk_id"]
        action: dict[str, Any] = {"_index": places.get(chunk_id, index), "_id": chunk_id}
        if "write_version" in chunk:
            # Equal is allowed: a task that is tried again writes the same once more.
            action |= {"version": chunk["write_version"], "version_type": "external_gte"}
        held = {name: value for name, value in chunk.items() if name != "write_version"}
        yield {**action, "_source": {**held, "indexed_at": now}}


def carry_over(
    client: OpenSearch, source: str, target: str, of_sources: list[str], except_documents: list[str]
) -> int:
    """Copy chunks with their vectors from one version to another.

    Args:
        client: OpenSearch.
        source: Version to copy from.
        target: Version to copy to.
        of_sources: Copy only chunks of these sources.
        except_documents: Leave out the chunks of these documents.

    Returns:
        How many chunks were copied.

    Raises:
        RuntimeError: Some chunk could not be copied.
    """
    query = choose_carried(of_sources, except_documents)
    body = {"source": {"index": source, "query": query}, "dest": {"index": target}}
    result = client.reindex(body=body, refresh=True, wait_for_completion=True, request_timeout=600)
    if result["failures"]:
        raise RuntimeError(f"{source} to {target}: {result['failures'][:3]}")
    # A copy whose answer was lost is made again, and finds what the first one wrote.
    return int(result["created"]) + int(result["updated"])


def choose_carried(of_sources: list[str], except_documents: list[str]) -> dict[str, Any]:
    """Return the query for the chunks that go from one version to the next.

    Args:
        of_sources: Only chunks of these sources.
        except_documents: But not the chunks of these documents.
    """
    left_out = [
        {"terms": {"doc_id": except_documents[begin : begin + _TERMS]}}
        for begin in range(0, len(except_documents), _TERMS)
    ]
    return {"bool": {"filter": [{"terms": {"source": of_sources}}], "must_not": left_out}}


def delete_ended(client: OpenSearch, index: str, before: datetime) -> int:
    """Delete the chunks about states of what is gone since long, and return how many they were.

    Args:
        client: OpenSearch.
        index: A version.
        before: A state that was seen last before this is deleted.
    """
    query = [{"term": {"values": ENDED}}, {"range": {"observed_at": {"lt": before.isoformat()}}}]
    body = {"query": {"bool": {"filter": query}}}
    # What was written meanwhile is no longer what was found, and stays.
    options = {"conflicts": "proceed", "refresh": "true", "timeout": 600}
    return int(client.delete_by_query(index=index, body=body, params=options)["deleted"])
