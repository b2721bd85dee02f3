"""### Take an index version back

Makes the version live again that was live before the present one, by one atomic change of the alias: no
query fails and none sees both. Cached answers of the version that was taken back can't be hit any more,
because cache keys carry the version. The pipeline goes on from the positions of the version that is live now,
so it catches up by itself.
"""

from typing import Any

import pendulum
from airflow.sdk import Param, dag, task

from processors.settings import load_settings

SETTINGS = load_settings()


@task
def roll_back_task(params: dict[str, Any]) -> dict[str, str]:
    """Swap the alias back to the version before, and give the memory of cached answers back."""
    from processors.stores.answers_cache import evict_versions
    from processors.stores.search import open_search
    from processors.stores.versions import roll_back

    taken_back, live = roll_back(open_search(SETTINGS.opensearch_url), params["pipeline"])
    if params["pipeline"] == "cag":
        evict_versions(SETTINGS.redis_url, [live])
    return {"taken_back": taken_back, "live": live}


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    max_active_runs=1,
    doc_md=__doc__,
    tags=["runlore", "versions"],
    params={
        "pipeline": Param(
            "cag", enum=["cag", "rag"], title="Pipeline", description="Whose version is taken back."
        )
    },
)
def roll_back_version() -> None:
    """Wire the task."""
    roll_back_task()


roll_back_version()
