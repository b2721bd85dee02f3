"""Slices of a dynamic version: where a chunk is written, when the next slice begins, and which ones may go.

The base holds what describes a present state, and the version's `_meta`. All that is bound to a time goes to
slices, each an index of its own: old knowledge leaves by whole indices, at once and without a trace, where a
deletion by query would take long and leave the space in use.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypedDict

import structlog
from opensearchpy import NotFoundError, OpenSearch, RequestError

from processors.chunk import Chunk
from processors.settings import Settings
from processors.stores import search
from processors.stores.indices import create_index
from processors.versions.names import cover_family, find_pipeline, find_version, name_all_slices, name_slice

log = structlog.get_logger(__name__)

STATE_KINDS: Final = frozenset({"k8s_state", "ml_run", "ml_model", "alert"})
"""What describes a present state, whenever it began: it stays in the base."""

CHECK_EVERY: Final = timedelta(minutes=5)
_IDS_PER_SEARCH: Final = 1_000


class Slice(TypedDict):
    """One slice as OpenSearch holds it."""

    index: str
    number: int
    opened_at: datetime
    size_bytes: int


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

    Example:
        >>> place_chunks(["a", "b"], {"a": "rag-v000001-000001"}, "rag-v000001-000002")
        {'a': 'rag-v000001-000001', 'b': 'rag-v000001-000002'}
    """
    return {chunk_id: held.get(chunk_id, newest) for chunk_id in chunk_ids}


def find_places(client: OpenSearch, version: str, chunk_ids: list[str]) -> dict[str, str]:
    """Return the index of the version that holds each chunk, of those that one holds.

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
    """See that a slice is there, and under the aliases if its version is live; harmless to repeat."""
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


def list_slices(client: OpenSearch, version: str) -> list[Slice]:
    """Return a version's slices, oldest first."""
    rows: Any = client.cat.indices(
        index=name_all_slices(version),
        params={"format": "json", "bytes": "b", "h": "index,creation.date,store.size"},
    )
    slices = [
        Slice(
            index=row["index"],
            number=int(row["index"].removeprefix(f"{version}-")),
            opened_at=datetime.fromtimestamp(int(row["creation.date"]) / 1000, UTC),
            # A slice whose shard isn't there yet has no size.
            size_bytes=int(row["store.size"] or 0),
        )
        for row in rows
    ]
    return sorted(slices, key=lambda held: held["number"])


def is_check_due(meta: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether it is time to look at a version's slices again.

    Example:
        >>> now = datetime(2026, 11, 21, 9, 4, tzinfo=UTC)
        >>> is_check_due({"slices_checked_at": "2026-11-21T09:00:00+00:00"}, now), is_check_due({}, now)
        (False, True)
    """
    checked = meta.get("slices_checked_at")
    return checked is None or now - datetime.fromisoformat(checked) >= CHECK_EVERY


def choose_number(
    slices: list[Slice], number: int, now: datetime, longest: timedelta, largest_bytes: int
) -> int:
    """Return the number of the slice that the next batch's new chunks go to.

    Args:
        slices: All of the version.
        number: The slice that is written to.
        now: The time.
        longest: A slice as old as this is closed.
        largest_bytes: A slice as large as this is closed.

    Example:
        >>> now = datetime(2026, 11, 21, tzinfo=UTC)
        >>> slice_ = Slice(index="", number=7, opened_at=now - timedelta(hours=25), size_bytes=10)
        >>> choose_number([slice_], 7, now, timedelta(hours=24), 1000)
        8
    """
    written = next((slice_ for slice_ in slices if slice_["number"] == number), None)
    if written is None:
        return number
    is_full = now - written["opened_at"] >= longest or written["size_bytes"] >= largest_bytes
    return number + 1 if is_full else number


def choose_doomed(
    slices: list[Slice], number: int, now: datetime, retention: timedelta, largest_bytes: int
) -> list[str]:
    """Return the slices that go: those closed too long ago, and the oldest while all are too large.

    A slice was closed when the next one was opened.

    Args:
        slices: All of the version, oldest first.
        number: The slice that is written to, which never goes.
        now: The time.
        retention: How long a closed slice is kept.
        largest_bytes: How large all slices together may be.

    Example:
        >>> now = datetime(2026, 11, 21, tzinfo=UTC)
        >>> days = {1: 20, 2: 15, 3: 1}
        >>> slices = [
        ...     Slice(index=f"s{n}", number=n, opened_at=now - timedelta(days=d), size_bytes=10)
        ...     for n, d in days.items()
        ... ]
        >>> choose_doomed(slices, 3, now, timedelta(days=14), 1000)
        ['s1']
        >>> choose_doomed(slices, 3, now, timedelta(days=99), 15)
        ['s1', 's2']
    """
    total = sum(slice_["size_bytes"] for slice_ in slices)
    closed = [slice_ for slice_ in slices if slice_["number"] < number]
    doomed: list[str] = []
    for slice_, following in zip(closed, [*slices[1:], None], strict=False):
        is_old = following is not None and now - following["opened_at"] > retention
        if not is_old and total <= largest_bytes:
            break
        doomed.append(slice_["index"])
        total -= slice_["size_bytes"]
    return doomed


def check_slices(
    client: OpenSearch, version: str, meta: Mapping[str, Any], settings: Settings, now: datetime
) -> dict[str, Any]:
    """Return what changes in a version's `_meta` by looking at its slices; nothing if it isn't time to."""
    if not is_check_due(meta, now):
        return {}
    longest = timedelta(hours=settings.slice_hours)
    slices = list_slices(client, version)
    number = choose_number(slices, meta.get("slice", 1), now, longest, settings.slice_bytes)
    return {"slice": number, "slices_checked_at": now.isoformat()}


def drop_old_slices(
    client: OpenSearch, version: str, number: int, settings: Settings, now: datetime
) -> list[str]:
    """Delete the slices of a version that retention doesn't keep, as whole indices, and return their names.

    Args:
        client: OpenSearch.
        version: The version's own name.
        number: The slice that is written to.
        settings: Say what is kept.
        now: The time.
    """
    retention = timedelta(days=settings.retention_days)
    slices = list_slices(client, version)
    doomed = choose_doomed(slices, number, now, retention, settings.retention_bytes)
    for index in doomed:
        client.indices.delete(index=index, params={"ignore_unavailable": "true"})
    if doomed:
        log.warning("slices dropped by retention", version=version, slices=doomed)
    return doomed


def drop_orphans(client: OpenSearch, pipeline: str) -> list[str]:
    """Delete slices whose base is gone, such as one that a forgotten run opened; return their names."""
    indices = client.indices.get_alias(index=f"{pipeline}-v*")
    orphans = sorted(index for index in indices if find_version(index) not in indices)
    for index in orphans:
        client.indices.delete(index=index, params={"ignore_unavailable": "true"})
    return orphans
