"""### Look at index versions and change them

The same as `make versions` on the command line. What was found or done stands in the task's log and in its
return value (tab *XCom*).

| action | what it does | fields it needs |
|---|---|---|
| `list` | All versions with size, state and the first reason against them. | none |
| `show` | All that a version says of itself. | *Version* |
| `diff` | Documents added, changed and removed from one version to another; mapping; settings. | *Version*, *Other version* |
| `promote` | Makes a version live that was live before. | *Version* |
| `pin` | Keeps a version from being pruned; while it is live, no build takes its place. | *Version* |
| `unpin` | Takes that away. | *Version* |
| `prune` | Deletes old versions; the live one, pinned ones and the newest ones stay. | *Pipeline* |
| `clean up` | Deletes what builds that were killed have left. The DAG `maintain` does it daily. | *Pipeline* |

To go back to the version before, use the DAG `roll_back_version`; to let one go live that the gate refused,
`approve_version`.

**Races.** Every change of what is live says what it replaces, and is one request to OpenSearch. If somebody
else, or a build, came first, nothing is changed and the task fails saying so: look again, then decide again.
A rollback or promotion during a build stands: that build is refused in the end.

**To take it back:** a promotion by `roll_back_version`, a pin by `unpin`. What was pruned is gone.
"""  # noqa: E501 - a row of a table is one line

from typing import Any

import pendulum
from airflow.sdk import Param, dag, task

from dags.version_forms import ask_pipeline, ask_reason, ask_version, failing_for_good, name_asker
from processors.settings import load_settings
from processors.time_limits import SHORT

SETTINGS = load_settings()
ACTIONS = ["list", "show", "diff", "promote", "pin", "unpin", "prune", "clean up"]


@task
def manage_versions_task(params: dict[str, Any], dag_run: Any) -> str:
    """Carry out the action, and print what there is to say."""
    from processors.stores.search import open_search
    from processors.versions.actions import Request, act
    from processors.versions.operations import Asker

    request = Request(
        action=params["action"],
        asker=Asker(name_asker(dag_run), params["reason"]),
        pipeline=None if params["action"] == "list" else params["pipeline"],
        version=params["version"],
        other=params["other"],
        keep=params["keep"],
    )
    with failing_for_good():
        said = act(open_search(SETTINGS.opensearch), load_settings, request)
    print(said)  # noqa: T201 - a task's log shows it as it is
    return said


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"execution_timeout": SHORT},
    doc_md=__doc__,
    tags=["runlore", "versions"],
    params={
        "action": Param("list", enum=ACTIONS, title="Action", description="What to do; the table says more."),
        "pipeline": ask_pipeline("For prune and clean up."),
        "version": ask_version("Such as cag-v000017; *list* shows them."),
        "other": ask_version("For diff: the one it is compared with.", "Other version"),
        "reason": ask_reason("For promote and pin."),
        "keep": Param(
            SETTINGS.versions.kept,
            type="integer",
            minimum=2,
            title="Keep",
            description="For prune: how many versions stay.",
        ),
    },
)
def manage_versions() -> None:
    """Wire the task."""
    manage_versions_task()


manage_versions()
