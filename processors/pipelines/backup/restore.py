"""Restores the indices and files of a back-up, and makes nothing live before all of it is there."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from opensearchpy import OpenSearch

from processors.pipelines.backup.catching_up import look_into_kafka
from processors.pipelines.backup.looking import check_restore, list_present
from processors.pipelines.backup.make import STAGING
from processors.pipelines.backup.record import BackupRecord, find_backup, locate
from processors.settings import Settings
from processors.stores import backup_files, search
from processors.stores.answers_cache import evict_versions
from processors.stores.search import backups
from processors.versions import lease_record, leases, registry
from processors.versions.names import read_number


def restore_indices(settings: Settings, name: str, *, overwrite: bool) -> dict[str, Any]:
    """Bring back all versions with their aliases, and what each said of itself before it was copied.

    No build begins meanwhile. The aliases come last and at once: a restore that was killed has made nothing
    live, and is done again with `overwrite`. Numbers go on behind the highest that was ever used, and cached
    answers of versions that are gone are deleted, so that no new version is answered for by an old entry.

    Args:
        settings: Of the platform.
        name: Of the back-up; empty: the newest finished one.
        overwrite: Whether versions that are there may be deleted.

    Returns:
        Counts, what is live, and `remarks` about events that Kafka doesn't have any more.

    Raises:
        BackupError: As of `check_restore`.
        processors.stores.search.backups.SnapshotError: OpenSearch could not restore all.
    """
    record = check_restore(settings, name, overwrite=overwrite)
    client = search.open_search(settings.opensearch)
    copies, parts = settings.opensearch.replicas, settings.opensearch.shards
    search.apply_templates(client, settings.embedding.dimension, replicas=copies, shards=parts)
    with _hold_builds(client):
        gone = list_present(client)
        _delete_versions(client, gone)
        journals = [index for index in record.journals if not client.indices.exists(index=index)]
        indices = [index for version in record.versions.values() for index in version.indices]
        backups.restore_snapshot(client, record.name, [*indices, *journals])
        _keep_numbers(client, settings, record, gone)
        for version, told in record.versions.items():
            client.indices.put_mapping(index=version, body={"_meta": told.meta})
        client.indices.update_aliases(body={"actions": plan_aliases(record)})
    evict_versions(settings.redis.url, [])
    return {
        "backup": record.name,
        "versions": len(record.versions),
        "indices": len(indices) + len(journals),
        "deleted": gone,
        "live": record.live,
        "remarks": look_into_kafka(client, settings, record),
    }


@contextmanager
def _hold_builds(client: OpenSearch) -> Iterator[None]:
    with ExitStack() as held:
        for pipeline in search.PIPELINES:
            held.enter_context(leases.hold_lease(client, pipeline))
        yield


def _delete_versions(client: OpenSearch, versions: list[str]) -> None:
    if versions:
        actions = [{"remove_index": {"index": f"{version}*"}} for version in versions]
        client.indices.update_aliases(body={"actions": actions})


def _keep_numbers(client: OpenSearch, settings: Settings, record: BackupRecord, gone: list[str]) -> None:
    """Let the next version have a number that none ever had, neither here nor in MLflow's record."""
    for pipeline in search.PIPELINES:
        highest = max(
            record.last_numbers[pipeline],
            registry.find_highest_number(settings.mlflow.tracking_uri, pipeline),
            *(read_number(version) for version in gone if version.startswith(f"{pipeline}-v")),
        )
        lease_record.raise_number(client, pipeline, highest)


def plan_aliases(record: BackupRecord) -> list[dict[str, Any]]:
    """Return the actions that give all indices the aliases that they had, at once."""
    return [
        {"add": {"index": index, "alias": alias, **kind}}
        for version in record.versions.values()
        for index, aliases in version.indices.items()
        for alias, kind in aliases.items()
    ]


def restore_files(settings: Settings, name: str, *, overwrite: bool) -> dict[str, backup_files.Copied]:
    """Copy staging and the other folders back; files that are there stay, unless asked otherwise.

    Args:
        settings: Of the platform.
        name: Of the back-up; empty: the newest finished one.
        overwrite: Also replace files that are there.
    """
    record = find_backup(settings, name)
    url = locate(settings, record.name)
    folders = {STAGING: settings.storage.staging_url, **settings.backup.folders}
    return {
        folder: backup_files.copy_folder(f"{url}/folders/{folder}", target, overwrite=overwrite)
        for folder, target in folders.items()
        if folder in record.folders
    }
