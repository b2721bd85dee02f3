"""Says no to a restore before anything is changed."""

from opensearchpy import OpenSearch

from processors.pipelines.backup.indices import open_repository
from processors.pipelines.backup.record import BackupError, BackupRecord, find_backup
from processors.settings import Settings
from processors.stores import search
from processors.stores.search import backups
from processors.versions import catalog


def check_restore(settings: Settings, name: str, *, overwrite: bool) -> BackupRecord:
    """Say no before anything is changed.

    Args:
        settings: Of the platform.
        name: Of the back-up; empty: the newest finished one.
        overwrite: Whether versions that are there may be deleted.

    Raises:
        BackupError: There is no such back-up, it is not whole, its snapshot is gone or of a newer server, or
            something is there that would be overwritten.
    """
    record = find_backup(settings, name)
    client = open_repository(settings)
    snapshot = backups.read_snapshot(client, record.name)
    if snapshot is None or snapshot["state"] != "SUCCESS":
        state = "gone" if snapshot is None else snapshot["state"]
        raise BackupError(f"the snapshot of back-up {record.name} is {state}: restore another back-up")
    _require_server(client, record)
    _require_embedding(settings, record)
    present = list_present(client)
    if present and not overwrite:
        raise BackupError(
            f"there are versions that would be deleted: {', '.join(present)}. Nothing was changed. If they "
            f"shall give way to back-up {record.name}, ask for that: the form's Overwrite, or OVERWRITE=yes"
        )
    return record


def _require_server(client: OpenSearch, record: BackupRecord) -> None:
    there = client.info()["version"]["number"]
    if _read_version(there) < _read_version(record.opensearch):
        raise BackupError(
            f"back-up {record.name} was made by OpenSearch {record.opensearch}, and this is {there}, which "
            "can't read it: restore it into that version or a newer one"
        )


def _read_version(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.partition("-")[0].split("."))


def _require_embedding(settings: Settings, record: BackupRecord) -> None:
    """See that questions are embedded by the model whose vectors the live versions hold."""
    for version in filter(None, record.live.values()):
        model = str(record.versions[version].meta.get("embedding_model", "")).partition("@")[0]
        if model and model != settings.embedding.model:
            raise BackupError(
                f"{version} of back-up {record.name} holds vectors of {model}, and RUNLORE_EMBEDDING_MODEL "
                f"is {settings.embedding.model}: set it to {model}, or rebuild instead of restoring"
            )


def list_present(client: OpenSearch) -> list[str]:
    """Return the names of all versions that are there."""
    return [v["index"] for pipeline in search.PIPELINES for v in catalog.list_versions(client, pipeline)]
