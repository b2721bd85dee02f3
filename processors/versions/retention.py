"""Slices of a dynamic version over time: when the next one begins, and which ones go, as whole indices."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypedDict

import structlog
from opensearchpy import OpenSearch

from processors.settings import Settings
from processors.versions.names import find_version, name_all_slices

log = structlog.get_logger(__name__)

CHECK_EVERY: Final = timedelta(minutes=5)


class Slice(TypedDict):
    """One slice as OpenSearch holds it."""

    index: str
    number: int
    opened_at: datetime
    size_bytes: int


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
    """Return what changes in a version's `_meta` by looking at its slices; nothing if it isn't time to.

    Args:
        client: OpenSearch.
        version: The version's own name.
        meta: What it says of itself.
        settings: Say how long and how large a slice may be.
        now: The time.
    """
    if not is_check_due(meta, now):
        return {}
    longest = timedelta(hours=settings.slices.hours)
    slices = list_slices(client, version)
    number = choose_number(slices, meta.get("slice", 1), now, longest, settings.slices.bytes)
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
    retention = timedelta(days=settings.retention.days)
    slices = list_slices(client, version)
    doomed = choose_doomed(slices, number, now, retention, settings.retention.bytes)
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
