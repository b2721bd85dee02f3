"""Copies index versions into the snapshot repository, and reads what they say of themselves before that."""

from datetime import UTC, datetime
from typing import Any, Final

from opensearchpy import OpenSearch

from processors.knowledge.chunk import Pipeline
from processors.pipelines.backup.record import (
    BackedUpVersion,
    BackupError,
    NothingToBackUpError,
    begin_backup,
    locate,
)
from processors.settings import Settings
from processors.stores import backup_files, search
from processors.stores.actions import audit, starts
from processors.stores.search import backups
from processors.versions import catalog, lease_record
from processors.versions.names import cover_family, find_version

# A mark of `pins`, which whoever looks for a pin sets for a moment.
_MARK: Final = "unpinned-"


def snapshot_indices(settings: Settings, name: str) -> dict[str, int]:
    """Take a snapshot of all finished versions with their slices, and of what is kept of actions.

    A version that is still being built is left out: it would be deleted as forgotten anyway.

    Args:
        settings: Of the platform.
        name: Of the back-up.

    Returns:
        How many versions and indices it holds.

    Raises:
        NothingToBackUpError: No version is finished yet; then no back-up is begun.
        BackupError: No place for back-ups is set.
        processors.stores.search.backups.SnapshotError: OpenSearch could not copy all.
    """
    client, began = open_repository(settings), datetime.now(UTC)
    of_pipelines = {pipeline: _read_versions(client, pipeline) for pipeline in search.PIPELINES}
    versions = {index: version for each in of_pipelines.values() for index, version in each.items()}
    if not versions:
        raise NothingToBackUpError("there is nothing to back up: no version is finished yet")
    begin_backup(settings, name)
    journals = [index for index in (audit.INDEX, starts.INDEX) if client.indices.exists(index=index)]
    told = {
        "began_at": began.isoformat(),
        "opensearch": client.info()["version"]["number"],
        "versions": {index: version.model_dump() for index, version in versions.items()},
        "live": {pipeline: _find_live(each, pipeline) for pipeline, each in of_pipelines.items()},
        "last_numbers": {
            pipeline: lease_record.read_record(client, pipeline)["last_number"]
            for pipeline in search.PIPELINES
        },
        "journals": journals,
    }
    indices = [index for version in versions.values() for index in version.indices] + journals
    backups.take_snapshot(client, name, indices)
    told["chunks"] = {index: search.count_chunks(client, cover_family(index)) for index in versions}
    backup_files.write_part(locate(settings, name), "indices", told)
    return {"versions": len(versions), "indices": len(indices)}


def _read_versions(client: OpenSearch, pipeline: Pipeline) -> dict[str, BackedUpVersion]:
    """Return what all finished versions say, and then their indices: no slice of a position is left out."""
    metas = {
        version["index"]: version["meta"]
        for version in catalog.list_versions(client, pipeline)
        if version["live"] or version["meta"].get("state", "building") not in catalog.UNFINISHED
    }
    held: dict[str, Any] = client.indices.get_alias(index=f"{pipeline}-v*")
    return {
        version: BackedUpVersion(
            meta=meta,
            indices={
                index: _read_aliases(body) for index, body in held.items() if find_version(index) == version
            },
        )
        for version, meta in metas.items()
        if version in held
    }


def _read_aliases(body: dict[str, Any]) -> dict[str, Any]:
    return {name: kind for name, kind in body["aliases"].items() if not name.startswith(_MARK)}


def _find_live(versions: dict[str, BackedUpVersion], pipeline: Pipeline) -> str | None:
    return next((name for name, told in versions.items() if pipeline in told.indices[name]), None)


def open_repository(settings: Settings) -> OpenSearch:
    """Return a client of an OpenSearch that knows the repository.

    Raises:
        BackupError: No repository is set.
    """
    client, repository = search.open_search(settings.opensearch), settings.backup.repository
    if repository is None:
        raise BackupError("RUNLORE_BACKUP_REPOSITORY is empty: OpenSearch has no place for snapshots")
    backups.register_repository(client, repository.type, repository.settings)
    return client
