"""### Make a back-up

Copies what can't be made again quickly, while everything goes on running. Redis is a cache and Kafka a stream:
neither is in it.

| task | what is copied |
|---|---|
| `snapshot_indices_task` | All finished index versions with their slices, aliases and `_meta`, and the record of actions: into OpenSearch's snapshot repository, only what is not there yet. |
| `copy_files_task` | Staging, of which versions name files, and the folders of `RUNLORE_BACKUP_FOLDERS`, such as MLflow's plots. |
| `dump_databases_task` | The databases of `RUNLORE_BACKUP_DATABASES`: Airflow's and MLflow's. |
| `finish_backup_task` | The back-up's own record, last: without it a back-up counts as unfinished and is not restored. |
| `drop_old_backups_task` | Deletes all but the newest `RUNLORE_BACKUP_KEPT`, and what was never finished within a day. |

**When it runs.** By `RUNLORE_BACKUP_SCHEDULE`, and on demand. Without `RUNLORE_BACKUP_URL` it is skipped; by its
schedule also as long as no version was ever finished, which is no failure of a platform's first minutes.

**If it fails.** Clear the failed task: each replaces what its last try left. An unfinished back-up harms nobody.

**To restore one,** use the DAG `restore`, or `make restore` where Airflow's own database is lost, too.
Passwords and keys are in no back-up: keep `RUNLORE_MASK_KEY_FILE` and your secrets elsewhere.
"""  # noqa: E501 - a row of a table is one line

from datetime import UTC, datetime, timedelta
from typing import Any

import pendulum
from airflow.sdk import CronTriggerTimetable, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.backup_forms import ask_backup
from dags.version_forms import failing_for_good
from processors.settings import load_settings
from processors.time_limits import LONG

SETTINGS = load_settings()


@task
def snapshot_indices_task(params: dict[str, Any], dag_run: Any) -> dict[str, Any]:
    """Name the back-up, and copy the index versions."""
    from processors.pipelines.backup.indices import snapshot_indices
    from processors.pipelines.backup.record import NothingToBackUpError, list_backups, name_backup

    if not SETTINGS.backup.url:
        raise AirflowSkipException("RUNLORE_BACKUP_URL is empty: no back-ups are made")
    # The name belongs to the run, so that another try replaces what this one left.
    name = params["backup"] or name_backup(dag_run.run_after)
    with failing_for_good():
        try:
            return {"backup": name, **snapshot_indices(SETTINGS, name)}
        except NothingToBackUpError as error:
            # Where back-ups were made before, that nothing is there is what they are for.
            if dag_run.run_type != "scheduled" or any(list_backups(SETTINGS).values()):
                raise
            raise AirflowSkipException(str(error)) from error


@task
def copy_files_task(begun: dict[str, Any]) -> dict[str, int]:
    """Copy staging and other folders, behind the index: what that names is there."""
    from processors.pipelines.backup.make import copy_files

    return {folder: copied.files for folder, copied in copy_files(SETTINGS, begun["backup"]).items()}


@task
def dump_databases_task(begun: dict[str, Any]) -> list[str]:
    """Dump PostgreSQL's databases."""
    from processors.pipelines.backup.make import dump_databases

    return dump_databases(SETTINGS, begun["backup"])


@task
def finish_backup_task(begun: dict[str, Any]) -> str:
    """Write down that the back-up is whole, and say what it holds."""
    from processors.pipelines.backup.make import finish_backup
    from processors.pipelines.backup.telling import tell_backup

    with failing_for_good():
        return tell_backup(finish_backup(SETTINGS, begun["backup"]))


@task
def drop_old_backups_task() -> list[str]:
    """Delete old back-ups, only behind a new one that is whole."""
    from processors.pipelines.backup.retention import drop_old_backups

    return drop_old_backups(SETTINGS, datetime.now(UTC))


@dag(
    schedule=CronTriggerTimetable(SETTINGS.backup.schedule, timezone="UTC")
    if SETTINGS.backup.schedule
    else None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 1, "retry_delay": timedelta(minutes=1), "execution_timeout": LONG},
    doc_md=__doc__,
    tags=["runlore", "maintenance"],
    params={"backup": ask_backup("Name of the back-up, such as before-the-upgrade. Empty: the time.")},
)
def backup() -> None:
    """Wire the tasks."""
    begun = snapshot_indices_task()
    finished = finish_backup_task(begun)
    [copy_files_task(begun), dump_databases_task(begun)] >> finished >> drop_old_backups_task()


backup()
