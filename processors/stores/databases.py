"""PostgreSQL databases as files, by PostgreSQL's own programs: dumped, looked at, restored."""

import os
import subprocess
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

_SESSIONS: Final = (
    "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
)
_TABLES: Final = "select count(*) from information_schema.tables where table_schema = 'public'"


class DatabaseError(RuntimeError):
    """A database could not be dumped, asked or restored."""


def dump_database(url: str, file: Path) -> None:
    """Write a database, as it is at one moment, to a file.

    Args:
        url: `postgresql://user:password@host:port/name`; a driver such as `+psycopg2` is left out.
        file: Its folder must be there.

    Raises:
        DatabaseError: `pg_dump` is missing or failed.
    """
    _run(url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={file}")


def restore_database(url: str, file: Path) -> None:
    """Put a database back as it was dumped, all of it or nothing; what is there is dropped.

    Args:
        url: As of `dump_database`.
        file: That was dumped.

    Raises:
        DatabaseError: `pg_restore` is missing or failed, and nothing was changed.
    """
    _run(
        url, "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction",
        str(file),
    )  # fmt: skip


def count_sessions(url: str) -> int:
    """Return how many others are connected to a database."""
    return int(_run(url, "psql", "--no-align", "--tuples-only", "--no-psqlrc", f"--command={_SESSIONS}"))


def count_tables(url: str) -> int:
    """Return how many tables a database has."""
    return int(_run(url, "psql", "--no-align", "--tuples-only", "--no-psqlrc", f"--command={_TABLES}"))


def split_password(url: str) -> tuple[str, str]:
    """Return an address as PostgreSQL's programs take it, without its password, and the password.

    Example:
        >>> split_password("postgresql+psycopg2://me:se%2Fcret@db:5432/airflow?sslmode=require")
        ('postgresql://me@db:5432/airflow?sslmode=require', 'se/cret')
    """
    parts = urlsplit(url)
    login, _, host = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    bare = parts._replace(scheme="postgresql", netloc=f"{user}@{host}" if user else host)
    return urlunsplit(bare), unquote(password)


def _run(url: str, program: str, *arguments: str) -> str:
    """Run a program of PostgreSQL and return what it prints; the password is not on its command line."""
    address, password = split_password(url)
    command = [program, f"--dbname={address}", *arguments]
    environment = {**os.environ, "PGPASSWORD": password, "PGCONNECT_TIMEOUT": "10"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise DatabaseError(f"{program} is missing: Debian's package postgresql-client has it") from error
    if done.returncode:
        raise DatabaseError(f"{program} of {address} failed: {done.stderr.strip()[-2000:]}")
    return done.stdout.strip()
