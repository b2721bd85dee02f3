"""Airflow's runs in, `pipeline_run` chunks out: a failure each by itself, and an hour of a DAG in words.

The records are those of `processors/pipelines/collect/airflow.py`.
"""

from processors.knowledge.airflow.hours import describe_hour
from processors.knowledge.airflow.runs import describe_run
from processors.knowledge.chunk_factory import Reading
from processors.knowledge.record import Record
from processors.knowledge.times import read_clock
from processors.knowledge.untrusted import PoisonError, read_object


def describe_airflow(record: Record) -> Reading:
    """Return what is told of a single run or of a DAG's hour; a newer record of the same one replaces it.

    Raises:
        PoisonError: The record is neither, an hour without runs, or doesn't say of which DAG it is.
    """
    body = read_object(record["value"])
    clock = read_clock(record["timestamp_ms"])
    if isinstance(body.get("dag_run"), dict):
        return Reading([describe_run(body, clock)], [])
    if "dag_runs" in body:
        return Reading([describe_hour(body, clock)], [])
    raise PoisonError("expected a JSON object with 'dag_run' or 'dag_runs'")
