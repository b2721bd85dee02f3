"""What a back-up says of itself. It is written last, so a back-up without it was never finished."""

from datetime import UTC, datetime
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from processors.settings import Settings
from processors.stores import backup_files

FORMAT: Final = 1
NAME: Final = r"[a-z0-9][a-z0-9._-]{0,99}"
"""Pattern of the name of a back-up: OpenSearch takes nothing else."""
_BEGUN: Final = "begun"
_RECORD: Final = "backup"


class BackupError(ValueError):
    """A back-up can't be made, found or restored, and why; trying again would find the same."""


class NothingToBackUpError(BackupError):
    """No version is finished yet, as on the first day of a platform."""


class BackedUpVersion(BaseModel):
    """What the cluster said of an index version, and of each of its indices, before it was copied.

    Chunks are copied after this was read. So they hold at least what the positions say; a replay of what
    they hold beyond is harmless, while positions ahead of the chunks would lose events.
    """

    model_config = ConfigDict(frozen=True)

    meta: dict[str, Any]
    indices: dict[str, dict[str, Any]]
    """Name of the base or slice to its aliases, as OpenSearch tells them."""


class BackupRecord(BaseModel):
    """All of a finished back-up."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    name: str
    began_at: AwareDatetime
    ended_at: AwareDatetime
    code_commit: str
    opensearch: str
    """Version of the server that took the snapshot."""
    versions: dict[str, BackedUpVersion]
    live: dict[str, str | None]
    last_numbers: dict[str, int]
    """Pipeline to the highest number that a version ever had."""
    journals: list[str]
    """Indices with a fixed name, such as the record of actions."""
    chunks: dict[str, int]
    """Version to its chunks, counted behind the copy."""
    folders: dict[str, tuple[int, int]]
    """Name to files and bytes."""
    databases: list[str]


def name_backup(now: datetime) -> str:
    """Return the name of a back-up that is begun now.

    Example:
        >>> name_backup(datetime(2026, 11, 29, 1, 30, tzinfo=UTC))
        '20261129-013000'
    """
    return now.astimezone(UTC).strftime("%Y%m%d-%H%M%S")


def locate(settings: Settings, name: str) -> str:
    """Return the folder of a back-up.

    Raises:
        BackupError: No place for back-ups is set.
    """
    if not settings.backup.url:
        raise BackupError("RUNLORE_BACKUP_URL is empty: no back-ups are made, and none can be restored")
    return f"{settings.backup.url.rstrip('/')}/{name}"


def begin_backup(settings: Settings, name: str) -> None:
    """Note that a back-up is begun.

    Raises:
        BackupError: There is a finished one of that name, or no place for back-ups is set.
    """
    if _read(settings, name) is not None:
        raise BackupError(f"there is a finished back-up {name} already: choose another name")
    backup_files.write_part(locate(settings, name), _BEGUN, {"at": datetime.now(UTC).isoformat()})


def read_beginning(settings: Settings, name: str) -> datetime | None:
    """Return when a back-up was begun, None if the folder tells nothing of that."""
    told = backup_files.read_part(locate(settings, name), _BEGUN)
    return datetime.fromisoformat(told["at"]) if told else None


def delete_backup(settings: Settings, name: str) -> None:
    """Delete the files of a back-up, its record first, so that a half of one is never taken for whole."""
    backup_files.delete_part(locate(settings, name), _RECORD)
    backup_files.delete_folder(locate(settings, name))


def write_record(settings: Settings, record: BackupRecord) -> None:
    """Write what a back-up says of itself, which makes it finished."""
    backup_files.write_part(locate(settings, record.name), _RECORD, record.model_dump(mode="json"))


def list_backups(settings: Settings) -> dict[str, BackupRecord | None]:
    """Return all back-ups by name, oldest first; None for one that was not finished."""
    root = locate(settings, "").rstrip("/")
    return {name: _read(settings, name) for name in backup_files.list_folders(root)}


def find_backup(settings: Settings, name: str) -> BackupRecord:
    """Return what a back-up says of itself; the newest finished one if the name is empty.

    Raises:
        BackupError: There is none of that name, or it was not finished, or another format made it.
    """
    held = list_backups(settings)
    finished = [each for each, record in held.items() if record is not None]
    told = f"Finished are: {', '.join(finished) or 'none'}"
    if not name and not finished:
        raise BackupError(f"there is no finished back-up under {settings.backup.url}")
    name = name or max((record.began_at, each) for each, record in held.items() if record)[1]
    if name not in held:
        raise BackupError(f"there is no back-up {name} under {settings.backup.url}. {told}")
    record = held[name]
    if record is None:
        raise BackupError(f"back-up {name} was never finished, so it is not whole. {told}")
    return record


def _read(settings: Settings, name: str) -> BackupRecord | None:
    told = backup_files.read_part(locate(settings, name), _RECORD)
    if told is None:
        return None
    found = told.get("format") if isinstance(told, dict) else None
    if found != FORMAT:
        raise BackupError(
            f"back-up {name} has the format {found}, and this release reads {FORMAT}: restore it with the "
            f"release that made it"
        )
    try:
        return BackupRecord.model_validate(told)
    except ValidationError as error:
        raise BackupError(f"back-up {name}: its record is damaged: {error}") from error
