"""What a platform that runs thousands of times a day leaves behind, and which of it may go."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from opensearchpy import OpenSearch

from processors.settings import Settings
from processors.stores import kept_vectors, search, staging
from processors.versions import catalog, retention

# All that grows with runs; not the DAGs themselves, and nothing that a person set.
AIRFLOW_TABLES: Final = (
    "dag_run", "task_instance", "task_instance_history", "task_reschedule", "xcom", "asset_event", "callback",
    "deadline", "job", "log", "trigger", "import_error", "revoked_token",
)  # fmt: skip


def prune_staging(staging_url: str, metas: Iterable[dict[str, Any]], before: datetime) -> list[str]:
    """Delete the staging folders of old runs, and old vectors that were kept while they were made.

    A run's folder stays if something in it is newer, if it is its pipeline's newest, or if a version that is
    kept names a file in it: versions keep state in staging. Vectors that a version holds stand in it.

    Args:
        staging_url: Of the settings.
        metas: What every kept version says of itself.
        before: A folder whose newest file is older than this is old, and so is a file of vectors.

    Returns:
        The URLs of what was deleted.
    """
    named = json.dumps(list(metas))
    deleted = []
    for pipeline in search.PIPELINES:
        runs = staging.list_runs(staging_url, pipeline)
        for url, newest in runs[:-1]:
            if newest < before and url not in named:
                staging.delete_run(url)
                deleted.append(url)
    return [*deleted, *kept_vectors.delete_vectors(staging_url, before)]


def apply_retention(client: OpenSearch, pipeline: str, settings: Settings, now: datetime) -> dict[str, int]:
    """Delete what a pipeline's versions hold for longer than the settings say, of all that are kept.

    Args:
        client: OpenSearch.
        pipeline: Whose versions they are.
        settings: Say how many days, and how large slices may grow.
        now: From when the days count back.

    Returns:
        Counts of slices that were dropped by age or size, of states of things gone long ago, and of slices
        whose version is gone.
    """
    before = now - timedelta(days=settings.retention.days)
    dropped, ended = 0, 0
    for version in catalog.list_versions(client, pipeline):
        index, number = version["index"], version["meta"].get("slice", 1)
        dropped += len(retention.drop_old_slices(client, index, number, settings, now))
        ended += search.delete_ended(client, index, before)
    return {"slices": dropped, "ended": ended, "orphans": len(retention.drop_orphans(client, pipeline))}


def prune_task_logs(folder: Path, before: datetime) -> int:
    """Delete log files that nobody wrote to since, and the folders that are empty then.

    Returns:
        How many files were deleted.
    """
    old = [
        path
        for path in folder.rglob("*.log*")
        if path.is_file() and path.stat().st_mtime < before.timestamp()
    ]
    for path in old:
        path.unlink(missing_ok=True)
    for parent in sorted(
        {parent for path in old for parent in path.parents if folder in parent.parents}, reverse=True
    ):
        if parent.is_dir() and not any(parent.iterdir()):
            parent.rmdir()
    return len(old)


def clean_airflow_tables(database_url: str, before: datetime) -> str:
    """Delete old rows of Airflow's tables by its own command; each DAG's last run stays.

    A task has no access to Airflow's database: its address is taken out of the task's environment. So the
    command gets the address that the settings name.

    Returns:
        The command's last line.

    Raises:
        RuntimeError: The command failed; the message holds the end of its output.
    """
    command = [
        sys.executable, "-m", "airflow", "db", "clean", "--clean-before-timestamp", before.isoformat(),
        "--tables", ",".join(AIRFLOW_TABLES), "--skip-archive", "--yes", "--error-on-cleanup-failure",
    ]  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if not name.startswith("_AIRFLOW_")}
    environment = {**kept, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database_url}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    output = (done.stdout + done.stderr).replace(database_url, "<database>").strip()
    if done.returncode:
        raise RuntimeError(f"`airflow db clean` failed:\n{output[-2000:]}")
    return output.splitlines()[-1] if output else ""
