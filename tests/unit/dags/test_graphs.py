"""The DAGs have the tasks that people know, in an order that keeps the promises."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowSkipException
from airflow.serialization.serialized_objects import DagSerialization

from dags.assets import EVIDENCE
from dags.backup import backup, snapshot_indices_task
from dags.cag_pipeline import cag_pipeline
from dags.collect import collect, collect_airflow_task, collect_log_indices_task, naming_source
from dags.correlate import correlate
from dags.maintain import clean_airflow_tables_task, maintain
from dags.manage_versions import ACTIONS, manage_versions
from dags.rag_pipeline import EVENTS, MORE_EVENTS, NEW_EVIDENCE, list_shares, rag_pipeline
from dags.replay_dead_letter import replay_dead_letter
from dags.restore import restore
from dags.roll_back_version import roll_back_version
from processors.pipelines.rag.shares import WHOLE, Share
from processors.settings import change_settings, load_settings

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


@pytest.mark.parametrize(
    "make",
    [
        rag_pipeline,
        cag_pipeline,
        collect,
        correlate,
        maintain,
        replay_dead_letter,
        roll_back_version,
        manage_versions,
        backup,
        restore,
    ],
)
def test_a_dag_runs_once_at_a_time_and_explains_itself(make: Any) -> None:
    dag = make()
    assert dag.max_active_runs == 1
    assert not dag.catchup
    assert len(dag.doc_md) > 200
    for name in dag.params:
        assert dag.params.get_param(name).schema["title"]
        assert dag.params.get_param(name).schema.get("description") or dag.params.get_param(name).description


def test_the_form_explains_each_action_that_it_offers() -> None:
    doc = manage_versions().doc_md or ""
    assert all(f"| `{action}` |" in doc for action in ACTIONS)
    assert roll_back_version().task_ids == ["roll_back_task"]


def test_no_source_waits_for_another() -> None:
    tasks = collect().tasks
    assert {"collect_metrics_task", "collect_mlflow_task", "collect_airflow_task"} <= {
        t.task_id for t in tasks
    }
    assert not any(task.upstream_task_ids or task.outlets for task in tasks)


def test_airflow_tables_are_left_alone_without_an_address() -> None:
    with pytest.raises(AirflowSkipException, match="RUNLORE_AIRFLOW_DATABASE_URL is empty"):
        clean_airflow_tables_task.function()


def test_without_a_place_no_back_up_is_made() -> None:
    with pytest.raises(AirflowSkipException, match="RUNLORE_BACKUP_URL is empty"):
        snapshot_indices_task.function({"backup": ""}, SimpleNamespace())


def test_a_back_up_is_whole_only_behind_all_its_parts() -> None:
    finish = backup().get_task("finish_backup_task")
    assert finish.upstream_task_ids >= {"copy_files_task", "dump_databases_task", "snapshot_indices_task"}
    assert finish.downstream_task_ids == {"drop_old_backups_task"}


def test_whoever_writes_rests_from_the_look_to_the_end_of_a_restore() -> None:
    tasks = ["check_restore_task", "pause_writers_task", "restore_indices_task", "resume_writers_task"]
    for earlier, later in pairwise(tasks):
        assert earlier in restore().get_task(later).get_flat_relative_ids(upstream=True)
    # What failed half-way must not be built on.
    assert restore().get_task("resume_writers_task").trigger_rule == "all_success"


def test_a_source_without_an_address_is_skipped_and_one_that_is_down_is_named() -> None:
    with pytest.raises(AirflowSkipException, match="RUNLORE_LOG_INDICES is empty"):
        collect_log_indices_task.function()
    with pytest.raises(AirflowSkipException, match="RUNLORE_AIRFLOW_URL is empty"):
        collect_airflow_task.function()
    down = pytest.raises(RuntimeError, match=r"MLflow at http://m \(RUNLORE_MLFLOW_TRACKING_URI\).*refused")
    with down, naming_source("MLflow", "RUNLORE_MLFLOW_TRACKING_URI", "http://me:hush@m"):
        raise httpx.ConnectError("connection refused")


@pytest.mark.parametrize(
    ("history_from", "next_task"),
    [(None, "embedding_generation_task"), ("2026-11-21T00:00:00Z", "heavy_processing_task")],
)
def test_spark_runs_only_for_a_history_window(
    monkeypatch: pytest.MonkeyPatch, history_from: str | None, next_task: str
) -> None:
    monkeypatch.setattr("processors.pipelines.rag.light.process_events", lambda *_: {"chunks": 1})
    light = rag_pipeline().get_task("light_processing_task")
    pushed: dict[str, Any] = {}
    ti = SimpleNamespace(xcom_push=lambda key, value: pushed.update({key: value}))
    assert light.python_callable({"run_url": "file:///r"}, {"history_from": history_from}, ti) == next_task
    assert next_task in light.downstream_task_ids
    assert pushed == {"counts": {"chunks": 1}}


def test_a_rebuild_is_embedded_and_written_by_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    submitted: list[list[str]] = []
    followed: list[Any] = []

    class Hook:
        def __init__(self, application_args: list[str], **options: Any) -> None:
            submitted.append(application_args)
            assert options["conn_id"] == "spark_local"

        def submit(self, application: str) -> None:
            assert application.endswith("spark_jobs/rebuild_history.py")

        def on_kill(self) -> None:
            """End the driver."""

    @contextmanager
    def follow(*given: Any) -> Iterator[None]:
        followed.append(given[1:3])
        yield

    def index(_: Any, __: str, write: Any, ___: Any) -> dict[str, Any]:
        write("rag-v000007")
        return {"candidate": True, "evidence": 1}

    monkeypatch.setattr("dags.rag_pipeline.SparkSubmitHook", Hook)
    monkeypatch.setattr("processors.pipelines.rag.history.name_base", lambda _: "rag-v000006*")
    monkeypatch.setattr("processors.pipelines.rag.history.index_history", index)
    monkeypatch.setattr("processors.stores.staging.read_manifest", lambda url: {"read": url})
    dag, window = rag_pipeline(), {"history_from": "2026-11-21T00:00:00Z"}
    embedding, indexing = (
        dag.get_task(f"{name}_task") for name in ("embedding_generation", "vector_indexing")
    )
    ingested = {"run_url": "file:///r", "is_full": False}
    passed_on = {**ingested, "read": "file:///r/embed"}
    monkeypatch.setattr("processors.pipelines.rag.following.following", follow)
    assert embedding.python_callable(ingested, window, "r", embedding) == passed_on
    indexing.python_callable([ingested], window, "r", {}, indexing)
    assert submitted == [
        ["--step", "embed", "--run-url", "file:///r", "--base", "rag-v000006*"],
        ["--step", "write", "--run-url", "file:///r", "--index", "rag-v000007"],
    ]
    assert followed == [("r", None)] * 2
    # Who marks the task as failed ends Spark's driver, too.
    assert embedding.on_kill.__func__ is indexing.on_kill.__func__ is Hook.on_kill


def test_shares_are_mapped_side_by_side_and_written_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dags.rag_pipeline.SETTINGS", change_settings(load_settings(), events={"shares": 3}))
    dag = rag_pipeline()
    assert sorted(dag.task_ids) == sorted(RAG)
    mapped = {task_id: dag.get_task(task_id).get_closest_mapped_task_group() for task_id in RAG}
    assert [task_id for task_id, group in mapped.items() if group is None] == RAG[4:]
    told = DagSerialization.to_dict(dag)
    assert "[0, 1, 2]" in str(told["dag"]["task_group"]["children"]["share"])
    # What changes from one parse to the next makes a version of the DAG each time.
    assert DagSerialization.to_dict(rag_pipeline()) == told


@pytest.mark.parametrize("passed_on", [{"run_url": "b"}, [{"run_url": "b"}], [None, {"run_url": "b"}]])
def test_the_shares_that_had_something_to_read_are_taken_however_airflow_hands_them_over(
    passed_on: Any,
) -> None:
    assert list_shares(passed_on) == [{"run_url": "b"}]


def test_a_share_whose_branch_skips_nothing_starts_no_spark() -> None:
    heavy = rag_pipeline().get_task("heavy_processing_task")
    with pytest.raises(AirflowSkipException):
        heavy.execute({"params": {"history_from": None}, "run_id": "r"})


def test_a_rebuild_is_read_by_one_share_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dags.rag_pipeline.SETTINGS", change_settings(load_settings(), events={"shares": 3}))
    asked: list[Any] = []

    def ingest(*_: Any, share: Share, **__: Any) -> dict[str, Any]:
        asked.append(share)
        return {}

    monkeypatch.setattr("processors.pipelines.rag.ingest.ingest_events", ingest)
    task, window = rag_pipeline().get_task("data_ingestion_task"), {"history_from": "2026-11-21T00:00:00Z"}
    with pytest.raises(AirflowSkipException, match="executors"):
        task.python_callable(1, window, "r")
    task.python_callable(0, window, "r")
    task.python_callable(2, {"history_from": None}, "r")
    assert asked == [WHOLE, Share(2, 3)]


@pytest.mark.parametrize("is_full", [True, False])
def test_a_run_that_left_events_behind_wakes_the_next(
    monkeypatch: pytest.MonkeyPatch, *, is_full: bool
) -> None:
    woken = index_events(monkeypatch, {"candidate": False, "evidence": 0}, is_full=is_full)
    assert woken == {MORE_EVENTS.name: [EVENTS] if is_full else [], NEW_EVIDENCE.name: []}


@pytest.mark.parametrize(
    ("indexed", "is_woken"),
    [
        ({"candidate": False, "evidence": 1}, True),
        ({"candidate": False, "evidence": 0}, False),
        ({"candidate": True, "evidence": 1}, False),
    ],
)
def test_evidence_in_the_live_version_wakes_what_looks_for_causes(
    monkeypatch: pytest.MonkeyPatch, indexed: dict[str, Any], *, is_woken: bool
) -> None:
    woken = index_events(monkeypatch, indexed, is_full=False)
    assert woken == {MORE_EVENTS.name: [], NEW_EVIDENCE.name: [EVIDENCE] if is_woken else []}
    assert EVIDENCE in correlate().timetable.asset_condition.objects


def index_events(
    monkeypatch: pytest.MonkeyPatch, indexed: dict[str, Any], *, is_full: bool
) -> dict[str, list[Asset]]:
    """Run the task that writes, and return what it adds to its outlets."""
    monkeypatch.setattr("processors.pipelines.rag.index.index_chunks", lambda *_, **__: indexed)
    indexing = rag_pipeline().get_task("vector_indexing_task")
    assert indexing.outlets == [MORE_EVENTS, NEW_EVIDENCE]
    woken: dict[str, list[Asset]] = {outlet.name: [] for outlet in indexing.outlets}
    outlet_events = {outlet: SimpleNamespace(add=woken[outlet.name].append) for outlet in indexing.outlets}
    # One share that left something behind is enough.
    shares = [{"run_url": "file:///r", "is_full": False}, {"run_url": "file:///s", "is_full": is_full}]
    indexing.python_callable(shares, {"history_from": None}, "r", outlet_events, indexing)
    return woken
