"""### What is wrong now, and why

**What it does.** Reads what the live `rag` version knows: objects that are not as they should be, firing
alerts, warnings, errors, anomalies and failed runs, with the objects around them. What belongs together is
one incident: a passage that names the faulty object first, ranks its causes, each with its evidence, and
says what is broken by it, what changed before, which runbooks are about it and what helped the last time.
It is written into the same version and found like any other passage.

| task | what happens |
|---|---|
| `correlate_task` | Read, find, write what says something new. What nothing shows any more is now resolved. |

**When it runs.** `rag_pipeline` wakes it when it wrote something that isn't calm, the state of an object or
an alert. Every `RUNLORE_CORRELATE_SECONDS` it looks anyway, for what ends silently. Only one run is active
at a time; what is written meanwhile wakes one more.

**Who sees an incident.** Those who may see all of its evidence. It is found anew for each group that may see
more than everybody, out of what that group may see.

**If it fails.** Nothing is lost, incidents are only late: the next run finds the same, for what it finds is a
function of what the version holds. So does the first run after a rollback or a rebuild. It sends nothing to
Kafka, so it can't wake what wakes it.
"""

from datetime import timedelta
from typing import Any

import pendulum
from airflow.sdk import AssetOrTimeSchedule, DeltaTriggerTimetable, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.assets import EVIDENCE
from processors.settings import load_settings
from processors.time_limits import SHORT

SETTINGS = load_settings()


@task
def correlate_task(run_id: str) -> dict[str, Any]:
    """Bring the incidents of the live version up to date."""
    from processors.pipelines.correlate import correlate

    correlated = correlate(SETTINGS, run_id)
    if correlated is None:
        raise AirflowSkipException("no version of rag is live yet")
    if correlated["written"]:
        # MLflow is told when something changes; what brings it takes a moment to load.
        from evaluation.measures.incidents import record_incidents

        record_incidents(SETTINGS, correlated)
    return {**correlated}


@dag(
    schedule=AssetOrTimeSchedule(
        timetable=DeltaTriggerTimetable(timedelta(seconds=SETTINGS.incidents.every_seconds)),
        assets=[EVIDENCE],
    ),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 1, "retry_delay": timedelta(seconds=5), "execution_timeout": SHORT},
    doc_md=__doc__,
    tags=["runlore", "dynamic"],
)
def correlate() -> None:
    """Wire the task."""
    correlate_task()


correlate()
