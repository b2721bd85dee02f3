"""A limit within another one is the shorter: what is large has the time it takes, and what hangs has not."""

import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from airflow.sdk.exceptions import AirflowSkipException, AirflowTaskTimeout
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.context import OutletEventAccessors

from dags.approve_version import approve_version
from dags.backup import backup
from dags.cag_pipeline import cag_pipeline
from dags.collect import collect
from dags.correlate import correlate
from dags.maintain import maintain
from dags.manage_versions import manage_versions
from dags.rag_pipeline import limit_micro_batch, rag_pipeline
from dags.replay_dead_letter import replay_dead_letter
from dags.restore import restore
from dags.roll_back_version import roll_back_version
from dags.watch_kubernetes import watch_kubernetes
from processors.settings import change_settings, load_settings
from processors.settings.processing import Events
from processors.settings.sources import Kubernetes
from processors.stores.kafka.limits import STALL_S, TRANSACTION_MS
from processors.stores.model_server import limit_fallback
from processors.time_limits import LONG, SHORT, limit_embedding, limit_rebuild, limit_watch
from processors.versions import leases

PAGE = Path(__file__).parents[3] / "docs/reference/time-limits.md"
OTHERS = [
    collect, watch_kubernetes, correlate, maintain, replay_dead_letter, roll_back_version, manage_versions,
    backup, restore,
]  # fmt: skip


def limit(task_id: str, history_from: str | None) -> timedelta | None:
    task = SimpleNamespace(task_id=task_id, execution_timeout=None)
    limit_micro_batch({"task": task, "params": {"history_from": history_from}})
    return task.execution_timeout


def test_every_task_of_rag_pipeline_asks_for_its_limit_when_it_begins() -> None:
    tasks = rag_pipeline().tasks
    assert len(tasks) == 6
    assert all(task._pre_execute_hook is limit_micro_batch for task in tasks)


def test_a_micro_batch_that_hangs_is_ended_and_tried_again() -> None:
    assert limit("vector_indexing_task", None) == SHORT
    assert limit("embedding_generation_task", None) == limit_embedding(load_settings().events)


@pytest.mark.parametrize(
    ("history_from", "ended"), [(None, AirflowTaskTimeout), ("2026-11-01T00:00:00Z", AirflowSkipException)]
)
def test_airflow_ends_a_task_by_the_limit_that_it_asked_for(
    monkeypatch: pytest.MonkeyPatch, history_from: str | None, ended: type[BaseException]
) -> None:
    def hang(*_: Any, **__: Any) -> None:
        time.sleep(0.5)

    monkeypatch.setattr("processors.pipelines.rag.ingest.ingest_events", hang)
    monkeypatch.setattr("dags.rag_pipeline.SHORT", timedelta(seconds=0.1))
    task = rag_pipeline().get_task("data_ingestion_task")
    params = {"history_from": history_from, "history_to": None}
    context: Any = {"task": task, "params": params, "run_id": "r", "outlet_events": OutletEventAccessors()}
    instance: Any = SimpleNamespace(task=task, _ti_context_from_server=None)
    with pytest.raises(ended):
        task_runner._execute_task(context, instance, structlog.get_logger())


def test_a_rebuild_from_history_has_the_time_of_its_run() -> None:
    for task in rag_pipeline().tasks:
        assert limit(task.task_id, "2026-11-01T00:00:00Z") is None
    assert rag_pipeline().dagrun_timeout >= timedelta(hours=24)


def test_a_micro_batch_is_not_ended_because_it_is_as_large_as_it_may_be() -> None:
    largest = load_settings().events.max_per_run
    # At the 25 texts a second that torch embeds on two cores.
    assert limit_embedding(load_settings().events).total_seconds() > 1.5 * largest / 25


@pytest.mark.parametrize("events", [1, 1_000, 50_000, 1_000_000])
def test_embedding_in_a_process_of_its_own_ends_before_its_task_does(events: int) -> None:
    task = limit_embedding(Events.model_construct(max_per_run=events))
    assert limit_fallback(events) < task.total_seconds()


def test_all_tries_of_a_micro_batch_fit_into_its_run() -> None:
    dag: Any = rag_pipeline()
    tries = [
        (task.retries + 1) * ((limit(task.task_id, None) or timedelta()) + task.retry_delay)
        for task in dag.tasks
        if task.task_id != "heavy_processing_task"
    ]
    assert sum(tries, timedelta()) < dag.dagrun_timeout


@pytest.mark.parametrize("make", [rag_pipeline, cag_pipeline])
def test_a_run_that_builds_has_time_for_the_longest_reading_in_the_shadow(make: Any) -> None:
    longest = change_settings(load_settings(), shadow={"seconds": 3600}, versions={"rebuild_hours": 1})
    assert limit_rebuild(longest) == timedelta(hours=2)
    assert make().dagrun_timeout == limit_rebuild(load_settings())


def test_all_tries_of_the_tasks_around_the_indexing_leave_it_most_of_the_run() -> None:
    dag: Any = cag_pipeline()
    around = [task for task in dag.tasks if task.task_id != "knowledge_indexing_task"]
    assert {task.execution_timeout for task in around} == {LONG}
    assert dag.get_task("knowledge_indexing_task").execution_timeout is None


@pytest.mark.parametrize("make", OTHERS)
def test_no_task_holds_up_the_next_run_for_ever(make: Any) -> None:
    for task in make().tasks:
        assert task.execution_timeout in {SHORT, LONG, limit_watch(load_settings().kubernetes)}, task.task_id


def test_only_the_person_who_is_asked_may_take_a_day() -> None:
    limits = {task.task_id: task.execution_timeout for task in approve_version().tasks}
    assert limits.pop("approval_task") is None
    assert set(limits.values()) == {SHORT}


def test_a_watch_is_longer_than_it_watches() -> None:
    for seconds in (10, 300, 86_400):
        assert limit_watch(Kubernetes.model_construct(watch_seconds=seconds)) > timedelta(seconds=seconds)


def test_a_lease_outlives_a_renewal_that_hangs() -> None:
    hanging = leases.BEAT + 2 * timedelta(seconds=leases._BEAT_TIMEOUT_S)
    assert 2 * hanging <= leases.TERM
    # A retry's delay, and Airflow's finding that the one before is dead.
    assert timedelta(seconds=5 + 60 + 15) < leases.HANDOVER


def test_a_drain_waits_longer_than_a_transaction_that_was_left_open() -> None:
    assert STALL_S > TRANSACTION_MS / 1000


def test_the_page_tells_the_limits_that_hold() -> None:
    page = PAGE.read_text(encoding="utf-8")
    embedding = round(limit_embedding(Events.model_construct(max_per_run=50_000)).seconds / 60)
    assert f"{embedding} min by default" in page
    for dag in (rag_pipeline, cag_pipeline, approve_version, *OTHERS):
        assert f"`{dag().dag_id}`" in page
    assert f"{STALL_S:.0f} s: longer than the {TRANSACTION_MS // 1000} s" in page
    assert f"{leases.HANDOVER.seconds // 60} min" in page
