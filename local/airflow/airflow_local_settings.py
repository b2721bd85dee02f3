"""What tasks import, imported once by the scheduler before it forks its workers.

Airflow reads this module while it starts, if it finds it on the path; the stack puts it on the scheduler's
path alone. Each task is a fork of a worker, so it finds its libraries loaded: a task of a micro-batch spends
its time on the batch. The price: a change of these modules is seen after a restart of the scheduler.
"""

from importlib import import_module

for module in (
    "airflow.providers.apache.spark.operators.spark_submit",
    "evaluation.release.candidate",
    "processors.pipelines.actions.record",
    "processors.pipelines.actions.verify",
    "processors.pipelines.cag.index",
    "processors.pipelines.cag.markdown",
    "processors.pipelines.cag.sync",
    "processors.pipelines.collect.airflow",
    "processors.pipelines.collect.canaries",
    "processors.pipelines.collect.metrics",
    "processors.pipelines.collect.mlflow",
    "processors.pipelines.rag.embed",
    "processors.pipelines.rag.index",
    "processors.pipelines.rag.ingest",
    "processors.pipelines.rag.light",
    "processors.stores.kafka_trigger",
):
    import_module(module)
