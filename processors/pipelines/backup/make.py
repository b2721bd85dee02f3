"""Makes a back-up: indices first, then the files that they name, then databases, then its record."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from processors.pipelines.backup.indices import snapshot_indices
from processors.pipelines.backup.record import BackupError, BackupRecord, locate, write_record
from processors.pipelines.backup.retention import drop_old_backups
from processors.settings import Settings
from processors.stores import backup_files, databases

STAGING: Final = "staging"


def make_backup(settings: Settings, name: str) -> BackupRecord:
    """Make a whole back-up in one process, as `make backup` does; the DAG has a task for each step.

    Args:
        settings: Of the platform.
        name: Of the back-up; one of that name that was not finished is made anew.
    """
    snapshot_indices(settings, name)
    copy_files(settings, name)
    dump_databases(settings, name)
    record = finish_backup(settings, name)
    drop_old_backups(settings, datetime.now(UTC))
    return record


def copy_files(settings: Settings, name: str) -> dict[str, backup_files.Copied]:
    """Copy staging, of which versions name files, and the other folders of the settings.

    Args:
        settings: Of the platform.
        name: Of the back-up.
    """
    url = locate(settings, name)
    folders = {STAGING: settings.storage.staging_url, **settings.backup.folders}
    copied = {
        folder: backup_files.copy_folder(source, f"{url}/folders/{folder}", overwrite=True)
        for folder, source in folders.items()
    }
    backup_files.write_part(url, "folders", copied)
    return copied


def dump_databases(settings: Settings, name: str) -> list[str]:
    """Dump each database of the settings, and return their names.

    Args:
        settings: Of the platform.
        name: Of the back-up.

    Raises:
        processors.stores.databases.DatabaseError: One can't be dumped.
    """
    url = locate(settings, name)
    for database, address in settings.backup.databases.items():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "dump"
            databases.dump_database(address.get_secret_value(), file)
            backup_files.upload_file(file, f"{url}/databases/{database}.dump")
    backup_files.write_part(url, "databases", sorted(settings.backup.databases))
    return sorted(settings.backup.databases)


def finish_backup(settings: Settings, name: str) -> BackupRecord:
    """Write down that a back-up is whole, and return its record.

    Raises:
        BackupError: A part of it is missing.
    """
    url = locate(settings, name)
    parts = {part: backup_files.read_part(url, part) for part in ("indices", "folders", "databases")}
    missing = [part for part, told in parts.items() if told is None]
    if missing:
        raise BackupError(f"back-up {name} can't be finished: {', '.join(missing)} are missing")
    record = BackupRecord(
        name=name,
        ended_at=datetime.now(UTC),
        code_commit=settings.versions.code_commit,
        folders=parts["folders"],
        databases=parts["databases"],
        **parts["indices"],
    )
    write_record(settings, record)
    return record
