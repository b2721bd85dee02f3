"""Snapshots of whole indices in OpenSearch's repository: taken, looked up, restored, deleted."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from opensearchpy import NotFoundError, OpenSearch, TransportError

REPOSITORY: Final = "runlore"
"""Name of the repository in OpenSearch."""

# Less than a task may take, so that what hangs is told with its name.
_LONGEST: Final = timedelta(minutes=110)


class SnapshotError(RuntimeError):
    """OpenSearch could not take or restore a snapshot as a whole."""


def register_repository(client: OpenSearch, kind: str, settings: dict[str, Any]) -> None:
    """See that the repository is there, and that every node can write to it.

    Args:
        client: OpenSearch.
        kind: Such as fs or s3.
        settings: Such as a location, or a bucket.

    Raises:
        SnapshotError: A node can't write to it; the message says which setting names it.
    """
    try:
        client.snapshot.create_repository(
            repository=REPOSITORY, body={"type": kind, "settings": settings}, params={"verify": "true"}
        )
    except TransportError as error:
        raise SnapshotError(
            f"OpenSearch can't use the repository of RUNLORE_BACKUP_REPOSITORY: {error}. A folder must lie "
            "under path.repo of every node; a bucket needs the plugin and the keys in the nodes' keystore"
        ) from error


def take_snapshot(client: OpenSearch, snapshot: str, indices: Sequence[str]) -> None:
    """Copy indices into the repository; what an earlier try left under the name is replaced.

    Each shard is copied as it is at some moment in between, and what the cluster says of an index as it is
    at the end. So whoever needs both of one moment must have read the latter before: see `BackedUpVersion`.

    Args:
        client: OpenSearch.
        snapshot: Its name.
        indices: In full.

    Raises:
        SnapshotError: Some shard could not be copied.
    """
    delete_snapshot(client, snapshot)
    taken = client.snapshot.create(
        repository=REPOSITORY,
        snapshot=snapshot,
        body={"indices": ",".join(indices), "include_global_state": False},
        params={"wait_for_completion": "true", "request_timeout": _LONGEST.total_seconds()},
    )["snapshot"]
    if taken["state"] != "SUCCESS":
        raise SnapshotError(f"snapshot {snapshot} is {taken['state']}: {taken['failures'][:3]}")


def read_snapshot(client: OpenSearch, snapshot: str) -> dict[str, Any] | None:
    """Return what OpenSearch says of a snapshot, None if there is none."""
    try:
        found = client.snapshot.get(repository=REPOSITORY, snapshot=snapshot)["snapshots"]
    except NotFoundError:
        return None
    told: dict[str, Any] = found[0]
    return told


def restore_snapshot(client: OpenSearch, snapshot: str, indices: Sequence[str]) -> None:
    """Bring indices back under their own names, without their aliases: nobody finds them yet.

    Args:
        client: OpenSearch.
        snapshot: Its name.
        indices: None of them may be there.

    Raises:
        SnapshotError: Some shard could not be read.
    """
    body = {"indices": ",".join(indices), "include_global_state": False, "include_aliases": False}
    options = {"wait_for_completion": "true", "request_timeout": _LONGEST.total_seconds()}
    try:
        restored = client.snapshot.restore(
            repository=REPOSITORY, snapshot=snapshot, body=body, params=options
        )["snapshot"]
    except TransportError as error:
        raise SnapshotError(f"OpenSearch can't restore {snapshot}: {error}") from error
    failed = restored["shards"]["failed"]
    if failed:
        raise SnapshotError(f"{failed} of {restored['shards']['total']} shards of {snapshot} are missing")


def delete_snapshot(client: OpenSearch, snapshot: str) -> None:
    """Delete a snapshot; harmless to repeat."""
    params = {"request_timeout": _LONGEST.total_seconds(), "ignore": 404}
    client.snapshot.delete(repository=REPOSITORY, snapshot=snapshot, params=params)
