"""### What somebody asked for is done, once another person has approved it

**What it does.** A clear command in chat, or `POST /v1/actions`, is an entry of the catalogue of actions with
its parameters, signed by the service. This DAG does it: the service itself touches nothing.

| task | what happens |
|---|---|
| `propose_task` | Asks the system for the proposer's rights, reads the target and makes a dry run. |
| `approval_task` | Waits for another person, if something would be changed: *Approve* or *Reject*. |
| `execute_task` | Reads all of that anew, and does it: once, and only as it was approved. |
| `verify_task` | Looks until it had its effect, or its time is over. |
| `record_task` | Ends the record of it, and sends the record on. |

**What is approved.** The action with its parameters, its target in the version that was read, and what the
dry run said: one hash of all of it. If any of that differs when it is to run, it isn't done; somebody has to
propose it anew. Nobody answers in `RUNLORE_ACTIONS_EXPIRES_SECONDS`: that is a *Reject*. An answer that comes
later, after the task was cleared, is too late.

**If it fails.** A task that is tried again, cleared or run twice does nothing twice: that it begins is noted
before, and what was done carries the mark of the action. If it began and the mark isn't there, the state is
`unknown`: somebody has to look.

**By hand.** *Trigger* with a request such as
`{"action": "kubernetes.get", "parameters": {"resource": "pods", "namespace": "shop"}}`. It is yours then, and
the policy of actions must know your user.

**To take it back,** propose the roll-back that the answer offers: `docs/how-to/run-an-action.md`.
"""

from datetime import timedelta
from typing import Any

import pendulum
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param, TriggerRule, dag, task
from airflow.sdk.exceptions import DownstreamTasksSkipped

from processors.settings import load_settings
from processors.time_limits import SHORT

SETTINGS = load_settings()


def _read_run(dag_run: Any) -> Any:
    """Return the run that is asked, and name the request behind it in all that the task logs from here on."""
    from processors.logs import bind_correlation_id
    from processors.pipelines.actions.asked import Run

    bind_correlation_id((dag_run.conf or {}).get("correlation_id"))
    triggered_by = getattr(dag_run, "triggering_user_name", None) or ""
    return Run(dag_run.run_id, dag_run.conf or {}, triggered_by, dag_run.run_after)


@task
def propose_task(dag_run: Any, ti: Any) -> dict[str, Any]:
    """Tell what would be done, and whether anybody has to approve it."""
    from processors.pipelines.actions.approve import ask
    from processors.pipelines.actions.propose import propose

    proposed = propose(SETTINGS, _read_run(dag_run))
    told = proposed.model_dump(mode="json")
    if proposed.proposal and proposed.changing:
        ti.xcom_push("question", ask(proposed.proposal))
        return told
    ti.xcom_push("return_value", told)
    nobody_waits = ["approval_task"] if proposed.proposal else ["approval_task", "execute_task"]
    raise DownstreamTasksSkipped(tasks=nobody_waits)  # type: ignore[no-untyped-call]


@task(trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS)
def execute_task(proposed: dict[str, Any], dag_run: Any) -> dict[str, Any]:
    """Do it if it is as it was approved, and tell what came of it."""
    from processors.knowledge.actions.results import Proposed
    from processors.pipelines.actions.execute import execute

    return execute(SETTINGS, _read_run(dag_run), Proposed.model_validate(proposed)).model_dump(mode="json")


@task
def verify_task(done: dict[str, Any], dag_run: Any) -> dict[str, Any]:
    """Tell whether it had its effect."""
    from processors.knowledge.actions.results import Done
    from processors.pipelines.actions.verify import verify

    return verify(SETTINGS, _read_run(dag_run), Done.model_validate(done)).model_dump(mode="json")


@task(trigger_rule=TriggerRule.ALL_DONE)
def record_task(dag_run: Any, ti: Any) -> dict[str, Any]:
    """End the record; a run whose action was neither done nor refused is a failed one."""
    from processors.pipelines.actions.record import record

    told = {name: ti.xcom_pull(task_ids=f"{name}_task") for name in ("propose", "execute", "verify")}
    return {**record(SETTINGS, _read_run(dag_run), told)}


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    # Many wait for a person at a time, and cost nothing while they do.
    max_active_runs=100,
    default_args={"retries": 3, "retry_delay": timedelta(seconds=2), "execution_timeout": SHORT},
    doc_md=__doc__,
    tags=["runlore", "actions"],
    params={
        "request": Param(
            {},
            type="object",
            title="Request",
            description="Action of the catalogue with its parameters: {'action': …, 'parameters': {…}}.",
        ),
        "signature": Param(
            "",
            type="string",
            title="Signature",
            description="Of the service. Leave it empty: it is your request.",
        ),
    },
)
def actions() -> None:
    """Wire the tasks."""
    proposed = propose_task()
    approval = HITLOperator(
        task_id="approval_task",
        subject="{{ ti.xcom_pull(task_ids='propose_task', key='question')['subject'] }}",
        body="{{ ti.xcom_pull(task_ids='propose_task', key='question')['body'] }}",
        options=["Approve", "Reject"],
        defaults="Reject",
        response_timeout=timedelta(seconds=SETTINGS.actions.expires_seconds),
        execution_timeout=None,
        # An answer in the very moment in which the task begins to wait can fail it, as a mismatch of states.
        # Another try asks again, and the answer before is gone.
        retries=1,
    )
    executed = execute_task(proposed)
    proposed >> approval >> executed
    verified = verify_task(executed)
    [proposed, executed, verified] >> record_task()


actions()
