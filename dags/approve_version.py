"""### Let a version go live although the gate refused it

**When.** The gate refused a version, its reasons were read, and somebody who may decide that wants it all the
same: half the pages were deleted on purpose, or an old page is gone for good. The runbook is
`docs/runbooks/gate-refused-version.md`.

| task | what happens |
|---|---|
| `explain_refusal_task` | Looks the version up and tells why it was refused. |
| `approval_task` | Waits for a person, who answers here in Airflow: *Approve* or *Reject*. |
| `promote_refused_task` | After an approval: looks again, writes down who wanted it, and moves the alias. |

It replaces the version that it was built on, and no other: what became live or was pinned since then stays,
and the task that finds it fails and says so.

Nobody answers within a day: that is a *Reject*. **What is kept:** who, when and why, in the version's
`_meta.override`, in the tags of its run in MLflow, in the registered model's description and in the task log.
What the gate said stays beside it.

**To take it back,** use the DAG `roll_back_version`.
"""

from datetime import timedelta
from typing import Any

import pendulum
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import dag, task

from dags.version_forms import ask_pipeline, ask_reason, ask_version, failing_for_good
from processors.settings import load_settings
from processors.time_limits import SHORT

SETTINGS = load_settings()


@task(execution_timeout=SHORT)
def explain_refusal_task(params: dict[str, Any]) -> str:
    """Tell why the version was refused."""
    from evaluation.release.approval import explain_refusal
    from processors.stores.search import open_search

    with failing_for_good():
        return explain_refusal(open_search(SETTINGS.opensearch), params["pipeline"], params["version"])


@task(execution_timeout=SHORT)
def promote_refused_task(answer: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """Move the alias, and keep who wanted it."""
    from evaluation.release.approval import Approval, promote_refused
    from processors.stores.search import open_search

    approval = Approval(
        by=answer["responded_by_user"]["name"],
        at=answer["responded_at"].isoformat(),
        reason=params["reason"],
    )
    client, version = open_search(SETTINGS.opensearch), params["version"]
    with failing_for_good():
        previous = promote_refused(client, SETTINGS, params["pipeline"], version, approval)
    return {"live": version, "before": previous, "approval": approval}


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["runlore", "versions"],
    params={
        "pipeline": ask_pipeline("Whose version goes live."),
        "version": ask_version("The refused one, such as cag-v000008.", required=True),
        "reason": ask_reason("Why it shall go live all the same.", shortest=10),
    },
)
def approve_version() -> None:
    """Wire the tasks."""
    explained = explain_refusal_task()
    approval = ApprovalOperator(
        task_id="approval_task",
        subject="Let {{ params.version }} go live although the gate refused it?",
        body="{{ ti.xcom_pull(task_ids='explain_refusal_task') }}\n\nReason given: {{ params.reason }}",
        defaults=ApprovalOperator.REJECT,
        response_timeout=timedelta(days=1),
    )
    explained >> approval
    promote_refused_task(approval.output)


approve_version()
