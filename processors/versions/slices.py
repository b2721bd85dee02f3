"""Slices of a dynamic version: where a chunk is written. When the next one begins, `retention` tells.

The base holds what describes a present state, and the version's `_meta`. All that is bound to a time goes to
slices, each an index of its own: old knowledge leaves by whole indices, at once and without a trace, where a
deletion by query would take long and leave the space in use.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import structlog
from opensearchpy import NotFoundError, OpenSearch, RequestError

from processors.knowledge.chunk import Chunk
from processors.stores import search
from processors.stores.indices import create_index
from processors.versions.names import cover_family, find_pipeline, name_slice

log = structlog.get_logger(__name__)

STATE_KINDS: Final = frozenset({"k8s_state", "ml_run", "ml_model", "alert", "incident"})
"""What describes a present state, whenever it began: it stays in the base."""

_IDS_PER_SEARCH: Final = 1_000


def write_chunks(client: OpenSearch, version: str, number: int, chunks: list[Chunk]) -> list[tuple[str, str]]:
    """Write a batch to the base and the slices of a version, each chunk to one place for good.

    A chunk that the version holds already is replaced where it is, and so the external version of its id goes
    on protecting it from older writes. A new one goes to the slice `number`.

    One search tells which are held, although a search doesn't see what was not refreshed. Every batch before
    this one is refreshed: its write ended with that, and only then the positions moved. What a killed attempt
    at this very batch wrote may be unseen, but it is in slice `number`, for the number moves together with
    the positions only. There the retry, which takes it for new, writes it once more by the same id.

    Args:
        client: OpenSearch.
        version: The version's own name.
        number: Slice that new chunks go to, as the version's `_meta` says.
        chunks: With their embeddings.

    Returns:
        `(chunk_id, error)` of every chunk that OpenSearch refuses for good.

    Raises:
        WritesBlockedError: OpenSearch writes nothing now, as on a disk that is nearly full.
        RuntimeError: Some chunk could not be written for a reason that may pass; nothing is lost by a retry.
    """
    timed = [chunk["chunk_id"] for chunk in chunks if chunk["kind"] not in STATE_KINDS]
    places = place_chunks(timed, find_places(client, version, timed), name_slice(version, number))
    if name_slice(version, number) in places.values():
        open_slice(client, version, number)
    return search.write_chunks(client, version, chunks, places)


def place_chunks(chunk_ids: Iterable[str], held: Mapping[str, str], newest: str) -> dict[str, str]:
    """Return the index that each chunk goes to: the one that holds it, or the newest slice.

    Args:
        chunk_ids: Of the chunks to be written.
        held: Chunk id to the index that holds it, for those that one holds.
        newest: The slice for all others.

    Example:
        >>> place_chunks(["a", "b"], {"a": "rag-v000001-000001"}, "rag-v000001-000002")
        {'a': 'rag-v000001-000001', 'b': 'rag-v000001-000002'}
    """
    return {chunk_id: held.get(chunk_id, newest) for chunk_id in chunk_ids}


def find_places(client: OpenSearch, version: str, chunk_ids: list[str]) -> dict[str, str]:
    """Return the index of the version that holds each chunk, of those that one holds.

    Args:
        client: OpenSearch.
        version: A version's own name; its slices are searched with it.
        chunk_ids: Of the chunks to look for.

    Raises:
        opensearchpy.exceptions.TransportError: A slice can't be searched; taking its chunks for new would
            write them a second time.
    """
    places: dict[str, str] = {}
    for begin in range(0, len(chunk_ids), _IDS_PER_SEARCH):
        wanted = chunk_ids[begin : begin + _IDS_PER_SEARCH]
        body = {"size": len(wanted), "_source": False, "query": {"ids": {"values": wanted}}}
        found = client.search(
            index=cover_family(version), body=body, params={"allow_partial_search_results": "false"}
        )
        places |= {hit["_id"]: hit["_index"] for hit in found["hits"]["hits"]}
    return places


def open_slice(client: OpenSearch, version: str, number: int) -> None:
    """See that a slice is there, and under the aliases if its version is live; harmless to repeat.

    Args:
        client: OpenSearch.
        version: The version's own name.
        number: Of the slice.
    """
    index = name_slice(version, number)
    held: dict[str, Any] = client.indices.get_alias(index=cover_family(version))
    if index not in held:
        create_index(client, index)
    alias = find_pipeline(version)
    if alias in held[version]["aliases"] and alias not in held.get(index, {}).get("aliases", {}):
        _attach_slice(client, version, index, alias)


def _attach_slice(client: OpenSearch, version: str, index: str, alias: str) -> None:
    """Give a slice the aliases of its version, in one request that fails if it isn't live any more."""
    actions: list[dict[str, Any]] = [
        # Taking away what must exist is the condition; it is given back by the same change.
        {"remove": {"index": version, "alias": alias, "must_exist": True}},
        {"add": {"index": version, "alias": alias}},
        {"add": {"index": index, "alias": alias}},
        {"remove": {"index": f"{version}*", "alias": f"{alias}-write", "must_exist": False}},
        {"add": {"index": index, "alias": f"{alias}-write"}},
    ]
    try:
        client.indices.update_aliases(body={"actions": actions})
    except (NotFoundError, RequestError) as error:
        # If the version goes live again, its slices come along.
        log.info("version is not live, its slice gets no alias", index=index, error=error.error)
