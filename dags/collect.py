"""### Collect metrics

Asks Prometheus for the course of the present hour of the configured series (`processors/collectors/queries.yaml`) and
sends the answers, as they are, to the Kafka topic `runlore.metrics`. Then it rings for `rag_pipeline`.

A query that Prometheus refuses is counted and left out; if Prometheus is down the task is tried again, and
the rest of the platform goes on without fresh metrics.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import Asset, DeltaTriggerTimetable, dag, task

from processors.settings import load_settings

SETTINGS = load_settings()


@task(outlets=[Asset("runlore-metrics")])
def collect_metrics_task() -> dict[str, int]:
    """Send the hour so far of every configured query to Kafka."""
    from processors.collectors.metrics import collect_metrics

    return collect_metrics(SETTINGS)


@dag(
    schedule=DeltaTriggerTimetable(timedelta(seconds=SETTINGS.collect_seconds)),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 1, "retry_delay": timedelta(seconds=10)},
    doc_md=__doc__,
    tags=["runlore", "dynamic"],
)
def collect() -> None:
    """Wire the task."""
    collect_metrics_task()


collect()
