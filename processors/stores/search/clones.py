"""A new index that begins with the files of another one: no chunk is written, no vector put in order again.

OpenSearch links the files, so it takes neither time nor room that grows with the chunks. It demands that
nobody writes to the index whose files they are.
"""

from typing import Any, Final, NamedTuple

from opensearchpy import OpenSearch, TransportError

from processors.stores.search.writes import choose_carried

OF_ONE_INDEX: Final = (
    "index.uuid", "index.creation_date", "index.provided_name", "index.blocks.", "index.resize.",
    "index.routing.allocation.initial_recovery.", "index.routing_partition_size", "index.version.upgraded",
)  # fmt: skip
"""Settings whose names begin so say which index it is and where it is from, not how it is made.

The version of OpenSearch that made it is not among them: a clone of a clone of a clone has files of the first
one, which a later OpenSearch can't read.
"""


class CloneError(RuntimeError):
    """OpenSearch has made no index of the files of another one; the message says why."""


class Change(NamedTuple):
    """How much of an index would be left out of a clone, in chunks."""

    held: int
    deleted: int
    dropped: int


def seal_index(client: OpenSearch, index: str) -> None:
    """See that nobody writes chunks to an index any more; what it says of itself can still change."""
    client.indices.put_settings(index=index, body={"index.blocks.write": True})


def is_made_alike(client: OpenSearch, index: str, other: str) -> bool:
    """Tell whether two indices have the same settings, fields and analysers, by whatever they were made.

    Args:
        client: OpenSearch.
        index: An index.
        other: Another one.
    """
    one, two = (_describe(client, name) for name in (index, other))
    return one == two


def _describe(client: OpenSearch, index: str) -> tuple[dict[str, Any], dict[str, Any]]:
    settings = _read_settings(client, index)
    mapping = client.indices.get_mapping(index=index)[index]["mappings"]
    return (
        {name: value for name, value in settings.items() if not name.startswith(OF_ONE_INDEX)},
        {name: value for name, value in mapping.items() if name != "_meta"},
    )


def _read_settings(client: OpenSearch, index: str) -> dict[str, Any]:
    told = client.indices.get_settings(index=index, params={"flat_settings": "true"})
    settings: dict[str, Any] = told[index]["settings"]
    return settings


def count_change(
    client: OpenSearch, index: str, of_sources: list[str], except_documents: list[str]
) -> Change:
    """Return what an index holds, deleted chunks in its files included, and what would be left out of it.

    Args:
        client: OpenSearch.
        index: What would be cloned.
        of_sources: Only chunks of these sources are carried over.
        except_documents: The chunks of these documents are not.
    """
    docs = client.indices.stats(index=index, metric="docs")["_all"]["primaries"]["docs"]
    carried = choose_carried(of_sources, except_documents)
    kept = client.count(index=index, body={"query": carried})["count"]
    return Change(held=docs["count"], deleted=docs["deleted"], dropped=docs["count"] - kept)


def clone_index(client: OpenSearch, source: str, target: str) -> None:
    """Make an index of the files of a sealed one; it can be written to, and has the other's `_meta`.

    Args:
        client: OpenSearch.
        source: An index that nobody writes to.
        target: Its name; one that is there already is what an earlier request made.

    Raises:
        CloneError: OpenSearch refuses, or finds no node for it within half a minute.
    """
    replicas = _read_settings(client, source)["index.number_of_replicas"]
    # What isn't told is OpenSearch's default, not what the other one has.
    settings = {"index.blocks.write": None, "index.number_of_replicas": replicas}
    try:
        client.indices.clone(index=source, target=target, body={"settings": settings})
    except TransportError as error:
        if error.error != "resource_already_exists_exception":
            raise CloneError(str(error)) from error
    try:
        health = client.cluster.health(index=target, params={"wait_for_status": "yellow"})
    except TransportError as error:
        raise CloneError(f"the files of {source} are not in place: {error}") from error
    if health["timed_out"]:
        raise CloneError(f"the files of {source} are not in place after half a minute")


def drop_others(client: OpenSearch, index: str, of_sources: list[str], except_documents: list[str]) -> int:
    """Delete all chunks but those that are carried over, and return how many stay.

    Args:
        client: OpenSearch.
        index: A clone that only its builder writes to.
        of_sources: Chunks of these sources stay.
        except_documents: But not the chunks of these documents.

    Raises:
        RuntimeError: Some chunk could not be deleted.
    """
    carried = choose_carried(of_sources, except_documents)
    body = {"query": {"bool": {"must_not": [carried]}}}
    result = client.delete_by_query(index=index, body=body, params={"refresh": "true", "timeout": 600})
    if result["failures"]:
        raise RuntimeError(f"{index}: {result['failures'][:3]}")
    return int(client.count(index=index)["count"])


def expunge_deleted(client: OpenSearch, index: str) -> None:
    """Write files anew of which more than a tenth is deleted, for deleted words count in the ranking."""
    client.indices.forcemerge(index=index, params={"only_expunge_deletes": "true", "request_timeout": 600})
