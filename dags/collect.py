"""### Collect what the systems around us know

Asks every configured source for what is new since the last time and sends the answers, in the source's own
format, to Kafka. They wake `rag_pipeline` when they arrive.

| task | source | topic | where it is set |
|---|---|---|---|
| `collect_metrics_task` | Prometheus: the course of the series in `queries.yaml`, and alerts | `runlore.metrics` | `RUNLORE_PROMETHEUS_URL` |
| `collect_mlflow_task` | MLflow: runs and registered models that changed | `runlore.mlflow` | `RUNLORE_MLFLOW_TRACKING_URI` |
| `collect_airflow_task` | Airflow: its own runs that ended | `runlore.airflow` | `RUNLORE_AIRFLOW_URL` |
| `send_canaries_task` | nothing: it sends a canary of its own to each topic and looks for the last ones | all | |
| `collect_log_indices_task` | log lines in existing OpenSearch indices | `runlore.logs` | `RUNLORE_LOG_INDICES` |

**When it runs.** Every `RUNLORE_COLLECT_SECONDS`, and on demand. Only one run is active at a time.

**If it fails.** The tasks don't know of each other. A source that is down fails its own task, with a message
that names the source and its setting; the others go on, and the next run reads from where the last good one
ended: what was read and the position in the source are sent in one transaction. A task whose source isn't
configured is skipped.
"""  # noqa: E501 - a row of a table is one line

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pendulum
from airflow.sdk import DeltaTriggerTimetable, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from processors.settings import Settings, load_settings
from processors.settings.addresses import hide_logins
from processors.time_limits import SHORT

SETTINGS = load_settings()
Counts = dict[str, int]


@contextmanager
def naming_source(source: str, setting: str, address: str) -> Iterator[None]:
    """Skip a source without an address; say which one it is and where it is set when it can't be read.

    Args:
        source: What is read, for people.
        setting: Where its address is set.
        address: Where it is; empty if it isn't configured.
    """
    import httpx
    from opensearchpy import OpenSearchException

    if not address:
        raise AirflowSkipException(f"{source} isn't configured: {setting} is empty")
    try:
        yield
    except (httpx.HTTPError, OpenSearchException) as error:
        message = f"{source} at {address} ({setting}) can't be read: {error!r}"
        raise RuntimeError(hide_logins(message)) from error


@task
def collect_metrics_task() -> Counts:
    """Send the course of every configured query, and the alerts, to Kafka."""
    from processors.pipelines.collect.metrics import collect_metrics

    with naming_source("Prometheus", "RUNLORE_PROMETHEUS_URL", SETTINGS.prometheus.url):
        return collect_metrics(SETTINGS)


@task
def collect_mlflow_task() -> Counts:
    """Send the runs and registered models that changed to Kafka."""
    from processors.pipelines.collect.mlflow import collect_mlflow

    with naming_source("MLflow", "RUNLORE_MLFLOW_TRACKING_URI", SETTINGS.mlflow.tracking_uri):
        return collect_mlflow(SETTINGS)


@task
def collect_airflow_task() -> Counts:
    """Send Airflow's own runs that ended to Kafka."""
    from processors.pipelines.collect.airflow import collect_airflow

    with naming_source("Airflow", "RUNLORE_AIRFLOW_URL", SETTINGS.airflow.url):
        return collect_airflow(SETTINGS)


@task
def collect_log_indices_task() -> Counts:
    """Send the new lines of existing log indices to Kafka."""
    from processors.pipelines.collect.log_indices import collect_log_indices

    with naming_source("Log indices", "RUNLORE_LOG_INDICES", _list_indices(SETTINGS)):
        return collect_log_indices(SETTINGS)


@task
def send_canaries_task() -> Counts:
    """Send a canary to every topic; fail if one of the last time can't be retrieved."""
    from processors.pipelines.collect.canaries import send_canaries

    return send_canaries(SETTINGS)


def _list_indices(settings: Settings) -> str:
    return ", ".join(f"{source.url}/{source.index}" for source in settings.collect.log_indices)


@dag(
    schedule=DeltaTriggerTimetable(timedelta(seconds=SETTINGS.collect.every_seconds)),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 1, "retry_delay": timedelta(seconds=10), "execution_timeout": SHORT},
    doc_md=__doc__,
    tags=["runlore", "dynamic"],
)
def collect() -> None:
    """Wire the tasks: none waits for another."""
    collect_metrics_task()
    collect_mlflow_task()
    collect_airflow_task()
    collect_log_indices_task()
    send_canaries_task()


collect()
