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
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

from processors.settings import load_settings
from processors.time_limits import SHORT

SETTINGS = load_settings()


@task
def roll_back_task(params: dict[str, Any], dag_run: Any) -> str:
    """Swap the alias back, then tell MLflow and give the memory of cached answers back."""
    from processors.stores.search import open_search
    from processors.versions.changes import Asker, take_back

    asker = Asker(getattr(dag_run, "triggering_user_name", None) or "airflow", params["why"])
    client, pipeline, to = open_search(SETTINGS.opensearch_url), params["pipeline"], params["to"].strip()
    try:
        return take_back(client, SETTINGS, pipeline, asker, to or None)
    except ValueError as error:
        # Trying again could take back another version than the person saw.
        raise AirflowFailException(str(error)) from error


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"execution_timeout": SHORT},
    doc_md=__doc__,
    tags=["runlore", "versions"],
    params={
        "pipeline": Param(
            "cag", enum=["cag", "rag"], title="Pipeline", description="Whose version is taken back."
        ),
        "to": Param(
            "",
            type="string",
            title="To",
            description="The version to go back to, such as cag-v000003. Empty: the one before.",
        ),
        "why": Param("", type="string", title="Why", description="Kept with the version, with your name."),
    },
)
def roll_back_version() -> None:
    """Wire the task."""
    roll_back_task()


roll_back_version()
