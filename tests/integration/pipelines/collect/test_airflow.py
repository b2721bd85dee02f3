"""Airflow's own runs: an hour of a DAG is one record, a failure one by itself."""

import time
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from local.airflow_api import follow_run, trigger_dag
from processors.knowledge import topics
from processors.knowledge.chunk import Chunk
from processors.pipelines.collect.airflow import collect_airflow
from processors.settings import Settings
from tests.support.chunks import make_chunks
from tests.support.collecting import read_sent

pytestmark = pytest.mark.usefixtures("paused_collect")
DAG = "manage_versions"
Collect = Callable[[], list[Chunk]]


def count_sent(counts: dict[str, int]) -> int:
    return counts["runs"] + counts["hours"]


@pytest.fixture
def collect(settings: Settings) -> Collect:
    """Collect, and return the chunks of what was sent about `DAG`."""

    def collect_once() -> list[Chunk]:
        records = read_sent(settings, topics.AIRFLOW, lambda: count_sent(collect_airflow(settings)))
        ours = [record for record in records if record["key"].startswith(f"{DAG}/")]
        return [chunk for record in ours for chunk in make_chunks(record)]

    return collect_once


def test_runs_are_collected_by_the_hour_and_failures_alone(
    airflow: httpx.Client, collect: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Reading goes on behind the end of the newest run, so the run that is marked below ended before that.
    monkeypatch.setattr("processors.pipelines.collect.airflow._OVERLAP", timedelta(seconds=-1))
    run_id = trigger_dag(airflow, DAG)
    # The scheduler could start a run that is waiting still, whatever it was called meanwhile.
    follow_run(airflow, DAG, run_id, print)
    (hour,) = collect()[-1:]
    assert hour["cite"].keys() >= {"dag_id", "hour"}
    assert f"DAG {DAG} ran " in hour["text"]
    assert "Slowest task: " in hour["text"]
    assert collect() == []
    time.sleep(1)
    airflow.patch(f"/dags/{DAG}/dagRuns/{run_id}", json={"state": "failed"}).raise_for_status()
    failures = [chunk for chunk in collect() if "run_id" in chunk["cite"]]
    assert [chunk["cite"]["run_id"] for chunk in failures] == [run_id]
    assert failures[0]["text"].startswith(f"DAG {DAG} failed on ")
    airflow.patch(f"/dags/{DAG}/dagRuns/{run_id}", json={"state": "success"}).raise_for_status()
    recovered = [chunk for chunk in collect() if chunk["cite"].get("run_id") == run_id]
    assert [chunk["chunk_id"] for chunk in recovered] == [failures[0]["chunk_id"]]
    assert "after this run had failed before" in recovered[0]["text"]
