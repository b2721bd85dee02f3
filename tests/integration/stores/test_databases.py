"""PostgreSQL's own programs against the real server: dumped, changed, put back."""

import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from processors.settings import Settings
from processors.stores.databases import (
    DatabaseError,
    count_sessions,
    count_tables,
    dump_database,
    restore_database,
    split_password,
)


def run_sql(url: str, *statements: str) -> str:
    address, password = split_password(url)
    command = ["psql", f"--dbname={address}", "--no-psqlrc", "-Atq", *(f"--command={s}" for s in statements)]
    done = subprocess.run(command, env={**os.environ, "PGPASSWORD": password}, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return done.stdout.strip()


@pytest.fixture
def database(settings: Settings) -> Iterator[str]:
    """The address of a database of its own, with one table."""
    admin = settings.backup.databases["mlflow"].get_secret_value()
    name = f"test_{uuid.uuid4().hex[:8]}"
    run_sql(admin, f"create database {name}")
    url = f"{admin.rpartition('/')[0]}/{name}"
    run_sql(url, "create table kept (n int)", "insert into kept values (1), (2)")
    yield url
    run_sql(admin, f"drop database {name} with (force)")


def test_a_database_is_back_as_it_was_dumped(database: str, tmp_path: Path) -> None:
    dump_database(database, tmp_path / "dump")
    run_sql(database, "delete from kept", "create table later (n int)")
    restore_database(database, tmp_path / "dump")
    assert run_sql(database, "select sum(n) from kept") == "3"


def test_a_damaged_dump_changes_nothing(database: str, tmp_path: Path) -> None:
    dump_database(database, tmp_path / "dump")
    whole = (tmp_path / "dump").read_bytes()
    (tmp_path / "dump").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DatabaseError, match=r"pg_restore of .* failed"):
        restore_database(database, tmp_path / "dump")
    assert run_sql(database, "select sum(n) from kept") == "3"


def test_a_wrong_password_is_told_without_the_password(database: str, tmp_path: Path) -> None:
    _, password = split_password(database)
    wrong = database.replace(password, "wrong-password-9")
    with pytest.raises(DatabaseError, match="password authentication failed") as raised:
        dump_database(wrong, tmp_path / "dump")
    assert "wrong-password-9" not in str(raised.value)


def test_sessions_and_tables_are_counted(database: str) -> None:
    assert (count_sessions(database), count_tables(database)) == (0, 1)
    address, password = split_password(database)
    environment = {**os.environ, "PGPASSWORD": password}
    with subprocess.Popen(
        ["psql", f"--dbname={address}", "-Atq"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdin
        assert other.stdout
        other.stdin.write(b"select 'connected';\n")
        other.stdin.flush()
        assert other.stdout.readline() == b"connected\n"
        assert count_sessions(database) == 1
        other.communicate()
