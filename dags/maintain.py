"""### Keep Runlore small

Thousands of runs a day fill Airflow's tables, its log folder and the staging area, and what they learn fills
the index. Once a day, and on demand, this deletes what is older than the settings say.

| task | what is deleted | kept |
|---|---|---|
| `clean_airflow_tables_task` | rows of Airflow's database about runs, by `airflow db clean` | the last run of each DAG |
| `prune_task_logs_task` | log files of tasks | those that were written to since |
| `prune_staging_task` | folders of runs in staging | the newest of each pipeline, and all that a kept index version names |
| `clean_up_versions_task` | what killed builds left: unfinished versions, slices without a base, their runs in MLflow (marked as killed), cached answers of versions that are gone | what a build that lives holds |
| `drop_old_logs_task` | days of the log store, as whole indices | the newest |
| `drop_old_slices_task` | slices of `rag` versions, as whole indices; states of what is long gone | the slice that is written to, and all other states |

**How old.** `RUNLORE_AIRFLOW_LOG_DAYS` for runs and their logs, `RUNLORE_STAGING_DAYS` for staging. A rebuild
from history can't reach further back than staging does. `RUNLORE_RETENTION_DAYS` and `RUNLORE_RETENTION_BYTES`
for slices; `rag_pipeline` looks after those of the live version itself, every few minutes.
`RUNLORE_LOG_STORE_DAYS` for lines of logs.

**If it fails.** The tasks don't depend on each other, and each may be run again at any time. A task has no
access to Airflow's database, so the first one needs `RUNLORE_AIRFLOW_DATABASE_URL`; it is skipped without.
What was deleted can't be brought back.
"""  # noqa: E501 - a row of a table is one line

from datetime import UTC, datetime, timedelta
from typing import Any

import pendulum
from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowSkipException

from processors.settings import load_settings
from processors.time_limits import LONG

SETTINGS = load_settings()


@task
def clean_airflow_tables_task() -> str:
    """Delete old rows of Airflow's tables."""
    from processors.pipelines.maintain import clean_airflow_tables

    database_url = SETTINGS.airflow.database_url.get_secret_value()
    if not database_url:
        raise AirflowSkipException("RUNLORE_AIRFLOW_DATABASE_URL is empty: Airflow's tables are left alone")
    return clean_airflow_tables(database_url, datetime.now(UTC) - timedelta(days=SETTINGS.airflow.log_days))


@task
def prune_task_logs_task() -> int:
    """Delete old log files of tasks."""
    from pathlib import Path

    from airflow.sdk.configuration import conf

    from processors.pipelines.maintain import prune_task_logs

    folder = Path(conf.get("logging", "base_log_folder"))
    return prune_task_logs(folder, datetime.now(UTC) - timedelta(days=SETTINGS.airflow.log_days))


@task
def prune_staging_task() -> int:
    """Delete staging folders that nothing needs any more."""
    from processors.pipelines.maintain import prune_staging
    from processors.stores.search import PIPELINES, open_search
    from processors.versions.catalog import list_versions

    client = open_search(SETTINGS.opensearch)
    metas = [version["meta"] for pipeline in PIPELINES for version in list_versions(client, pipeline)]
    before = datetime.now(UTC) - timedelta(days=SETTINGS.storage.staging_days)
    return len(prune_staging(SETTINGS.storage.staging_url, metas, before))


@task
def drop_old_slices_task() -> dict[str, int]:
    """Delete old slices of all `rag` versions, and what is told of things that are long gone."""
    from processors.pipelines.maintain import apply_retention
    from processors.stores.search import open_search

    return apply_retention(open_search(SETTINGS.opensearch), "rag", SETTINGS, datetime.now(UTC))


@task
def drop_old_logs_task() -> list[str]:
    """Delete old days of the log store."""
    from processors.stores.log_store import drop_old_days
    from processors.stores.search import open_search

    before = datetime.now(UTC) - timedelta(days=SETTINGS.retention.log_store_days)
    return drop_old_days(open_search(SETTINGS.opensearch), before)


@task
def clean_up_versions_task() -> dict[str, Any]:
    """Delete what belongs to no version and to no build that lives."""
    from processors.stores.answers_cache import evict_versions
    from processors.stores.search import PIPELINES, open_search
    from processors.versions.build_runs import keep_record
    from processors.versions.builds import clean_up
    from processors.versions.catalog import list_versions
    from processors.versions.leases import BuildInProgressError

    client, cleaned = open_search(SETTINGS.opensearch), dict[str, Any]()
    for pipeline in PIPELINES:
        try:
            cleaned[pipeline] = clean_up(
                client, pipeline, keep_record(SETTINGS.mlflow.tracking_uri, pipeline)
            )
        except BuildInProgressError as error:
            cleaned[pipeline] = f"left for the next time: {error}"
    kept = [version["index"] for version in list_versions(client, "cag")]
    return {**cleaned, "cached_answers": evict_versions(SETTINGS.redis.url, kept)}


@dag(
    schedule="@daily",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 1, "retry_delay": timedelta(minutes=1), "execution_timeout": LONG},
    doc_md=__doc__,
    tags=["runlore", "maintenance"],
)
def maintain() -> None:
    """Wire the tasks: none waits for another."""
    clean_airflow_tables_task()
    prune_task_logs_task()
    prune_staging_task()
    clean_up_versions_task()
    drop_old_slices_task()
    drop_old_logs_task()


maintain()
