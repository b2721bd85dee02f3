"""The DAGs have the tasks that people know, in an order that keeps the promises."""

from itertools import pairwise
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from dags.cag_pipeline import cag_pipeline
from dags.collect import collect
from dags.rag_pipeline import rag_pipeline, skip_without_history
from dags.roll_back_version import roll_back_version

RAG = [
    "data_ingestion_task",
    "light_processing_task",
    "heavy_processing_task",
    "embedding_generation_task",
    "vector_indexing_task",
    "quality_validation_task",
]
CAG = ["documentation_sync_task", "markdown_processing_task", "knowledge_indexing_task", "cache_warming_task"]


@pytest.mark.parametrize(("make", "tasks"), [(rag_pipeline, RAG), (cag_pipeline, CAG)])
def test_the_tasks_are_the_fixed_ones_and_follow_each_other(make: Any, tasks: list[str]) -> None:
    dag = make()
    assert sorted(dag.task_ids) == sorted(tasks)
    for earlier, later in pairwise(tasks):
        assert earlier in dag.get_task(later).get_flat_relative_ids(upstream=True)


@pytest.mark.parametrize("make", [rag_pipeline, cag_pipeline, collect, roll_back_version])
def test_a_dag_runs_once_at_a_time_and_explains_itself(make: Any) -> None:
    dag = make()
    assert dag.max_active_runs == 1
    assert not dag.catchup
    assert len(dag.doc_md) > 200
    for name in dag.params:
        assert dag.params.get_param(name).schema["title"]
        assert dag.params.get_param(name).schema.get("description") or dag.params.get_param(name).description


def test_no_other_dag_names_the_watched_assets() -> None:
    """Airflow takes the watchers off an asset whenever it parses a file that names it without them."""
    outlets = {asset.name for task in collect().tasks for asset in task.outlets}
    assert outlets == {"runlore-metrics"}


def test_spark_runs_only_for_a_history_window() -> None:
    with pytest.raises(AirflowSkipException):
        skip_without_history({"params": {"history_from": None}})
    skip_without_history({"params": {"history_from": "2026-11-21T00:00:00Z"}})
