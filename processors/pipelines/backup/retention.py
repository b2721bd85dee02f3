"""Back-ups that go: old ones behind new ones, and those that were never finished."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from processors.pipelines.backup.record import delete_backup, list_backups, read_beginning
from processors.settings import Settings
from processors.stores import search
from processors.stores.search import backups

_UNFINISHED_FOR: Final = timedelta(days=1)

log = structlog.get_logger(__name__)


def drop_old_backups(settings: Settings, now: datetime) -> list[str]:
    """Delete all but the newest finished back-ups, and those that were begun long ago and never finished.

    Args:
        settings: Say how many are kept.
        now: The time.
    """
    held = list_backups(settings)
    finished = sorted((record.began_at, name) for name, record in held.items() if record is not None)
    stale = [name for name, record in held.items() if record is None and _is_stale(settings, name, now)]
    doomed = [*(name for _, name in finished[: -settings.backup.kept]), *stale]
    client = search.open_search(settings.opensearch)
    for name in doomed:
        delete_backup(settings, name)
        backups.delete_snapshot(client, name)
        log.info("back-up deleted", backup=name)
    return doomed


def _is_stale(settings: Settings, name: str, now: datetime) -> bool:
    begun = read_beginning(settings, name)
    return begun is not None and now - begun > _UNFINISHED_FOR
