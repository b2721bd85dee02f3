"""Old things go; what is new, newest or named by a version stays."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from processors.pipelines.maintain import clean_airflow_tables, prune_staging, prune_task_logs

NOW = datetime.now(UTC)
WEEK_AGO = NOW - timedelta(days=7)


def write_aged(path: Path, days: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    time = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (time, time))


def test_only_old_runs_that_no_version_names_leave_staging(tmp_path: Path) -> None:
    for run, days in {"old": 20, "state": 19, "older": 30, "fresh": 1}.items():
        write_aged(tmp_path / "rag" / run / "light" / "chunks.parquet", days)
    # One file of a run that goes on keeps the whole of it.
    write_aged(tmp_path / "rag" / "mixed" / "ingest" / "manifest.json", 20)
    write_aged(tmp_path / "rag" / "mixed" / "light" / "manifest.json", 2)
    url = tmp_path.as_uri()
    metas = [{"state": "live"}, {"log_state": f"{url}/rag/state/light/patterns.json"}]
    assert prune_staging(url, metas, WEEK_AGO) == [f"{url}/rag/older", f"{url}/rag/old"]
    assert sorted(path.name for path in (tmp_path / "rag").iterdir()) == ["fresh", "mixed", "state"]


def test_the_newest_run_of_a_pipeline_stays_however_old(tmp_path: Path) -> None:
    write_aged(tmp_path / "cag" / "a" / "sync" / "manifest.json", 40)
    write_aged(tmp_path / "cag" / "b" / "sync" / "manifest.json", 30)
    url = tmp_path.as_uri()
    assert prune_staging(url, [], WEEK_AGO) == [f"{url}/cag/a"]
    assert prune_staging(f"{url}/never-written", [], WEEK_AGO) == []


def test_old_task_logs_go_with_their_empty_folders(tmp_path: Path) -> None:
    write_aged(tmp_path / "dag_id=rag" / "run_id=1" / "task_id=a" / "attempt=1.log", 8)
    write_aged(tmp_path / "dag_id=rag" / "run_id=2" / "task_id=a" / "attempt=1.log", 6)
    write_aged(tmp_path / "migrated-to", 90)
    assert prune_task_logs(tmp_path, WEEK_AGO) == 1
    assert [path.name for path in (tmp_path / "dag_id=rag").iterdir()] == ["run_id=2"]
    assert (tmp_path / "migrated-to").exists()


def test_a_database_that_cannot_be_cleaned_is_an_error_without_its_password(tmp_path: Path) -> None:
    database_url = f"sqlite:///{tmp_path}/no-such-folder/hush-hush.db"
    with pytest.raises(RuntimeError, match="airflow db clean") as error:
        clean_airflow_tables(database_url, WEEK_AGO)
    assert database_url not in str(error.value)
