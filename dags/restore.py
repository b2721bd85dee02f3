"""### Restore a back-up

Brings all index versions of a back-up back, with their aliases and `_meta`, and the files that they name. What came
into Kafka since is read from the restored versions' own positions on: each event once, for a replay writes the
same chunks by the same ids.

| task | what happens |
|---|---|
| `check_restore_task` | Looks, and changes nothing: is the back-up there and whole, can this server and this model read it, would anything be overwritten? |
| `pause_writers_task` | Waits until `rag_pipeline`, `cag_pipeline`, `correlate` and `maintain` rest, and keeps them so. |
| `restore_files_task` | Staging and the folders of `RUNLORE_BACKUP_FOLDERS`; files that are there stay. |
| `restore_indices_task` | The versions; their aliases last and at once. Cached answers go. |
| `resume_writers_task` | The pipelines run again and catch up. |
| `warm_cache_task` | Redis is filled again for the live version of documents. |

**Nothing is overwritten without being asked.** If any version is there, the run fails and names them; with
*Overwrite* on they are deleted first, and until the aliases are back nobody gets an answer. *Only look* ends
behind the first task.

**If it fails** behind the pause, the pipelines stay paused, so that they don't build on half of it. Mend the
cause and trigger it again, with *Overwrite* on if versions are there by then.

**Databases** are not restored here, for Airflow runs on one of them: `make restore-databases` does that while it
is stopped.
"""  # noqa: E501 - a row of a table is one line

from datetime import timedelta
from typing import Any

import pendulum
from airflow.sdk import Param, dag, task

from dags.backup_forms import ask_backup
from dags.version_forms import failing_for_good
from processors.settings import load_settings
from processors.time_limits import LONG

SETTINGS = load_settings()


@task.short_circuit
def check_restore_task(params: dict[str, Any], ti: Any) -> bool:
    """Look whether it can be done, and say what it would be."""
    from processors.pipelines.backup.looking import check_restore
    from processors.pipelines.backup.telling import tell_backup

    with failing_for_good():
        record = check_restore(SETTINGS, params["backup"], overwrite=params["overwrite"])
    ti.xcom_push(key="backup", value=record.name)
    print(f"Would be restored: {tell_backup(record)}")  # noqa: T201 - a task's log shows it as it is
    return not params["only_look"]


@task
def pause_writers_task() -> list[str]:
    """Let nobody write to versions meanwhile."""
    from processors.pipelines.backup.pausing import pause_writers

    return pause_writers(SETTINGS)


@task
def restore_files_task(params: dict[str, Any], ti: Any) -> dict[str, int]:
    """Copy files back."""
    from processors.pipelines.backup.restore import restore_files

    name = ti.xcom_pull(task_ids="check_restore_task", key="backup")
    restored = restore_files(SETTINGS, name, overwrite=params["overwrite"])
    return {folder: copied.files for folder, copied in restored.items()}


@task
def restore_indices_task(params: dict[str, Any], ti: Any) -> dict[str, Any]:
    """Bring the versions back, and make live what was live."""
    from processors.pipelines.backup.restore import restore_indices

    name = ti.xcom_pull(task_ids="check_restore_task", key="backup")
    with failing_for_good():
        return restore_indices(SETTINGS, name, overwrite=params["overwrite"])


@task
def resume_writers_task() -> list[str]:
    """Let the pipelines catch up."""
    from processors.pipelines.backup.pausing import resume_writers

    return resume_writers(SETTINGS)


@task
def warm_cache_task(restored: dict[str, Any]) -> dict[str, int]:
    """Preload what people ask."""
    from evaluation.release.candidate import list_known_questions
    from processors.pipelines.cag.warm import warm_cache
    from processors.stores.search import open_search

    index = restored["live"]["cag"]
    if index is None:
        return {}
    client = open_search(SETTINGS.opensearch)
    return warm_cache(client, SETTINGS, index, list_known_questions(client, SETTINGS, index))


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"execution_timeout": LONG, "retries": 0, "retry_delay": timedelta(seconds=5)},
    doc_md=__doc__,
    tags=["runlore", "maintenance"],
    params={
        "backup": ask_backup(
            "Which one; the task log of *backup* names them. Empty: the newest finished one."
        ),
        "overwrite": Param(
            False,
            type="boolean",
            title="Overwrite",
            description="Delete the versions that are there, and replace files.",
        ),
        "only_look": Param(
            False,
            type="boolean",
            title="Only look",
            description="Say whether it can be done, and change nothing.",
        ),
    },
)
def restore() -> None:
    """Wire the tasks."""
    looked = check_restore_task()
    restored = restore_indices_task()
    warmed = warm_cache_task(restored)
    looked >> pause_writers_task() >> restore_files_task() >> restored >> resume_writers_task() >> warmed


restore()
