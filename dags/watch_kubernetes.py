"""### What happens in the Kubernetes cluster

Reads along the events and objects of one cluster, from pods to network policies, and sends every change, as
the API's own object, to the Kafka topic `runlore.kubernetes`. That wakes `rag_pipeline`, so that "why did
checkout restart?" can be answered seconds later.

**When it runs.** One run after the other, each watching for `RUNLORE_WATCH_SECONDS`. Without a cluster, that
is while `RUNLORE_KUBECONFIG` is empty, it has no schedule. `make kube-up` gives the local stack a cluster.

**What it may.** Only look: `local/kubernetes/collector.yaml` is the role to give it. Values of environment
variables, config maps and secrets and commands of containers are left out before anything is sent. A kind
that it may not read is named once in the task's log and counted in its result; the others are read on.

**If it fails.** Nothing is lost: a change and the position behind it are sent in one transaction, and the
next run goes on from there. If the API server has meanwhile forgotten what came after the position, all is
listed and only what is newer than the position is sent; what the live index holds and the list doesn't is
sent as deleted, however long ago it was told. A cluster that can't be reached fails the task with a message
that says so; it is tried again, at growing intervals.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowSkipException

from processors.settings import load_settings
from processors.time_limits import limit_watch

SETTINGS = load_settings()


@task
def watch_kubernetes_task() -> dict[str, int]:
    """Send what changed and what changes to Kafka."""
    if not SETTINGS.kubernetes.kubeconfig:
        raise AirflowSkipException("no cluster is configured: RUNLORE_KUBECONFIG is empty")
    from kubernetes.client.exceptions import ApiException
    from kubernetes.config import ConfigException
    from urllib3.exceptions import HTTPError

    from processors.pipelines.collect.kubernetes import collect_kubernetes
    from processors.stores.kubernetes import RefusedError

    try:
        return collect_kubernetes(SETTINGS, SETTINGS.kubernetes.watch_seconds)
    except (ApiException, ConfigException, HTTPError, RefusedError) as error:
        raise RuntimeError(
            f"the cluster of {SETTINGS.kubernetes.kubeconfig} (RUNLORE_KUBECONFIG) can't be read: {error}"
        ) from error


@dag(
    schedule="@continuous" if SETTINGS.kubernetes.kubeconfig else None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    # The next run begins at once, so a cluster that is away for long is asked less and less often by one run.
    default_args={
        "retries": 5,
        "retry_delay": timedelta(seconds=10),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=5),
        "execution_timeout": limit_watch(SETTINGS.kubernetes),
    },
    doc_md=__doc__,
    tags=["runlore", "dynamic"],
)
def watch_kubernetes() -> None:
    """Wire the task."""
    watch_kubernetes_task()


watch_kubernetes()
