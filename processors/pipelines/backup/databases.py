"""Restores dumped databases. One is Airflow's, and whoever uses it is stopped first: no DAG can do it."""

import tempfile
from pathlib import Path

from processors.pipelines.backup.record import BackupError, find_backup, locate
from processors.settings import Settings
from processors.stores import backup_files, databases


def restore_databases(settings: Settings, name: str, *, overwrite: bool) -> list[str]:
    """Put the databases of a back-up back, each whole or not at all, and return their names.

    Args:
        settings: Of the platform.
        name: Of the back-up; empty: the newest finished one.
        overwrite: Whether a database that has tables may be replaced.

    Raises:
        BackupError: Somebody is connected, tables would be overwritten, or the settings lack a database.
        processors.stores.databases.DatabaseError: One can't be asked or restored.
    """
    record = find_backup(settings, name)
    addresses = {each: url.get_secret_value() for each, url in settings.backup.databases.items()}
    for database in record.databases:
        _require_free(database, addresses.get(database), overwrite=overwrite)
    with tempfile.TemporaryDirectory() as folder:
        for database in record.databases:
            file = Path(folder) / f"{database}.dump"
            backup_files.download_file(f"{locate(settings, record.name)}/databases/{database}.dump", file)
            databases.restore_database(addresses[database], file)
    return record.databases


def _require_free(database: str, url: str | None, *, overwrite: bool) -> None:
    if url is None:
        raise BackupError(f"RUNLORE_BACKUP_DATABASES has no {database}, which the back-up holds")
    sessions = databases.count_sessions(url)
    if sessions:
        raise BackupError(
            f"{sessions} sessions use the database {database}: stop what uses it first. Nothing was changed"
        )
    tables = databases.count_tables(url)
    if tables and not overwrite:
        raise BackupError(
            f"the database {database} has {tables} tables. Nothing was changed. If they shall give way to "
            "the back-up, ask for that with OVERWRITE=yes"
        )
