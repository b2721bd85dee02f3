"""Airflow's runs in, `pipeline_run` chunks out: a failure each by itself, and an hour of a DAG in words.

The records are those of `processors/pipelines/collect/airflow.py`.
"""

from typing import Final

from processors.chunk import Chunk, hash_content, make_id
from processors.knowledge.airflow.hours import describe_hour
from processors.knowledge.airflow.runs import describe_run
from processors.knowledge.record import Record
from processors.knowledge.times import read_clock
from processors.knowledge.untrusted import PoisonError, read_object

_LONGEST_TITLE: Final = 160


def build_airflow_chunks(record: Record, batch_id: str, ingested_at: str) -> list[Chunk]:
    """Return the chunk of a single run or of a DAG's hour; a newer record of the same one replaces it.

    Raises:
        PoisonError: The record is neither, an hour without runs, or doesn't say of which DAG it is.
    """
    body = read_object(record["value"])
    clock = read_clock(record["timestamp_ms"])
    if isinstance(body.get("dag_run"), dict):
        told = describe_run(body, clock)
    elif "dag_runs" in body:
        told = describe_hour(body, clock)
    else:
        raise PoisonError("expected a JSON object with 'dag_run' or 'dag_runs'")
    title = told.title[:_LONGEST_TITLE]
    return [
        Chunk(
            chunk_id=make_id("pipeline_run", *told.identity),
            doc_id=make_id("pipeline_run", *told.identity),
            source=f"airflow:{told.dag_id}",
            kind="pipeline_run",
            title=title,
            heading_path="",
            text="\n".join(filter(None, told.lines)),
            gist=told.gist,
            content_hash=hash_content(title, "", told.gist),
            began_at=told.began_at.isoformat(),
            observed_at=told.observed_at.isoformat(),
            ingested_at=ingested_at,
            cluster="",
            namespace="",
            service=told.dag_id,
            severity=told.severity,
            labels={"dag": told.dag_id, **told.labels},
            values=[told.dag_id, *told.values],
            acl=["public"],
            cite={"type": "airflow", "dag_id": told.dag_id, **told.cite},
            batch_id=batch_id,
            source_offset=record["offset"] + 1,
        )
    ]
