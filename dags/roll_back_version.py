"""### Take an index version back

Makes the version live again that was live before the present one, by one atomic change of the alias: no
query fails and none sees both. Cached answers of the version that was taken back can't be hit any more,
because cache keys carry the version. The pipeline goes on from the positions of the version that is live now,
so it catches up by itself.

**While a build runs,** the rollback stands: that build is refused in the end, and the next one starts from
the version that is live then. If somebody else changes what is live in the same moment, one of you fails and
is told so; nothing was changed by the one that failed.

**What it tells.** The aliases of the registered model in MLflow follow. If MLflow is down, that is reported
in the return value and fails nothing.

**To take it back:** `manage_versions`, action `promote`.
"""

from typing import Any

import pendulum
from airflow.sdk import dag, task

from dags.version_forms import ask_pipeline, ask_reason, ask_version, failing_for_good, name_asker
from processors.settings import load_settings
from processors.time_limits import SHORT

SETTINGS = load_settings()


@task
def roll_back_task(params: dict[str, Any], dag_run: Any) -> str:
    """Swap the alias back, then tell MLflow and give the memory of cached answers back."""
    from processors.stores.search import open_search
    from processors.versions.operations import Asker, roll_back

    client, asker = open_search(SETTINGS.opensearch), Asker(name_asker(dag_run), params["reason"])
    with failing_for_good():
        return roll_back(client, SETTINGS, params["pipeline"], asker, params["version"] or None)


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"execution_timeout": SHORT},
    doc_md=__doc__,
    tags=["runlore", "versions"],
    params={
        "pipeline": ask_pipeline("Whose version is taken back."),
        "version": ask_version("The one to go back to, such as cag-v000003. Empty: the one before."),
        "reason": ask_reason("Why it is taken back."),
    },
)
def roll_back_version() -> None:
    """Wire the task."""
    roll_back_task()


roll_back_version()
