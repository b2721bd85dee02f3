"""Back-ups and restores in words."""

from collections.abc import Mapping
from typing import Any

from processors.pipelines.backup.record import BackupRecord
from processors.stores.backup_files import Copied


def tell_backup(record: BackupRecord) -> str:
    """Say what a back-up holds and how long it took."""
    took = (record.ended_at - record.began_at).total_seconds()
    files, size = (sum(counts) for counts in zip(*record.folders.values(), strict=True))
    return (
        f"Back-up {record.name}: {len(record.versions)} index versions with {sum(record.chunks.values())} "
        f"chunks, {files} files ({size / 1e6:.1f} MB), databases {', '.join(record.databases) or 'none'}; "
        f"{took:.1f} s."
    )


def tell_backups(held: Mapping[str, BackupRecord | None]) -> str:
    """Return a line for each back-up, oldest first."""
    lines = [
        tell_backup(record) if record else f"Back-up {name}: not finished" for name, record in held.items()
    ]
    return "\n".join(lines) or "There are no back-ups."


def tell_restored(restored: Mapping[str, Any], files: Mapping[str, Copied]) -> str:
    """Say what was restored, what is live, and what a person should know."""
    live = ", ".join(filter(None, restored["live"].values())) or "nothing"
    copied = ", ".join(f"{copy.files} files of {name}" for name, copy in files.items())
    deleted = f" Deleted before: {', '.join(restored['deleted'])}." if restored["deleted"] else ""
    remarks = "".join(f"\n{remark}" for remark in restored["remarks"])
    return (
        f"Restored {restored['backup']}: {restored['versions']} versions, {copied}. Live: {live}.{deleted} "
        f"The pipelines go on from the positions of the restored versions.{remarks}"
    )
