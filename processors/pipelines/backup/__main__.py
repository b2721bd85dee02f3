"""Make, list and restore back-ups: what `make backup`, `make backups` and `make restore` call."""

import argparse
import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

import httpx
from confluent_kafka import KafkaException
from opensearchpy import OpenSearchException

from processors.pipelines.backup.databases import restore_databases
from processors.pipelines.backup.looking import check_restore
from processors.pipelines.backup.make import make_backup
from processors.pipelines.backup.pausing import resting_writers
from processors.pipelines.backup.record import list_backups, name_backup
from processors.pipelines.backup.restore import restore_files, restore_indices
from processors.pipelines.backup.telling import tell_backup, tell_backups, tell_restored
from processors.settings import Settings, load_settings


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command; say in one sentence why it could not be done."""
    options = _make_parser().parse_args(arguments)
    try:
        sys.stdout.write(_execute(load_settings(), options) + "\n")
    except (ValueError, RuntimeError, OSError, OpenSearchException, KafkaException, httpx.HTTPError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="backup", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    making = commands.add_parser("make", help="make a back-up now")
    making.add_argument("name", nargs="?", default="", help="of the back-up; the time by default")
    commands.add_parser("list", help="all back-ups, oldest first")
    for name, text in (("restore", "indices and files"), ("restore-databases", "databases, none in use")):
        restoring = commands.add_parser(name, help=f"restore {text} of a back-up")
        restoring.add_argument("name", nargs="?", default="", help="the newest finished one by default")
        restoring.add_argument("--overwrite", action="store_true", help="what is there may be lost")
    commands.choices["restore"].add_argument(
        "--airflow-is-down", action="store_true", help="don't ask Airflow to let its pipelines rest"
    )
    return parser


def _execute(settings: Settings, options: argparse.Namespace) -> str:
    match options.command:
        case "make":
            return tell_backup(make_backup(settings, options.name or name_backup(datetime.now(UTC))))
        case "list":
            return tell_backups(list_backups(settings))
        case "restore-databases":
            restored = restore_databases(settings, options.name, overwrite=options.overwrite)
            return f"Restored: {', '.join(restored) or 'no database, for the back-up holds none'}."
        case _:
            pausing = nullcontext() if options.airflow_is_down else resting_writers(settings)
            return _restore(settings, options.name, pausing, overwrite=options.overwrite)


def _restore(settings: Settings, name: str, pausing: AbstractContextManager[None], *, overwrite: bool) -> str:
    # Before the pipelines are held up for something that can't be done.
    found = check_restore(settings, name, overwrite=overwrite).name
    with pausing:
        files = restore_files(settings, found, overwrite=overwrite)
        restored = restore_indices(settings, found, overwrite=overwrite)
    return tell_restored(restored, files)


if __name__ == "__main__":
    sys.exit(main())
